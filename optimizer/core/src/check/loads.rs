//! That no load from the stack was added.
//!
//! Passes remove loads from Go's stack, where the value is in a local, and add none. Inlined bodies load their
//! arguments, which lie where the caller's frame ends; those of promoted calls as well, which compare the table slot with
//! the function first. So no function loads a word of its frame, or above it, more
//! often than it and all functions that it calls do in the input.

use super::Fault;
use super::tally::{Original, WORD, within};
use super::walk::{Found, RETURN_PC};
use super::written::Function;

/// Checks the loads of a function against those of the input, its own and those of the functions that it calls, each
/// with how often it calls them or, through the table, expects them.
///
/// # Errors
/// There is one that the input does not have.
pub(super) fn check<'t>(
    function: &Function,
    found: &Found,
    original: &Original,
    callees: impl Iterator<Item = (&'t Original, u32)>,
) -> Result<(), Fault> {
    if original.loads_early {
        return Ok(());
    }
    let mut more: Vec<(i32, u32)> = within(&found.tally.loads, original.frame)
        .map(|(word, count)| (word, count.saturating_sub(original.tally.loads_of(word))))
        .filter(|(_, count)| *count > 0)
        .collect();
    if more.is_empty() {
        return Ok(());
    }
    // The caller's SP is where the callee's arguments are.
    let above = ((original.frame + i64::from(RETURN_PC)) / i64::from(WORD)) as i32;
    for (callee, calls) in callees {
        for (word, count) in &mut more {
            *count = count.saturating_sub(callee.tally.loads_of(*word + above) * calls);
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
