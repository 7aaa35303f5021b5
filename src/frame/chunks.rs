//! Values that are added one by one: in chunks of a fixed size, which are never moved while there are
//! more, and each given back as soon as it has been copied to where all of them stand in the end.

/// Values in chunks.
pub(super) struct Chunks<T> {
    full: Vec<Vec<T>>,
    last: Vec<T>,
}

/// Chunks double up to this many values, so that few values take little room.
const LONGEST: usize = 1 << 16;
const SHORTEST: usize = 1 << 6;

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self {
            full: Vec::new(),
            last: Vec::new(),
        }
    }
}

impl<T: Copy> Chunks<T> {
    #[inline]
    pub(super) fn push(&mut self, value: T) {
        if self.last.len() == self.last.capacity() {
            self.begin_another();
        }
        self.last.push(value);
    }

    #[cold]
    fn begin_another(&mut self) {
        let length = (self.last.capacity() * 2).clamp(SHORTEST, LONGEST);
        let full = std::mem::replace(&mut self.last, Vec::with_capacity(length));
        if !full.is_empty() {
            self.full.push(full);
        }
    }

    /// All of them, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = T> {
        let chunks = self.full.iter().chain([&self.last]);
        chunks.flat_map(|chunk| chunk.iter().copied())
    }

    /// The values of several, one after the other, in one piece, each as `of` makes it from the
    /// place of the list it stood in.
    pub(super) fn join<U>(lists: Vec<Self>, of: impl Fn(usize, T) -> U) -> Vec<U> {
        let length = lists.iter().map(Self::len).sum();
        let mut joined = Vec::with_capacity(length);
        for (place, list) in lists.into_iter().enumerate() {
            for chunk in list.full.into_iter().chain([list.last]) {
                joined.extend(chunk.into_iter().map(|value| of(place, value)));
            }
        }
        joined
    }

    fn len(&self) -> usize {
        self.full.iter().map(Vec::len).sum::<usize>() + self.last.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_stands_there_in_order() {
        let mut lists: [Chunks<usize>; 3] = Default::default();
        for value in 0..100_000 {
            lists[usize::from(value > 70) * 2].push(value);
        }
        assert!(lists[2].iter().eq(71..100_000));
        let joined = Chunks::join(lists.into(), |list, value| (list, value));
        let expected = (0..100_000).map(|value| (usize::from(value > 70) * 2, value));
        assert!(joined.into_iter().eq(expected));
    }
}
