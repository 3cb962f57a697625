//! Numbers of functions: the *index* by which code names one, imported ones included, and its *position* among those
//! that the module defines, which is that of its body. No other file converts one into the other.

use std::ops::{Deref, DerefMut, Index, IndexMut};

/// Index of a function; imported ones come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FuncIndex(pub u32);

/// Position of a function among those that the module defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Defined(pub u32);

/// How many functions a module imports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported(pub u32);

impl Imported {
    /// The index of a defined function.
    pub fn index(self, position: Defined) -> FuncIndex {
        // A module has less than 2^32 functions.
        FuncIndex(self.0.wrapping_add(position.0))
    }

    /// The position of the function with this index; `None` for an imported one.
    pub fn defined(self, index: FuncIndex) -> Option<Defined> {
        index.0.checked_sub(self.0).map(Defined)
    }

    /// Whether the function with this index is imported.
    pub fn contains(self, index: FuncIndex) -> bool {
        index.0 < self.0
    }
}

impl Defined {
    /// The `n`-th, from 0 on.
    pub fn nth(n: usize) -> Defined {
        Defined(n as u32)
    }

    /// All of a module that defines `count` functions.
    pub(crate) fn all(count: usize) -> impl Iterator<Item = Defined> + Clone {
        (0..count).map(Defined::nth)
    }

    /// Where it is in a list of all defined functions.
    pub fn place(self) -> usize {
        self.0 as usize
    }
}

impl std::fmt::Display for FuncIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// One value for each defined function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PerFunction<T>(Vec<T>);

impl<T> PerFunction<T> {
    /// The functions with their positions.
    pub(crate) fn positions(&self) -> impl Iterator<Item = (Defined, &T)> {
        (0..).map(Defined).zip(&self.0)
    }

    /// That of a function, if there is such a one.
    pub(crate) fn get(&self, position: Defined) -> Option<&T> {
        self.0.get(position.place())
    }
}

impl<T: Clone> PerFunction<T> {
    /// The same value for `count` functions.
    pub(crate) fn all(value: T, count: usize) -> PerFunction<T> {
        PerFunction(vec![value; count])
    }
}

impl<T> From<Vec<T>> for PerFunction<T> {
    fn from(values: Vec<T>) -> PerFunction<T> {
        PerFunction(values)
    }
}

impl<T> FromIterator<T> for PerFunction<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> PerFunction<T> {
        PerFunction(values.into_iter().collect())
    }
}

impl<T> Deref for PerFunction<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> DerefMut for PerFunction<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl<T> Index<Defined> for PerFunction<T> {
    type Output = T;

    fn index(&self, position: Defined) -> &T {
        &self.0[position.place()]
    }
}

impl<T> IndexMut<Defined> for PerFunction<T> {
    fn index_mut(&mut self, position: Defined) -> &mut T {
        &mut self.0[position.place()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_count_imports_and_positions_do_not() {
        let imported = Imported(3);
        assert_eq!(imported.index(Defined(2)), FuncIndex(5));
        assert_eq!(imported.defined(FuncIndex(5)), Some(Defined(2)));
        assert_eq!(imported.defined(FuncIndex(2)), None);
        assert!(imported.contains(FuncIndex(2)) && !imported.contains(FuncIndex(3)));
    }
}
