//! The command line of `batch-report`.
fn main() {}
