//! Error groups that the user names.

use regex::Regex;

use super::class::Class;

/// Kind of error that the user names by what its messages hold.
#[derive(Debug, Clone)]
pub struct NamedGroup {
    /// Name of the group.
    pub name: String,
    /// Regular expression that matches anywhere in each of its messages.
    pub regex: Regex,
    /// Class of the errors; absent if the words of the name and the expression tell it.
    pub class: Option<Class>,
}

impl PartialEq for NamedGroup {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, self.regex.as_str(), self.class)
            == (&other.name, other.regex.as_str(), other.class)
    }
}

impl Eq for NamedGroup {}
