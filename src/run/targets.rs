//! The files that a run writes, kept apart from those that it reads.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::texts::is_page;
use crate::args::ReportArgs;
use crate::load::{self, Found};
use crate::output;

/// An output that would overwrite something.
#[derive(Debug, thiserror::Error)]
pub enum OutputConflict {
    /// An output is an input.
    #[error(
        "`{}` is an input and would be overwritten: choose another name for -o, or leave the file \
         out with --ignore",
        .0.display()
    )]
    IsInput(PathBuf),
    /// Two outputs are the same file.
    #[error("`{}` and `{}` are the same file: choose another name for -o", .0.display(), .1.display())]
    IsSame(PathBuf, PathBuf),
    /// An output is the template.
    #[error("`{}` is the template and would be overwritten: choose another name for -o", .0.display())]
    IsTemplate(PathBuf),
    /// An output is the style or script of a page.
    #[error("`{}` belongs to a page with --assets: choose another name for -o", .0.display())]
    IsAsset(PathBuf),
}

/// Files to write: the real ones, with the names that were given.
pub(super) struct Targets(HashMap<PathBuf, PathBuf>);

impl Targets {
    /// The outputs of a run, and what stands beside its pages.
    pub(super) fn of(args: &ReportArgs) -> Result<Self, OutputConflict> {
        let mut paths: Vec<PathBuf> = args.outputs.iter().map(|(path, _)| path.clone()).collect();
        let pages = args.outputs.iter().filter(|(_, made)| is_page(*made));
        for (page, _) in pages.filter(|_| args.assets) {
            for asset in ["css", "js"].map(|ending| page.with_extension(ending)) {
                if args.outputs.iter().any(|(path, _)| *path == asset) {
                    return Err(OutputConflict::IsAsset(asset));
                }
                paths.push(asset);
            }
        }
        let template = args.template.as_deref().map(output::target);
        let mut targets = HashMap::new();
        for path in paths {
            let target = output::target(&path);
            if template.as_ref() == Some(&target) {
                return Err(OutputConflict::IsTemplate(path));
            }
            if let Some(other) = targets.insert(target, path.clone()) {
                return Err(OutputConflict::IsSame(other, path));
            }
        }
        Ok(Self(targets))
    }

    /// Leaves files out that are reports of an earlier run and will be overwritten. Any other input is
    /// never overwritten.
    pub(super) fn keep_apart(&self, files: &mut Vec<Found>) -> Result<(), OutputConflict> {
        // A file found in a folder is no link: it has its own name wherever it really is.
        let name = |path: &Path| path.file_name().map(OsStr::to_ascii_lowercase);
        let names: HashSet<_> = self.0.keys().filter_map(|path| name(path)).collect();
        let mut conflict = None;
        files.retain(|file| {
            if file.content.is_some() {
                // A member of an archive, whose path goes on behind that of the archive.
                let mut archives = file.path.ancestors().skip(1);
                if archives
                    .any(|path| fs::canonicalize(path).is_ok_and(|it| self.0.contains_key(&it)))
                {
                    conflict.get_or_insert_with(|| file.path.clone());
                }
                return true;
            }
            let suspect = file.named || name(&file.path).is_some_and(|name| names.contains(&name));
            let overwritten = suspect
                && fs::canonicalize(&file.path).is_ok_and(|path| self.0.contains_key(&path));
            if overwritten && (file.named || !load::is_own_report(&file.path)) {
                conflict.get_or_insert_with(|| file.path.clone());
            }
            !overwritten
        });
        conflict.map_or(Ok(()), |path| Err(OutputConflict::IsInput(path)))
    }
}
