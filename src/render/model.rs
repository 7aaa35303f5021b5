//! A report as templates see it: each job is put into values when it is first asked for, and once for
//! all that is rendered, for most texts show few jobs of many.

use std::sync::{Arc, OnceLock};

use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr, Serde};

use super::json::WithoutJobs;
use crate::report::Report;

/// The name of the field that holds the jobs.
const JOBS: &str = "jobs";

/// A report as templates see it, which is made once for all that are rendered from it.
#[derive(Debug)]
pub struct Model(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    report: Arc<Report>,
    /// All fields but the jobs, which are empty in it.
    others: OnceLock<Value>,
    jobs: Vec<OnceLock<Value>>,
}

impl Model {
    /// The model of a report.
    pub fn of(report: impl Into<Arc<Report>>) -> Self {
        let report = report.into();
        Self(Arc::new(Parts {
            others: OnceLock::new(),
            jobs: vec![OnceLock::new(); report.jobs.len()],
            report,
        }))
    }

    /// The report itself.
    pub fn report(&self) -> &Report {
        &self.0.report
    }

    pub(super) fn value(&self) -> Value {
        Value::from_object(Fields(Arc::clone(&self.0)))
    }
}

impl Parts {
    fn others(&self) -> &Value {
        self.others
            .get_or_init(|| Value::from(Serde(WithoutJobs::of(&self.report))))
    }
}

/// The fields of a report.
#[derive(Debug)]
struct Fields(Arc<Parts>);

impl Object for Fields {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        if key == JOBS {
            return Some(Value::from_object(Jobs(Arc::clone(&self.0))));
        }
        let value = self.0.others().get_attr(key);
        value.ok().filter(|value| !value.is_undefined())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let keys = self.0.others().try_iter().into_iter().flatten();
        Enumerator::Values(keys.collect())
    }
}

/// The jobs of a report.
#[derive(Debug)]
struct Jobs(Arc<Parts>);

impl Object for Jobs {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let index = key.as_usize()?;
        let value = self.0.jobs.get(index)?;
        let job = || Value::from(Serde(&self.0.report.jobs[index]));
        Some(value.get_or_init(job).clone())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.0.jobs.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples;

    #[test]
    fn templates_see_the_report_as_it_is_serialised() {
        for count in [0, 1, 3] {
            let mut report = samples::typical();
            report.jobs = vec![report.jobs[0].clone(); count];
            let whole = Value::from(Serde(&report));
            let model = Model::of(report);
            let seen = model.value();
            let json = |value: &Value| serde_json::to_string(value).expect("JSON");
            assert_eq!(json(&seen), json(&whole));
            assert_eq!(seen.to_string(), whole.to_string());
            assert_eq!(
                seen.get_attr("nothing").ok(),
                whole.get_attr("nothing").ok()
            );
            let jobs = seen.get_attr(JOBS).expect("jobs");
            assert_eq!(jobs.len(), Some(count));
            assert!(
                jobs.get_item_by_index(count)
                    .expect("a list")
                    .is_undefined()
            );
        }
    }

    #[test]
    fn no_job_is_made_before_it_is_asked_for() {
        let mut report = samples::typical();
        report.jobs = vec![report.jobs[0].clone(); 3];
        let model = Model::of(report);
        let jobs = model.value().get_attr(JOBS).expect("jobs");
        let first = jobs.get_item_by_index(0).expect("a list");
        assert!(first.get_attr("label").expect("a label").as_str().is_some());
        let made = model.0.jobs.iter().map(|job| job.get().is_some());
        assert_eq!(made.collect::<Vec<_>>(), [true, false, false]);
    }
}
