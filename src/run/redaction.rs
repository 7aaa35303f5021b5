//! `--redact`: pseudonyms in everything that a run puts out.

use super::RunError;
use crate::args::{RedactArgs, ReportArgs};
use crate::load::Dump;
use crate::redact::{Key, Redactor};
use crate::report::Report;
use crate::say;
use crate::say::next::Typed;

/// Redacts a report, and the paths of the files that messages name.
pub(super) fn redact(
    args: &ReportArgs,
    dump: &mut Dump,
    report: &mut Report,
) -> Result<Option<Redactor>, RunError> {
    let Some(RedactArgs { kinds, key }) = &args.redact else {
        return Ok(None);
    };
    let key = key.clone().unwrap_or_else(Key::random);
    let mut redactor = Redactor::new(*kinds, key);
    redactor.know_items(&dump.items);
    // A command holds paths and ids, and none of them would run with pseudonyms.
    let typed = Typed {
        paths: &[],
        options: &args.typed,
    };
    report.next_steps = say::next::steps(report, typed);
    *report = redactor.report(report)?;
    for file in &mut dump.inputs {
        file.path = redactor.path(&file.path);
    }
    for job in &mut dump.jobs {
        job.id = job.id.as_deref().map(|id| redactor.label(id));
        job.label = redactor.label(&job.label);
    }
    Ok(Some(redactor))
}
