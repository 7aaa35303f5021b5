//! A report as templates see it: the summary model, and `charts` beside the figures of each job and of all.

use std::sync::{Arc, OnceLock};

use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr, Serde};

use super::charts::Charts;
use crate::report::Report;
use crate::report::model::Sections;

/// The name under which templates find the charts.
const CHARTS: &str = "charts";

/// A report as templates see it, made once for everything that is rendered from it.
#[derive(Debug)]
pub struct Model {
    report: Arc<Report>,
    value: Value,
    /// Name of the file that holds the full report.
    whole: Option<String>,
}

impl Model {
    /// Makes the model of a report.
    pub fn of(report: impl Into<Arc<Report>>) -> Self {
        let report = report.into();
        let part = |index| {
            Value::from_object(Part {
                report: Arc::clone(&report),
                index,
                figures: OnceLock::new(),
                charts: OnceLock::new(),
            })
        };
        let jobs: Vec<Value> = (0..report.jobs.len()).map(|at| part(Some(at))).collect();
        let value = Value::from_pairs([
            ("schema_version", Value::from(report.schema_version)),
            ("generator", Value::from(Serde(&report.generator))),
            ("generated_at", Value::from(Serde(&report.generated_at))),
            ("title", Value::from(report.title.as_str())),
            ("verdict", Value::from(report.verdict.as_str())),
            ("next_steps", Value::from(Serde(&report.next_steps))),
            ("jobs", Value::from(jobs)),
            ("jobs_left_out", Value::from(report.jobs_left_out)),
            ("overall", part(None)),
            ("items", Value::from_object(Items(Arc::clone(&report)))),
            ("item_rows", Value::from(Serde(&report.item_rows))),
            ("inputs", Value::from(Serde(&report.inputs))),
            ("notes", Value::from(Serde(&report.notes))),
            ("comparison", Value::from(Serde(&report.comparison))),
            ("trend", Value::from(Serde(&report.trend))),
            ("gates", Value::from(Serde(&report.gates))),
            ("named_groups", Value::from(Serde(&report.named_groups))),
        ]);
        Self {
            report,
            value,
            whole: None,
        }
    }

    /// Names the file that holds the full report, for texts that do not.
    pub fn beside(self, whole: Option<String>) -> Self {
        Self { whole, ..self }
    }

    pub(super) fn whole(&self) -> Option<&str> {
        self.whole.as_deref()
    }

    /// Returns the report itself.
    pub fn report(&self) -> &Report {
        &self.report
    }

    pub(super) fn shared(&self) -> Arc<Report> {
        Arc::clone(&self.report)
    }

    pub(super) fn value(&self) -> Value {
        self.value.clone()
    }
}

/// The figures of a job, or of all jobs, which become values when a template asks for them.
#[derive(Debug)]
struct Part {
    report: Arc<Report>,
    /// The job; absent for all jobs together.
    index: Option<usize>,
    figures: OnceLock<Value>,
    charts: OnceLock<Value>,
}

impl Part {
    fn figures(&self) -> &Value {
        self.figures.get_or_init(|| match self.index {
            Some(index) => Value::from(Serde(&self.report.jobs[index])),
            None => Value::from(Serde(&self.report.overall)),
        })
    }

    /// What templates ask every job for. All its figures take 7 kB as values, of which 10,000 jobs have no room.
    fn fact(&self, key: &str) -> Option<Value> {
        let job = &self.report.jobs[self.index?];
        match key {
            _ if self.figures.get().is_some() => None,
            "api" => Some(Value::from(Serde(&job.api))),
            "label" => Some(Value::from(job.label.as_str())),
            "job" => Some(Value::from(Serde(&job.job))),
            _ => None,
        }
    }

    fn sections(&self) -> &Sections {
        match self.index {
            Some(index) => &self.report.jobs[index].sections,
            None => &self.report.overall,
        }
    }
}

impl Object for Part {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        if key == CHARTS {
            let charts = || Value::from(Serde(Charts::of(self.sections())));
            return Some(self.charts.get_or_init(charts).clone());
        }
        if let Some(fact) = self.fact(key) {
            return Some(fact);
        }
        let value = self.figures().get_attr(key).ok();
        value.filter(|value| !value.is_undefined())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let keys = self.figures().try_iter().into_iter().flatten();
        Enumerator::Values(keys.chain([Value::from(CHARTS)]).collect())
    }
}

/// The rows of a report, each of which becomes a value when a template asks for it: there may be millions.
#[derive(Debug)]
struct Items(Arc<Report>);

impl Object for Items {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let item = self.0.items.get(key.as_usize()?)?;
        Some(Value::from(Serde(item)))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.0.items.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples;

    /// Removes the charts from the value that templates see.
    fn without_charts(mut seen: serde_json::Value) -> serde_json::Value {
        let jobs = seen["jobs"].as_array_mut().expect("a list").iter_mut();
        for job in jobs {
            job.as_object_mut().expect("a job").remove(CHARTS);
        }
        let overall = seen["overall"].as_object_mut().expect("figures");
        overall.remove(CHARTS).expect("charts");
        seen
    }

    #[test]
    fn templates_see_the_report_as_it_is_serialised() {
        for count in [0, 1, 3] {
            let mut report = samples::typical();
            report.jobs = vec![report.jobs[0].clone(); count];
            let whole = serde_json::to_value(&report).expect("JSON");
            let seen = serde_json::to_value(Model::of(report).value()).expect("JSON");
            assert_eq!(without_charts(seen), whole);
        }
    }
}
