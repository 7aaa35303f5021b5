//! Gates: rules on the figures of a report that fail a run (`--fail-on`).
//!
//! `metric.rs` declares what can be asked for, once; `rule.rs` is the grammar, `limit.rs` that of values; `judge.rs` compares.
//! Their sentences come from `say`.

mod exact;
mod judge;
mod limit;
pub mod metric;
mod rule;

pub use self::judge::{AbsentGates, Judging, values};
pub use self::metric::METRICS;
pub use self::rule::{Operator, Rule, RuleError};
