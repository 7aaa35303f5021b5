//! The sentences that the program says about data: notes, findings, the verdict, and what standard
//! error says.

pub(crate) mod batches;
pub mod code;
pub(crate) mod loading;
