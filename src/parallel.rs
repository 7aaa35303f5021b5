//! Work on two cores where there is enough of it: waking another thread takes longer than a little.

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
        all.into_par_iter().map(of).collect()
    } else {
        all.into_iter().map(of).collect()
    }
}
