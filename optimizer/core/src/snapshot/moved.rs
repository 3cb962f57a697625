//! Where the code of a module stands in its snapshot.
//!
//! ```text
//! before   100: call 3         102: drop
//! after    140: call 1203      143: drop        ;; call 3, redirected
//! ```
//!
//! Functions keep their indices and their instructions; only what some of them call is another function, whose index may
//! take more bytes.

use super::fail;
use crate::codemap::{CodeMap, code_start};
use crate::error::{Error, Result, Stage};
use crate::index::FuncIndex;
use crate::input::Input;
use std::ops::Range;
use wasmparser::{BinaryReader, FunctionBody};

/// The code map of the snapshot `after` that was made of `before`, which `map` is of.
///
/// # Errors
/// Functions of the first that are not in the second.
pub(super) fn moved(map: CodeMap, before: &Input<'_>, after: &Input<'_>) -> Result<CodeMap> {
    let mut moves = Vec::new();
    let starts = (start(before)?, start(after)?);
    for (position, old) in before.bodies.iter().enumerate() {
        let new = after.bodies.get(position);
        let new = new.ok_or_else(|| fail("a function is not in the snapshot"))?;
        let (old, new) = match old.len() == new.len() {
            true => (vec![old.start], vec![new.start]),
            false => (instructions(before, old)?, instructions(after, new)?),
        };
        if old.len() != new.len() {
            return Err(fail("a function of the snapshot has other instructions"));
        }
        let offsets = |(old, new)| ((old - starts.0) as u32, (new - starts.1) as u32);
        moves.extend(old.into_iter().zip(new).map(offsets));
    }
    // What was added comes from nowhere.
    let added = after.bodies.get(before.bodies.len());
    let first = FuncIndex(before.functions.len() as u32);
    let added = added.map(|body| ((body.start - starts.1) as u32, first));
    Ok(map.moved(&moves, added))
}

fn start(input: &Input<'_>) -> Result<usize> {
    code_start(input).ok_or_else(|| fail("the module has no code"))
}

/// Where a body and each of its instructions begin in the file, by ascending offset.
fn instructions(input: &Input<'_>, body: &Range<usize>) -> Result<Vec<usize>> {
    let malformed = |error| Error::from_parser(Stage::Snapshot, &error);
    let reader = BinaryReader::new(input.slice(body), body.start);
    let mut operators = (FunctionBody::new(reader).get_operators_reader()).map_err(malformed)?;
    let mut starts = vec![body.start];
    while !operators.eof() {
        starts.push(operators.original_position());
        operators.read().map_err(malformed)?;
    }
    Ok(starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_stand_at_the_same_instructions() {
        let text = |callee: usize, more: &str| {
            let many = "(func)".repeat(200);
            let calls = format!("(func (local i64) call {callee} i32.const 1 drop)");
            wat::parse_str(format!("(module {calls} (func nop) {many} {more})")).expect("text")
        };
        let (old, new) = (text(2, ""), text(201, "(func)"));
        let before = Input::read(&old).expect("reads");
        let after = Input::read(&new).expect("reads");
        let map = CodeMap::of_input(&before, None).expect("reads");
        let moved = moved(map.clone(), &before, &after).expect("the same instructions");
        let (from, to) = (start(&before).expect("code"), start(&after).expect("code"));
        let mut calls = 0;
        for (old_run, new_run) in map.runs().iter().zip(moved.runs()) {
            assert_eq!(old_run.function, new_run.function);
            let byte = |bytes: &[u8], at: usize| bytes[at];
            let before = byte(&old, from + old_run.new as usize);
            assert_eq!(before, byte(&new, to + new_run.new as usize));
            calls += usize::from(before == 0x10);
        }
        assert_eq!(calls, 1, "the call is a run of its own");
        let behind = moved.runs().last().expect("runs");
        assert_eq!(behind.origin, None, "what was added has no origin");
    }
}
