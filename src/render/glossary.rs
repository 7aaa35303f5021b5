//! Definitions of the numbers, for readers of a report.

/// Terms with their definitions, in the order in which a report shows them.
pub(super) const DEFINITIONS: &[(&str, &str)] = &[
    (
        "Recorded, distinct, duplicates",
        "Recorded counts every item record in the files. Distinct counts item IDs; all numbers use \
         the newest record of each. Duplicates are recorded minus distinct; conflicting ones are \
         items whose records differ.",
    ),
    (
        "Stated, missing",
        "Stated is the number of items the job gives (total_items), or else its item list \
         (total_size). Missing is stated minus distinct; it is unknown if no total is stated.",
    ),
    (
        "Item",
        "A document of a batch job, or a file of a v2 batch.",
    ),
    (
        "Failure rate",
        "failed / (completed + failed). It is unknown, not zero, if no item completed or failed.",
    ),
    (
        "95% CI",
        "Wilson score interval: the range of true rates that fit the observed numbers, with 95% confidence.",
    ),
    (
        "Duration",
        "completed_at - started_at of an item. Items without both times, or that ended before they \
         started, are excluded and counted.",
    ),
    (
        "p50, p90, p95, p99",
        "Exact percentiles, linear between closest ranks (type 7). p50 is the median: half of the \
         items took at most this long.",
    ),
    (
        "Wall time",
        "completed_at - started_at of the job; unknown while it runs.",
    ),
    (
        "Throughput",
        "Items finished per minute between the first start and the last end.",
    ),
    (
        "Concurrency",
        "Items in progress at the same time (started_at <= t < completed_at): the peak, and the \
         time-weighted mean.",
    ),
    (
        "Tail",
        "Time between the end of the 95th percentile of finished items and the last end.",
    ),
    (
        "Age",
        "Time from the start of an open item to the newest time in the dump.",
    ),
    (
        "Error group",
        "Failures whose messages differ only in IDs, numbers, names, paths, URLs and times. What is \
         the same in all of them is shown as it is. Every failed item is in exactly one group.",
    ),
    (
        "Class",
        "What the message says to do. transient: retry. input: fix the file. permanent: fix the key, \
         the credits or the setup. unknown: the message does not say.",
    ),
    (
        "Skip reason",
        "Free text from the server. already_processed is documented as benign, size_limit_exceeded \
         as not benign; others are not documented.",
    ),
    (
        "Timeline",
        "Items that ended in each interval, in UTC. Items without an end time are shown at their \
         last update. Concurrency is the mean of the interval; open items count until the job's end \
         or last update.",
    ),
    (
        "Histogram of durations",
        "Bins of equal width on the axis, which is logarithmic if the longest duration is at least \
         30 times the shortest. The curve is the share of items below the upper edge of a bin.",
    ),
    (
        "Findings",
        "Patterns that enough items support: a dominant error, failures that cluster in time, a long \
         gap, a long tail, equal durations of failures, a few items or jobs that hold most of the \
         failures or time.",
    ),
];
