//! Rule `stores`: every store of the input is still there.
//!
//! No pass drops a store, not even to a word of the stack that nobody reads: the garbage collector reads it. Inlined
//! bodies add stores. So each function stores at least as often as in the input, to each word of its frame and above
//! it, and in all. It stores its own return PC, which callers push in the input.

use super::Fault;
use super::tally::{Original, Tally, WORD, within};
use super::walk::Found;
use super::written::Function;

impl Tally {
    /// A word to which the other one, which has this frame, stores more often, or `None` for all words together. A
    /// function without any call left needs no frame, which nobody sees: then only what lies above counts.
    fn lacks(&self, other: &Tally, frame: i64) -> Option<Option<i32>> {
        let has_frame = within(&self.stores, frame).any(|(word, _)| word < 0);
        let is_counted = |(word, _): &(i32, u32)| has_frame || *word >= 0;
        let counted = || within(&other.stores, frame).filter(is_counted);
        let lacking = counted()
            .find(|(word, count)| self.stores.get(word).unwrap_or(&0) < count)
            .map(|(word, _)| Some(word * WORD));
        let own = within(&self.stores, frame).map(|(_, count)| count);
        let stored = self.stored_elsewhere + own.sum::<u32>();
        let asked = other.stored_elsewhere + counted().map(|(_, count)| count).sum::<u32>();
        lacking.or((stored < asked).then_some(None))
    }
}

/// Checks the stores of a function against those of the input.
///
/// # Errors
/// One is missing.
pub(super) fn check(function: &Function, found: &Found, original: &Original) -> Result<(), Fault> {
    if !found.keeps_return_pc {
        let message = "the return PC is not stored";
        return Err(Fault::of(function, "stores", message));
    }
    let message = match found.tally.lacks(&original.tally, original.frame) {
        None => return Ok(()),
        Some(Some(place)) => format!("a store is missing, {place} bytes from the return PC"),
        Some(None) => "a store is missing".to_owned(),
    };
    Err(Fault::of(function, "stores", message))
}
