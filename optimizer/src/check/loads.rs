//! That no load from the stack was added.
//!
//! Passes take loads from Go's stack away, where the value is in a local, and add none. Bodies in place of calls load their
//! arguments, which lie where the caller's frame ends. So no function loads a word of its frame, or one above it, more often
//! than the input does, with all functions that it calls.

use super::Fault;
use super::tally::{Tally, WORD, Words};
use super::walk::{Found, RETURN_PC};
use super::written::Function;

/// Checks the loads of a function, given what the input has of it and of those that it calls, with how often.
///
/// # Errors
/// There is one that the input does not have.
pub(super) fn check<'t>(
    function: &Function,
    found: &Found,
    before: &Tally,
    callees: impl Iterator<Item = (&'t Tally, u32)>,
) -> Result<(), Fault> {
    let times = |words: &Words, word: i32| words.get(&word).copied().unwrap_or(0);
    let mut more: Vec<(i32, u32)> = (found.tally.loads.iter())
        .map(|(word, count)| (*word, count.saturating_sub(times(&before.loads, *word))))
        .filter(|(_, count)| *count > 0)
        .collect();
    if more.is_empty() {
        return Ok(());
    }
    let frame = i32::try_from(function.frame()).unwrap_or(i32::MAX / 2);
    for (callee, calls) in callees {
        for (word, count) in &mut more {
            // SP of the caller is where the callee's arguments are.
            let of_callee = (*word * WORD + frame + RETURN_PC).div_euclid(WORD);
            *count = count.saturating_sub(times(&callee.loads, of_callee) * calls);
        }
    }
    match more.iter().find(|(_, count)| *count > 0) {
        None => Ok(()),
        Some((word, _)) => {
            let place = word * WORD;
            let message = format!("a load is added, {place} bytes from the return PC");
            Err(Fault::of(function, "loads", message))
        }
    }
}
