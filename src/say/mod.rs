//! The sentences that the program says about data: notes, findings, the verdict, and what standard
//! error says.

pub mod code;
pub(crate) mod loading;
