//! What the program promises, seen from outside: one binary, a file per subject.

mod bad_input;
mod browser;
mod cases;
mod ci;
mod ci_formats;
mod clients;
mod command_line;
mod compare;
mod config;
mod differential;
mod expected;
#[cfg(feature = "fetch")]
mod fetch;
mod gates;
mod harness;
mod history;
mod meaning;
mod metamorphic;
mod oracle;
mod pairing;
mod proportion;
mod readme;
mod redaction;
mod renderings;
mod retry;
mod secrets;
mod simulator;
#[cfg(feature = "tables")]
mod tables;
mod templates;
mod tickets;
mod v2;
mod version;
