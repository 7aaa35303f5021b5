//! The pool of workers behind a job: workers that are lost, and workers that wait for the last items.

/// Fewer starts than this say nothing about a pool.
const LEAST_STARTS: usize = 40;
/// The early part of the starts, by rank.
const EARLY: [f64; 2] = [0.1, 0.5];
/// The late part begins here.
const LATE: f64 = 0.9;
/// The concurrency of the late part is this part of the early one, at most.
const LEFT: f64 = 0.8;

/// Concurrency that fell while there was still work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkersLost {
    /// Median number of items in progress at early starts.
    pub early: u64,
    /// The same at the last tenth of the starts.
    pub late: u64,
    /// First start from which on there were never more in progress than between the two.
    pub since: i64,
}

/// Finds lost workers: `starts` and `ends` are those of all items of a job that is over, ascending.
///
/// A pool that works off a queue starts the next item when one ends, so that the number in progress at each
/// start is the size of the pool, up to the last start.
pub fn workers_lost(starts: &[i64], ends: &[i64]) -> Option<WorkersLost> {
    let count = starts.len();
    if count < LEAST_STARTS {
        return None;
    }
    let mut ended = 0;
    let in_progress: Vec<u64> = (1..)
        .zip(starts)
        .map(|(started, start)| {
            while ends.get(ended).is_some_and(|end| end <= start) {
                ended += 1;
            }
            started - (ended as u64).min(started)
        })
        .collect();
    let rank = |share: f64| (count as f64 * share) as usize;
    let early = median(&in_progress[rank(EARLY[0])..rank(EARLY[1])]);
    let late = median(&in_progress[rank(LATE)..]);
    if early < 2 || late >= early || late as f64 > LEFT * early as f64 {
        return None;
    }
    let between = (early + late) / 2;
    let since = in_progress.iter().rposition(|number| *number > between)? + 1;
    Some(WorkersLost {
        early,
        late,
        since: *starts.get(since)?,
    })
}

fn median(values: &[u64]) -> u64 {
    let mut values = values.to_vec();
    let at = values.len() / 2;
    *values.select_nth_unstable(at).1
}

/// Share of the durations by which a tail is explained.
const EXPLAINED: f64 = 0.995;
/// A tail is longer than what is explained by this factor, at least.
const BEYOND: f64 = 2.0;
/// Items for each worker, at least.
const LEAST_EACH: usize = 5;
/// Least share of the whole time.
const LEAST_SHARE: f64 = 0.1;
/// Least length.
const LEAST_MICROS: i64 = 30_000_000;

/// Time after the last start, in which workers without an item wait for those that still have one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IdleTail {
    /// Last start, in microseconds since the epoch.
    pub from: i64,
    /// Last end.
    pub to: i64,
    /// Most items in progress at once: the size of the pool.
    pub workers: u64,
    /// Worker time without an item after the last start, in microseconds.
    pub idle: i64,
    /// Items that ended after what is explained.
    pub items: u64,
    /// Length that such a pool usually has to wait for its last items, in microseconds.
    pub usual: i64,
}

/// Finds the instant after which a tail is remarkable at first glance, before anything is measured exactly.
pub fn may_have_tail(
    first_start: i64,
    last_start: i64,
    last_end: i64,
    workers: u64,
    items: usize,
) -> bool {
    let length = last_end - last_start;
    length >= LEAST_MICROS
        && length as f64 >= LEAST_SHARE * (last_end - first_start) as f64
        && workers > 1
        && items >= LEAST_EACH * workers as usize
}

/// Measures the tail of a pool of so many `workers` after the last start, `from`: `durations` are those of the
/// items that ended up to then, in any order; `last` holds the ends of all others.
///
/// At the last start each other worker is somewhere within its item. What is left of it is distributed as
/// the residual life of a renewal process: a share of 1 - E(max(d - x, 0)) / E(d) is shorter than x. The tail
/// is explained if all of so many are shorter than it with a probability of 1 in 200 or more.
///
/// Source: D. R. Cox, "Renewal Theory" (1962), chapter 5.
pub fn idle_tail(from: i64, workers: u64, durations: &mut [i64], last: &[i64]) -> Option<IdleTail> {
    let to = *last.iter().max()?;
    if durations.len() < LEAST_EACH * workers as usize {
        return None;
    }
    durations.sort_unstable();
    let residual = |share: f64| longest_residual(durations, share.powf(1.0 / workers as f64));
    let explained = (residual(EXPLAINED)? as f64 * BEYOND) as i64;
    if to - from <= explained {
        return None;
    }
    let usual = residual(0.5)?;
    let worked: i64 = last.iter().map(|end| end - from).sum();
    Some(IdleTail {
        from,
        to,
        workers,
        idle: ((to - from).saturating_mul(workers as i64))
            .saturating_sub(worked)
            .max(0),
        items: last.iter().filter(|end| *end - from > usual).count() as u64,
        usual,
    })
}

/// Residual life that this share is shorter than, of ascending durations.
fn longest_residual(durations: &[i64], share: f64) -> Option<i64> {
    let total: f64 = durations.iter().map(|micros| *micros as f64).sum();
    let left = (1.0 - share) * total;
    // The sum of what exceeds x, from the longest duration downwards: `above` of them are longer.
    let (mut above, mut sum) = (0.0, 0.0);
    for (at, micros) in durations.iter().enumerate().rev() {
        let next = *micros as f64;
        // At x = next, the longer ones exceed it by sum - above * next.
        if sum - above * next >= left {
            return Some(((sum - left) / above) as i64);
        }
        sum += next;
        above += 1.0;
        if at == 0 {
            return Some(((sum - left) / above).max(0.0) as i64);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    /// Starts and ends of so many items of 10 s each, with a pool whose size each start asks for.
    fn pool(items: usize, size: impl Fn(usize) -> usize) -> (Vec<i64>, Vec<i64>) {
        let (mut starts, mut ends): (Vec<i64>, Vec<i64>) = (Vec::new(), Vec::new());
        for item in 0..items {
            let size = size(item);
            // The next starts when so many are left.
            let start = match item.checked_sub(size) {
                Some(before) => ends[before],
                None => item as i64 * 1_000,
            };
            starts.push(start);
            ends.push(start + 10 * SECOND + (item % 7) as i64);
        }
        ends.sort_unstable();
        (starts, ends)
    }

    #[test]
    fn a_pool_that_shrinks_is_told_from_one_that_stays() {
        let (starts, ends) = pool(400, |item| if item < 200 { 16 } else { 4 });
        let lost = workers_lost(&starts, &ends).expect("lost workers");
        assert_eq!((lost.early, lost.late), (16, 4));
        assert!(lost.since >= starts[195] && lost.since <= starts[210]);
        let (starts, ends) = pool(400, |_| 16);
        assert_eq!(workers_lost(&starts, &ends), None);
    }

    #[test]
    fn few_starts_say_nothing_about_a_pool() {
        let (starts, ends) = pool(39, |item| if item < 20 { 8 } else { 1 });
        assert_eq!(workers_lost(&starts, &ends), None);
    }

    #[test]
    fn residuals_of_equal_durations_are_spread_evenly() {
        let durations = [100; 50];
        assert_eq!(longest_residual(&durations, 0.5), Some(50));
        assert_eq!(longest_residual(&durations, 0.99), Some(99));
        // Half of the time is spent in the two long ones: of these three quarters are left at 0.625.
        let mixed = [10, 10, 10, 10, 20, 20];
        assert_eq!(longest_residual(&mixed, 0.75), Some(10));
        assert_eq!(longest_residual(&[], 0.5), None);
    }

    #[test]
    fn a_tail_is_told_beyond_what_the_pool_explains() {
        let mut durations = vec![10 * SECOND; 100];
        let ordinary = [10 * SECOND, 4 * SECOND];
        assert_eq!(idle_tail(0, 4, &mut durations, &ordinary), None);
        let long = [60 * SECOND, 4 * SECOND];
        let tail = idle_tail(0, 4, &mut durations, &long).expect("a tail");
        assert_eq!((tail.items, tail.idle), (1, (4 * 60 - 64) * SECOND));
        assert!(tail.usual < 10 * SECOND, "{}", tail.usual);
        // With few items for each worker anything can happen.
        assert_eq!(idle_tail(0, 40, &mut durations, &long), None);
    }

    #[test]
    fn only_long_tails_of_pools_are_measured() {
        let hour = 3_600 * SECOND;
        assert!(may_have_tail(0, hour - 400 * SECOND, hour, 4, 20));
        assert!(!may_have_tail(0, hour - 300 * SECOND, hour, 4, 20));
        assert!(!may_have_tail(0, hour - 400 * SECOND, hour, 4, 19));
        assert!(!may_have_tail(0, hour - 400 * SECOND, hour, 1, 20));
        assert!(!may_have_tail(0, 10 * SECOND, 39 * SECOND, 4, 20));
    }
}
