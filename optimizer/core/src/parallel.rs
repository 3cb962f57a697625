//! Per-function work on all cores; without the feature `rayon`, one function after the other with the same results.

/// What rayon's prelude has, as far as this crate uses it.
pub(crate) mod prelude {
    #[cfg(feature = "rayon")]
    pub(crate) use rayon::prelude::*;

    #[cfg(not(feature = "rayon"))]
    pub(crate) use super::one_thread::*;
}

/// Does both, side by side where there are cores.
#[cfg(feature = "rayon")]
pub(crate) fn join<A: Send, B: Send>(
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    rayon::join(a, b)
}

/// Does both.
#[cfg(not(feature = "rayon"))]
pub(crate) fn join<A, B>(a: impl FnOnce() -> A, b: impl FnOnce() -> B) -> (A, B) {
    (a(), b())
}

/// rayon's names for the iterators of the standard library.
#[cfg(not(feature = "rayon"))]
mod one_thread {
    pub(crate) trait IntoParallelIterator: IntoIterator + Sized {
        fn into_par_iter(self) -> Self::IntoIter {
            self.into_iter()
        }
    }

    impl<I: IntoIterator> IntoParallelIterator for I {}

    pub(crate) trait ParallelSlice<T> {
        fn par_iter(&self) -> std::slice::Iter<'_, T>;
        fn par_iter_mut(&mut self) -> std::slice::IterMut<'_, T>;
    }

    impl<T> ParallelSlice<T> for [T] {
        fn par_iter(&self) -> std::slice::Iter<'_, T> {
            self.iter()
        }

        fn par_iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
            self.iter_mut()
        }
    }

    pub(crate) trait ParallelIterator: Iterator + Sized {
        fn map_init<S, R>(
            self,
            init: impl FnOnce() -> S,
            mut map: impl FnMut(&mut S, Self::Item) -> R,
        ) -> impl Iterator<Item = R> {
            let mut state = init();
            self.map(move |item| map(&mut state, item))
        }

        fn find_map_first<R>(mut self, find: impl FnMut(Self::Item) -> Option<R>) -> Option<R> {
            self.find_map(find)
        }
    }

    impl<I: Iterator> ParallelIterator for I {}
}
