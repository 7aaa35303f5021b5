//! Patterns of files that `--ignore` leaves out.

use std::ffi::OsStr;
use std::path::Path;

use regex::RegexSet;

/// Patterns of files and folders that are left out (`--ignore`). A pattern without `/` is compared with
/// the name of each file and folder, any other with the path below the folder that was named.
#[derive(Debug, Clone, Default)]
pub struct Ignore {
    names: RegexSet,
    paths: RegexSet,
}

/// A pattern that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("`{glob}` is not a glob: a bracket is not closed, or it is too long")]
pub struct IgnoreError {
    glob: String,
}

impl Ignore {
    /// Reads the patterns.
    ///
    /// # Errors
    ///
    /// Fails if a pattern is no glob.
    pub fn new(globs: &[String]) -> Result<Self, IgnoreError> {
        let (mut names, mut paths) = (Vec::new(), Vec::new());
        for glob in globs {
            let pattern = glob
                .strip_prefix("./")
                .unwrap_or(glob)
                .trim_end_matches('/');
            let set = match pattern.contains('/') {
                true => &mut paths,
                false => &mut names,
            };
            let pattern = pattern.strip_prefix('/').unwrap_or(pattern);
            set.push(regex_of_glob(pattern).ok_or_else(|| IgnoreError { glob: glob.clone() })?);
        }
        let set = |regexes: &[String]| {
            RegexSet::new(regexes).map_err(|_| IgnoreError {
                glob: globs.join("`, `"),
            })
        };
        Ok(Self {
            names: set(&names)?,
            paths: set(&paths)?,
        })
    }

    /// The patterns of both.
    pub fn joined(&self, other: &Self) -> Self {
        let both = |one: &RegexSet, other: &RegexSet| {
            let patterns = one.patterns().iter().chain(other.patterns());
            // Each has been read before.
            RegexSet::new(patterns).unwrap_or_else(|_| one.clone())
        };
        Self {
            names: both(&self.names, &other.names),
            paths: both(&self.paths, &other.paths),
        }
    }

    /// Tells if the file or folder at that path below the named folder, or a folder it lies in, is left
    /// out.
    pub(super) fn leaves_out(&self, inside: &Path) -> bool {
        let is_left_out = |path: &Path| {
            let is_one = |set: &RegexSet, text: &OsStr| {
                !set.is_empty() && set.is_match(&text.to_string_lossy())
            };
            is_one(&self.paths, path.as_os_str())
                || path
                    .file_name()
                    .is_some_and(|name| is_one(&self.names, name))
        };
        let is_empty = self.names.is_empty() && self.paths.is_empty();
        !is_empty && inside.ancestors().any(is_left_out)
    }
}

/// The regular expression of a glob: `*` and `?` stay within a name, `**` crosses folders, `[…]` is one
/// of several characters and `{a,b}` one of several texts. `None` if a bracket is not closed.
fn regex_of_glob(glob: &str) -> Option<String> {
    let mut regex = "(?s)^".to_owned();
    let mut braces = 0;
    let mut rest = glob;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '*' if rest.starts_with("**/") => {
                regex.push_str("(?:.*/)?");
                3
            }
            '*' if rest.starts_with("**") => {
                regex.push_str(".*");
                2
            }
            '*' => {
                regex.push_str("[^/]*");
                1
            }
            '?' => {
                regex.push_str("[^/]");
                1
            }
            '[' => {
                // A bracket that comes first is one of the characters.
                let inner = rest[1..].strip_prefix(['!', '^']).unwrap_or(&rest[1..]);
                let first = inner.chars().next()?.len_utf8();
                let end = first + inner[first..].find(']')?;
                regex.push_str(if inner.len() + 1 == rest.len() {
                    "["
                } else {
                    "[^"
                });
                for c in inner[..end].chars() {
                    if matches!(c, '[' | ']' | '\\' | '^' | '&' | '~') {
                        regex.push('\\');
                    }
                    regex.push(c);
                }
                regex.push(']');
                rest.len() - inner.len() + end + 1
            }
            '{' => {
                braces += 1;
                regex.push_str("(?:");
                1
            }
            '}' if braces > 0 => {
                braces -= 1;
                regex.push(')');
                1
            }
            ',' if braces > 0 => {
                regex.push('|');
                1
            }
            c => {
                regex.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
                c.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    regex.push('$');
    (braces == 0).then_some(regex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_without_a_slash_is_a_name_and_any_other_a_path() {
        let ignore = |globs: &[&str]| {
            let globs: Vec<String> = globs.iter().map(|glob| (*glob).to_owned()).collect();
            Ignore::new(&globs).expect("globs")
        };
        let names = ignore(&["*.md", "old/"]);
        for path in ["README.md", "a/b.md", "old", "old/items.json", "a/old/x"] {
            assert!(names.leaves_out(Path::new(path)), "{path}");
        }
        assert!(!names.leaves_out(Path::new("a/older/items.json")));
        let paths = ignore(&["./a/*.json", "b/**", "**/c/[!x]?.{md,txt}"]);
        for path in ["a/x.json", "b/c/d", "c/ab.md", "d/e/c/12.txt"] {
            assert!(paths.leaves_out(Path::new(path)), "{path}");
        }
        for path in ["x.json", "c/a/x.json", "a/b/x.json", "c/xb.md", "c/a.md"] {
            assert!(!paths.leaves_out(Path::new(path)), "{path}");
        }
        assert!(!Ignore::default().leaves_out(Path::new("x")));
        for glob in ["[", "{a", "[!", "x[]"] {
            assert!(Ignore::new(&[glob.to_owned()]).is_err(), "{glob}");
        }
        let error = Ignore::new(&["[".to_owned()]).expect_err("no glob");
        assert!(
            error.to_string().starts_with("`[` is not a glob: "),
            "{error}"
        );
    }
}
