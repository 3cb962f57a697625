//! That every store of the input is still there.
//!
//! No pass drops a store, not even to a word of the stack that nobody reads: the garbage collector reads it. Bodies in place of
//! calls add some. So each function stores at least as often as in the input, to each word of its frame and above it, and
//! in all.

use super::Fault;
use super::tally::{Tally, WORD};
use super::walk::Found;
use super::written::Function;

impl Tally {
    /// A word to which the other one stores more often, or `None` for all words together. A function that is left without a
    /// call needs no frame, which nobody sees: then only the others count.
    fn lacks(&self, other: &Tally) -> Option<Option<i32>> {
        let has_frame = self.stores.keys().any(|word| *word < 0);
        let (counted, dropped): (Vec<_>, Vec<_>) =
            (other.stores.iter()).partition(|(word, _)| has_frame || **word >= 0);
        let lacking = (counted.into_iter())
            .find(|(word, count)| self.stores.get(word).unwrap_or(&0) < *count)
            .map(|(word, _)| Some(word * WORD));
        let dropped: u32 = dropped.into_iter().map(|(_, count)| count).sum();
        let all = (self.all_stores < other.all_stores - dropped).then_some(None);
        lacking.or(all)
    }
}

/// Checks the stores of a function, given what the input has of it.
///
/// # Errors
/// One is missing.
pub(super) fn check(function: &Function, found: &Found, before: &Tally) -> Result<(), Fault> {
    let message = match found.tally.lacks(before) {
        None => return Ok(()),
        Some(Some(place)) => format!("a store is missing, {place} bytes from the return PC"),
        Some(None) => "a store is missing".to_owned(),
    };
    Err(Fault::of(function, "stores", message))
}
