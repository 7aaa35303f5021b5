//! What each figure means, for the reader of a report.

/// Terms with their definitions, in the order in which the figures appear.
pub(super) const DEFINITIONS: &[(&str, &str)] = &[
    (
        "Recorded, distinct, duplicates",
        "Recorded counts every item record that was read. Distinct counts item ids, and every \
         figure is about these, each by its newest record. Duplicates is the difference; \
         conflicting ones are items whose records differ.",
    ),
    (
        "Stated, missing",
        "Stated is the number of items the job gives (total_items), or else its item list \
         (total_size). Missing is stated less distinct; it is unknown where nothing is stated.",
    ),
    (
        "Failure rate",
        "failed / (completed + failed): of the items that were worked on to an end. It is absent, \
         not zero, where there are none.",
    ),
    (
        "95 % interval",
        "The Wilson score interval of a share: the range of true rates that fits so many of so \
         many items.",
    ),
    (
        "Duration",
        "completed_at - started_at of an item, over items that have both times and did not end \
         before they started. How many were left out stands beside the figures.",
    ),
    (
        "p50, p90, p95, p99",
        "Percentiles: that share of the items took at most so long. They interpolate linearly \
         between the closest ranks (type 7) and are exact. p50 is the median.",
    ),
    (
        "Wall time",
        "completed_at - started_at of the job; absent while it runs.",
    ),
    (
        "Throughput",
        "Items ended per minute between the first start and the last end.",
    ),
    (
        "Concurrency",
        "Items worked on at one instant (started_at <= t < completed_at): its peak, and its mean \
         weighted by time.",
    ),
    (
        "Tail",
        "The time between the end of the 95th per cent of the ended items and the last end.",
    ),
    (
        "Error group",
        "Failures whose messages are equal once ids, numbers, quoted names, paths, URLs and times \
         are masked. Every failed item is in exactly one group.",
    ),
    (
        "Skip reason",
        "Free text of the server. already_processed is documented as benign, size_limit_exceeded \
         is not benign; what others mean is not documented.",
    ),
    (
        "Timeline",
        "Ended items per interval of a round length, at whole multiples of it in UTC. An ended item \
         that states no end stands at the instant its record speaks of. The concurrency is its mean \
         over the interval; items still being worked on count up to the end of their job, or the \
         instant of its record while it runs.",
    ),
    (
        "Histogram of durations",
        "Bins of equal width on the axis, which is logarithmic where the longest duration is at \
         least 30 times the shortest. The curve is the share of items below the upper edge of each \
         bin.",
    ),
    (
        "Findings",
        "Statements that the figures bear out, made only where enough items do: most failures of \
         one kind, failures that lie closer together than other ends, a gap three times longer than \
         chance explains, a last twentieth of the items that takes a tenth of the time or more, \
         equal durations of failures, few items or jobs that hold most. No finding is a finding too.",
    ),
];
