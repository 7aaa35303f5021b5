//! The pool of workers behind a job: workers that are lost, workers that wait for the last items, and a pool in
//! which nothing ends.

/// Fewer starts than this say nothing about a pool.
const LEAST_STARTS: usize = 40;
/// The early part of the starts, by rank.
const EARLY: [f64; 2] = [0.1, 0.5];
/// The late part begins here.
const LATE: f64 = 0.9;
/// The concurrency of the late part is this part of the early one, at most.
const LEFT: f64 = 0.8;
/// The early part varies by its median times this, at most (squared). Of items that come at random, whatever ends,
/// the variance is the mean; a pool has the same number in progress all the time.
const VARIES: f64 = 0.25;

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
    let of_early = &in_progress[rank(EARLY[0])..rank(EARLY[1])];
    let (early, late) = (median(of_early), median(&in_progress[rank(LATE)..]));
    if early < 2 || late >= early || late as f64 > LEFT * early as f64 {
        return None;
    }
    let squares = of_early
        .iter()
        .map(|number| number.abs_diff(early).pow(2) as f64);
    if squares.sum::<f64>() > VARIES * early as f64 * of_early.len() as f64 {
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
const LEAST_EACH: usize = 8;
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
/// items that ended up to then, `ages` how long the others had been in progress, in any order; `last` holds the
/// ends of these others.
///
/// At the last start each other worker is somewhere within its item. What is left of it is distributed as
/// the residual life of a renewal process: a share of 1 - E(max(d - x, 0)) / E(d) is shorter than x. The tail
/// is explained if all of so many are shorter than it with a probability of 1 in 200 or more. The durations are
/// those of the Kaplan–Meier estimate, because of few items for each worker the long ones have not ended.
///
/// Source: D. R. Cox, "Renewal Theory" (1962), chapter 5.
pub fn idle_tail(
    from: i64,
    workers: u64,
    durations: &mut [i64],
    ages: &mut [i64],
    last: &[i64],
) -> Option<IdleTail> {
    let to = *last.iter().max()?;
    if durations.len() < LEAST_EACH * workers as usize {
        return None;
    }
    durations.sort_unstable();
    ages.sort_unstable();
    let estimated = estimated(durations, ages);
    let residual = |share: f64| longest_residual(&estimated, share.powf(1.0 / workers as f64));
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

/// Durations and the share of the items that have each, ascending, of ascending durations of items that ended and
/// ages of items that had not: the Kaplan–Meier estimate. What it leaves takes as long as the oldest (Efron 1967).
fn estimated(durations: &[i64], ages: &[i64]) -> Vec<(i64, f64)> {
    let (mut surviving, mut open) = (1.0, 0);
    let mut shares = Vec::with_capacity(durations.len() + 1);
    for (ended, micros) in durations.iter().enumerate() {
        while ages.get(open).is_some_and(|age| age < micros) {
            open += 1;
        }
        let at_risk = durations.len() - ended + ages.len() - open;
        let share = surviving / at_risk as f64;
        surviving -= share;
        shares.push((*micros, share));
    }
    let longest = durations.last().max(ages.last()).copied();
    shares.extend(longest.map(|longest| (longest, f64::max(surviving, 0.0))));
    shares
}

/// Residual life that this share is shorter than, of ascending durations with their shares.
fn longest_residual(durations: &[(i64, f64)], share: f64) -> Option<i64> {
    let total: f64 = durations
        .iter()
        .map(|(micros, part)| *micros as f64 * part)
        .sum();
    let left = (1.0 - share) * total;
    // The sum of what exceeds x, from the longest duration downwards: `above` of them are longer.
    let (mut above, mut sum) = (0.0, 0.0);
    for (micros, part) in durations.iter().rev() {
        let next = *micros as f64;
        // At x = next, the longer ones exceed it by sum - above * next.
        if above > 0.0 && sum - above * next >= left {
            break;
        }
        sum += next * part;
        above += part;
    }
    (above > 0.0).then(|| ((sum - left) / above).max(0.0).round() as i64)
}

/// Probability below which items in progress do not explain a time without an end, times the ends that it may
/// begin with.
const STALLED: f64 = 0.01;
/// A time without an end is stalled anyway if it is this many times as long as every other item took.
const FAR_LONGER: i64 = 5;
/// Fewer other items than this tell nothing about that.
const LEAST_OTHERS: usize = 20;

/// Tells if so many items in progress do not explain a time without an end, the `gap`. `durations` are those of all
/// items, in any order, with what is known of open ones; `ages` are how long those in progress had been so when the
/// gap began; `longest` is the longest duration of the others.
///
/// Each item of an age `a` takes longer than the gap with the probability S(a + gap) / S(a), where S is the share of
/// the items that take so long or longer. Workers that began at the same time end at about the same time, too.
pub fn is_stalled(
    durations: &mut [i64],
    ages: &[i64],
    longest: i64,
    gap: i64,
    ends: usize,
) -> bool {
    let others = durations.len().saturating_sub(ages.len());
    let is_far_longer = gap >= longest.saturating_mul(FAR_LONGER) && others >= LEAST_OTHERS;
    if ages.is_empty() || is_far_longer {
        return true;
    }
    durations.sort_unstable();
    let surviving = |micros: i64| {
        let shorter = durations.partition_point(|other| *other < micros);
        (durations.len() - shorter).max(1) as f64
    };
    let score: f64 = ages
        .iter()
        .map(|age| (surviving(age.saturating_add(gap)) / surviving(*age)).ln())
        .sum();
    score + (ends as f64).ln() < STALLED.ln()
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
        let residual =
            |durations: &[i64], share| longest_residual(&estimated(durations, &[]), share);
        assert_eq!(residual(&[100; 50], 0.5), Some(50));
        assert_eq!(residual(&[100; 50], 0.99), Some(99));
        // Half of the time is spent in the two long ones: of these three quarters are left at 0.625.
        assert_eq!(residual(&[10, 10, 10, 10, 20, 20], 0.75), Some(10));
        assert_eq!(residual(&[], 0.5), None);
    }

    /// The weeks to relapse of Freireich et al. (1963): R's `survfit` has a survival of 0.8571 after 6 weeks, 0.6902
    /// after 13 and 0.4482 after 23.
    #[test]
    fn what_has_not_ended_makes_durations_longer() {
        let ended = [6, 6, 6, 7, 10, 13, 16, 22, 23];
        let open = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35];
        let shares = estimated(&ended, &open);
        let surviving = |weeks: i64| -> f64 {
            let longer = shares.iter().filter(|(micros, _)| *micros > weeks);
            longer.map(|(_, share)| share).sum()
        };
        for (weeks, theirs) in [(6, 0.857_143), (13, 0.690_196), (23, 0.448_179)] {
            assert!((surviving(weeks) - theirs).abs() < 1e-6, "{weeks}");
        }
        assert_eq!(shares.last().map(|(weeks, _)| *weeks), Some(35));
    }

    #[test]
    fn items_in_progress_explain_a_time_without_an_end_or_not() {
        let mut durations: Vec<i64> = (50..150).collect();
        // Eight that began together take as long as any; eight that are about to end do not.
        assert!(!is_stalled(&mut durations, &[0; 8], 149, 50, 100));
        assert!(is_stalled(&mut durations, &[90; 8], 149, 50, 100));
        // One may always take longer, but not five times as long as all others.
        assert!(!is_stalled(&mut durations, &[0], 149, 744, 100));
        assert!(is_stalled(&mut durations, &[0], 149, 745, 100));
        // All began at once, and nothing has ended before.
        assert!(!is_stalled(&mut durations, &[0; 100], 0, 50, 100));
        assert!(is_stalled(&mut durations, &[], 149, 50, 100));
    }

    #[test]
    fn items_that_come_at_random_are_no_pool() {
        // Bursts of starts: up to twelve in progress, and hardly any at the end.
        let starts: Vec<i64> = (0..200)
            .map(|n| n / 12 * 10 * SECOND + n / 190 * 60 * SECOND * (n - 189))
            .collect();
        let ends: Vec<i64> = starts.iter().map(|start| start + 9 * SECOND).collect();
        assert_eq!(workers_lost(&starts, &ends), None);
    }

    #[test]
    fn a_tail_is_told_beyond_what_the_pool_explains() {
        let mut durations = vec![10 * SECOND; 100];
        let ordinary = [10 * SECOND, 4 * SECOND];
        assert_eq!(
            idle_tail(0, 4, &mut durations, &mut [0, 0], &ordinary),
            None
        );
        let long = [60 * SECOND, 4 * SECOND];
        let tail = idle_tail(0, 4, &mut durations, &mut [0, 0], &long).expect("a tail");
        assert_eq!((tail.items, tail.idle), (1, (4 * 60 - 64) * SECOND));
        assert!(tail.usual < 10 * SECOND, "{}", tail.usual);
        // With few items for each worker anything can happen.
        assert_eq!(idle_tail(0, 40, &mut durations, &mut [0, 0], &long), None);
    }

    #[test]
    fn only_long_tails_of_pools_are_measured() {
        let hour = 3_600 * SECOND;
        assert!(may_have_tail(0, hour - 400 * SECOND, hour, 4, 32));
        assert!(!may_have_tail(0, hour - 300 * SECOND, hour, 4, 32));
        assert!(!may_have_tail(0, hour - 400 * SECOND, hour, 4, 31));
        assert!(!may_have_tail(0, hour - 400 * SECOND, hour, 1, 32));
        assert!(!may_have_tail(0, 10 * SECOND, 39 * SECOND, 4, 32));
    }
}
