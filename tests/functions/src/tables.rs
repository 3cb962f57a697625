//! What Go's tables say of a return PC, before and after: the same, whatever its number is.

use crate::pair::Pair;
use gowasp_core::go::{Function, PcValues, pcdata};

/// What the runtime can ask at a return PC. Lines, files and stack maps are those of the call, one PC before.
#[derive(Debug, PartialEq)]
struct Said {
    /// Function, file and line, with what was inlined there.
    frames: String,
    stack_map: Option<i32>,
    /// Bytes of the frame, at the call and behind it.
    frame: [Option<i32>; 2],
}

/// How the tables differ for a return PC that has become another; `None` if they do not.
pub(crate) fn difference(pair: &Pair<'_>, slot: u32, old: u32, new: u32) -> Option<String> {
    let before = said(pair.program.by_pc_f(slot)?, old)?;
    let after = new_function(pair, slot).and_then(|function| said(function, new));
    (after.as_ref() != Some(&before))
        .then(|| format!("the tables say {after:?} instead of {before:?}"))
}

fn new_function<'p>(pair: &'p Pair<'_>, slot: u32) -> Option<Function<'p>> {
    pair.new_program.by_pc_f(slot)
}

/// `None` at PC 0, where nothing is called.
fn said(function: Function<'_>, pc: u32) -> Option<Said> {
    let call = pc.checked_sub(1)?;
    let value = |table: Option<PcValues<'_>>, pc| table?.value_at(pc).ok()?;
    Some(Said {
        frames: format!("{:?}", function.frames_at(call).ok()?),
        stack_map: value(function.pcdata(pcdata::STACK_MAP_INDEX), call),
        frame: [value(function.pcsp(), call), value(function.pcsp(), pc)],
    })
}
