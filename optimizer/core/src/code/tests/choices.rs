//! Random decisions that shrink well: a list of numbers, read one by one.

use proptest::prelude::*;

/// A source of decisions. At the end of the list, every further decision is the first alternative, which generators
/// make the simplest one, so that proptest, which shortens lists and lowers numbers, finds small examples.
#[derive(Debug, Clone)]
pub(crate) struct Choices {
    numbers: Vec<u32>,
    at: usize,
}

impl Choices {
    /// Up to `most` decisions.
    pub(crate) fn up_to(most: usize) -> impl Strategy<Value = Choices> {
        prop::collection::vec(any::<u32>(), 0..most).prop_map(|numbers| Choices { numbers, at: 0 })
    }

    /// Always the first alternative.
    pub(crate) fn none() -> Choices {
        Choices {
            numbers: Vec::new(),
            at: 0,
        }
    }

    /// A number below `count`.
    pub(crate) fn pick(&mut self, count: usize) -> usize {
        self.number() as usize % count
    }

    pub(crate) fn flip(&mut self) -> bool {
        self.pick(2) == 1
    }

    /// One of a slice that is not empty.
    pub(crate) fn of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.pick(values.len())]
    }

    /// Any number; 0 behind the end.
    pub(crate) fn number(&mut self) -> u32 {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        number
    }
}
