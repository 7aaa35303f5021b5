//! Work on two cores where there is enough of it: waking another thread takes longer than a little.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

/// From so many rows on, work on them is shared.
pub(crate) const MANY_ROWS: usize = 1 << 14;

/// Does both, at once where there is `much` to do.
pub(crate) fn both<A: Send, B: Send>(
    much: bool,
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    if much { rayon::join(a, b) } else { (a(), b()) }
}

/// Does it while others go on, where there is `much` to do; nobody waits for it.
pub(crate) fn beside(much: bool, this: impl FnOnce() + Send + 'static) {
    if much { rayon::spawn(this) } else { this() }
}

/// Does so many things, several at once where there is `much` to do; the results are in their order.
pub(crate) fn each<T: Send>(
    much: bool,
    count: usize,
    of: impl Fn(usize) -> T + Send + Sync,
) -> Vec<T> {
    if much {
        (0..count)
            .into_par_iter()
            .with_max_len(64)
            .map(of)
            .collect()
    } else {
        (0..count).map(of).collect()
    }
}

/// Does it to each of them, several at once where there is `much` to do; the results are in their order.
pub(crate) fn map<S: Send, T: Send>(
    much: bool,
    all: Vec<S>,
    of: impl Fn(S) -> T + Send + Sync,
) -> Vec<T> {
    if much {
        // One by one, for what comes together here is seldom of one size: whoever is done takes the next.
        all.into_par_iter().with_max_len(1).map(of).collect()
    } else {
        all.into_iter().map(of).collect()
    }
}

/// Does something to runs of consecutive things, which are `count` in all, several runs at once; the
/// results are in the order of the runs. They begin in that order, and get the shorter the fewer things
/// are left, so that all cores end together.
pub(crate) fn runs<T: Send>(count: usize, of: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
    let runs = shrinking(count, rayon::current_num_threads());
    let next = AtomicUsize::new(0);
    let done = rayon::broadcast(|_| {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(run) = runs.get(at) else {
                return done;
            };
            done.push((at, of(run.clone())));
        }
    });
    let mut done: Vec<(usize, T)> = done.into_iter().flatten().collect();
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Runs of which each is a share of what is left before it.
fn shrinking(count: usize, threads: usize) -> Vec<Range<usize>> {
    /// How many runs each core would get were they not to get shorter.
    const SHARES: usize = 4;
    let mut runs = Vec::new();
    let mut begin = 0;
    while begin < count {
        let length = ((count - begin) / (threads * SHARES)).max(1);
        runs.push(begin..begin + length);
        begin += length;
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_all_things_once_in_order_and_the_last_is_short() {
        for count in [0, 1, 7, 8, 9, 500, 10_000] {
            for threads in [1, 2, 64] {
                let runs = shrinking(count, threads);
                let all: Vec<usize> = runs.iter().cloned().flatten().collect();
                assert!(all.into_iter().eq(0..count));
                assert!(runs.is_sorted_by_key(|run| std::cmp::Reverse(run.len())));
                assert!(runs.last().is_none_or(|run| run.len() == 1));
            }
        }
        let sums = super::runs(1_000, |run| run.sum::<usize>());
        assert_eq!(sums.into_iter().sum::<usize>(), 999 * 500);
        let begins = super::runs(1_000, |run| run.start);
        assert!(begins.is_sorted());
    }
}
