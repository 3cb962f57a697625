//! Sets of small numbers, such as the selectors that lead to a loop.

/// A sorted set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Numbers(Vec<u32>);

impl Numbers {
    pub(super) fn one(number: u32) -> Numbers {
        Numbers(vec![number])
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        self.0.iter().copied()
    }

    pub(super) fn first(&self) -> Option<u32> {
        self.0.first().copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a number that is larger than all.
    pub(super) fn push(&mut self, number: u32) {
        self.0.push(number);
    }

    pub(super) fn extend(&mut self, other: &Numbers) {
        if other
            .0
            .iter()
            .all(|number| self.0.binary_search(number).is_ok())
        {
            return;
        }
        self.0.extend(&other.0);
        self.0.sort_unstable();
        self.0.dedup();
    }

    /// Those that satisfy a condition, and the others.
    pub(super) fn split(&self, holds: impl Fn(u32) -> bool) -> (Numbers, Numbers) {
        let (yes, no) = self.0.iter().partition(|number| holds(**number));
        (Numbers(yes), Numbers(no))
    }
}

impl FromIterator<u32> for Numbers {
    /// The numbers have to come in order.
    fn from_iter<I: IntoIterator<Item = u32>>(numbers: I) -> Numbers {
        Numbers(numbers.into_iter().collect())
    }
}
