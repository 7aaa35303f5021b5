//! What a rerun cured.

use super::Subject;
use crate::report::model::Reruns;
use crate::text::{counted, joined, number};

impl Subject<'_> {
    /// What became of the failures that are recorded in a newer job.
    pub(super) fn reruns(&self) -> Option<String> {
        let reruns = self.sections.reruns.as_deref()?;
        let cured = match (reruns.tried_again, self.is_of_several()) {
            (0, _) => None,
            (_, true) => Some(of_all(reruns)),
            (_, false) => Some(of_job(reruns)),
        };
        let before = (reruns.completed_before > 0).then(|| {
            let failing = number(reruns.still_failing);
            match reruns.completed_before {
                before if before == reruns.still_failing => match before {
                    1 => "The one that still fails completed in an older job.".to_owned(),
                    all => format!(
                        "The {} that still fail completed in an older job.",
                        number(all)
                    ),
                },
                before => format!(
                    "{} of the {failing} that still fail completed in an older job.",
                    number(before)
                ),
            }
        });
        let sentences: Vec<String> = cured.into_iter().chain(before).collect();
        (!sentences.is_empty()).then(|| sentences.join(" "))
    }

    fn is_of_several(&self) -> bool {
        self.jobs.len() != 1
    }
}

/// "A rerun cured 9 of the 12 failures it tried again; 3 still fail."
fn of_all(reruns: &Reruns) -> String {
    if reruns.unsettled == reruns.tried_again {
        let still = match reruns.still_failing {
            0 => String::new(),
            1 => "; 1 still fails".to_owned(),
            count => format!("; {} still fail", number(count)),
        };
        let failures = counted(reruns.unsettled, "failure", "failures");
        return format!("The rerun of {failures} has not finished{still}.");
    }
    let cured = match (reruns.cured, reruns.tried_again) {
        (1, 1) => "A rerun cured the one failure it tried again".to_owned(),
        (0, 1) if reruns.still_failing == 1 => {
            return "A rerun did not cure the failure it tried again.".to_owned();
        }
        (0, 1) => "A rerun did not cure the failure it tried again".to_owned(),
        (0, all) => format!(
            "A rerun cured none of the {} failures it tried again",
            number(all)
        ),
        (2, 2) => "A rerun cured both failures it tried again".to_owned(),
        (cured, all) if cured == all => {
            format!("A rerun cured all {} failures it tried again", number(all))
        }
        (cured, all) => format!(
            "A rerun cured {} of the {} failures it tried again",
            number(cured),
            number(all)
        ),
    };
    let left = left(reruns);
    match left.is_empty() {
        true => format!("{cured}."),
        false => format!("{cured}; {}.", joined(&left)),
    }
}

/// "A rerun cured 9 of them; 3 still fail."
fn of_job(reruns: &Reruns) -> String {
    let cured = match (reruns.cured, reruns.failed) {
        (0, 1) if reruns.unsettled > 0 => return "Its rerun has not finished.".to_owned(),
        (0, 1) => return "A rerun did not cure it.".to_owned(),
        (0, _) => "none of them".to_owned(),
        (1, 1) => "it".to_owned(),
        (2, 2) => "both of them".to_owned(),
        (cured, all) if cured == all => "all of them".to_owned(),
        (cured, _) => format!("{} of them", number(cured)),
    };
    let left = left(reruns);
    match left.is_empty() {
        true => format!("A rerun cured {cured}."),
        false => format!("A rerun cured {cured}; {}.", joined(&left)),
    }
}

/// "3 still fail", "1 has not finished".
fn left(reruns: &Reruns) -> Vec<String> {
    let still = match reruns.still_failing {
        0 => None,
        1 => Some("1 still fails".to_owned()),
        count => Some(format!("{} still fail", number(count))),
    };
    let unsettled = match reruns.unsettled {
        0 => None,
        1 => Some("1 has not finished".to_owned()),
        count => Some(format!("{} have not finished", number(count))),
    };
    still.into_iter().chain(unsettled).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rerun_is_said_for_one_job_and_for_all() {
        let said = |failed, cured, unsettled| {
            let reruns = Reruns {
                failed,
                tried_again: failed,
                cured,
                unsettled,
                still_failing: failed - cured - unsettled,
                ..Reruns::default()
            };
            (of_job(&reruns), of_all(&reruns))
        };
        let cases = [
            (
                (12, 9, 0),
                "A rerun cured 9 of them; 3 still fail.",
                "A rerun cured 9 of the 12 failures it tried again; 3 still fail.",
            ),
            (
                (12, 9, 1),
                "A rerun cured 9 of them; 2 still fail and 1 has not finished.",
                "A rerun cured 9 of the 12 failures it tried again; 2 still fail and 1 has not finished.",
            ),
            (
                (12, 12, 0),
                "A rerun cured all of them.",
                "A rerun cured all 12 failures it tried again.",
            ),
            (
                (1, 1, 0),
                "A rerun cured it.",
                "A rerun cured the one failure it tried again.",
            ),
            (
                (1, 0, 0),
                "A rerun did not cure it.",
                "A rerun did not cure the failure it tried again.",
            ),
            (
                (5, 0, 5),
                "A rerun cured none of them; 5 have not finished.",
                "The rerun of 5 failures has not finished.",
            ),
            (
                (4, 0, 2),
                "A rerun cured none of them; 2 still fail and 2 have not finished.",
                "A rerun cured none of the 4 failures it tried again; 2 still fail and 2 have not finished.",
            ),
        ];
        for ((failed, cured, unsettled), job, all) in cases {
            let (of_job, of_all) = said(failed, cured, unsettled);
            assert_eq!((&*of_job, &*of_all), (job, all));
        }
    }
}
