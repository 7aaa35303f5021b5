//! What a report says and in what order.

pub mod model;
