//! Rule `removed`: nothing leads to a function that was taken out, and what was taken out of method tables, nobody asks for.
//!
//! A function of the input that is nothing but a trap in the output was taken out. In what was written, no other function calls
//! it or has a number that is one of its PCs, no word of memory outside of Go's function tables is one, no export or start
//! function is it, and no method table has it. A method that went from a table is of no interface that its type implements as
//! a whole, and reflection shows none of it; one that lost its name is in no interface at all. All other types read as they
//! did, names included. Types are looked for at every aligned address, by which more may be found than there are.

mod code;
mod methods;
#[cfg(test)]
mod tests;

use super::written::{Role, Written, body};
use super::{Fault, Subject};
use crate::go::{Field, Pc, Program};
use crate::index::{Defined, FuncIndex};
use crate::input::Input;
use code::Mentions;
use methods::Reflection;
use std::cell::LazyCell;
use std::collections::{BTreeSet, HashMap};
use wasmparser::Operator;

/// Checks it. Returns the positions of functions that were taken out.
///
/// # Errors
/// Something that may lead to one of them, or a type that has changed otherwise.
pub(super) fn check(
    subject: &Subject<'_>,
    written: &Written<'_>,
    origins: &HashMap<Defined, Defined>,
) -> Result<BTreeSet<Defined>, Fault> {
    let Some(after) = &written.program else {
        return Ok(BTreeSet::new());
    };
    let is_removed = |position: &Defined| {
        let function = &written.functions[*position];
        function.role == Role::Lifted && !function.is_assembly && is_trap(&written.input, *position)
    };
    let positions = Defined::all(written.functions.len());
    let removed: BTreeSet<Defined> = positions.filter(is_removed).collect();
    // Go's assembly alone has functions that only trap; they show SP.
    let was_trap = |position: &&Defined| {
        let origin = origins.get(*position);
        origin.is_some_and(|origin| is_trap(subject.input, *origin))
    };
    if let Some(position) = removed.iter().find(was_trap) {
        let function = &written.functions[*position];
        return Err(Fault::of(
            function,
            "global 0",
            "a trap at which global 0 is not SP",
        ));
    }
    let slots = slots_of(written, &removed);
    let is_gone = |index: FuncIndex| {
        let position = written.input.imported_functions.defined(index);
        position.is_some_and(|position| removed.contains(&position))
    };
    if written
        .input
        .exported_functions()
        .chain(written.input.start)
        .any(is_gone)
    {
        return Err(fault("the host calls a function that was taken out"));
    }
    let reflection = Reflection::of(subject, written);
    let mentions = LazyCell::new(|| Mentions::of(written, &(&reflection.all() | &removed)));
    if !removed.is_empty() {
        if let Some(mention) = mentions.first(&removed, &removed) {
            let index = written.input.imported_functions.index(mention.of);
            let message = format!("it {} function {index}, which was taken out", mention.how);
            return Err(Fault::of(
                &written.functions[mention.by],
                "removed",
                message,
            ));
        }
        data_holds_none(after, &slots)?;
    }
    let alive = |index: FuncIndex| {
        let position = subject.written_at(written, index);
        !position.is_some_and(|position| removed.contains(&position))
    };
    methods::check(subject, written, &slots, &alive, (&reflection, &mentions))?;
    Ok(removed)
}

fn fault(message: impl Into<String>) -> Fault {
    Fault::of_module("removed", message)
}

/// The slots of functions in the table.
fn slots_of(written: &Written<'_>, functions: &BTreeSet<Defined>) -> BTreeSet<u32> {
    (functions.iter())
        .filter_map(|position| written.functions[*position].pc_f)
        .collect()
}

/// Whether all that a body does is trap.
fn is_trap(input: &Input<'_>, position: Defined) -> bool {
    let operators = body(input, position).and_then(|body| body.get_operators_reader().ok());
    let mut operators = operators.into_iter().flatten();
    matches!(operators.next(), Some(Ok(Operator::Unreachable)))
        && matches!(operators.next(), Some(Ok(Operator::End)))
        && operators.next().is_none()
}

/// Which of these slots a number is a PC of.
fn slot_of(value: u64, slots: &BTreeSet<u32>) -> Option<u32> {
    let pc = Pc::of_bits(value).filter(|pc| *pc >= Pc::FIRST)?;
    slots.contains(&pc.f).then_some(pc.f)
}

/// Checks that no variable and no constant in memory is one of their PCs. Go's function tables hold numbers of 32 bits.
fn data_holds_none(after: &Program, slots: &BTreeSet<u32>) -> Result<(), Fault> {
    let memory = after.memory().bytes();
    let word = |field| after.module().word(memory, field);
    let functab = after.module().table(memory, Field::PclnTable);
    // Where funcdata lies behind functab, it belongs to the tables as well.
    let end = word(Field::EPclnTab).or(functab.map(|functab| functab.range().end));
    let tables = (word(Field::PcHeader).zip(end)).map(|(start, end)| start..end);
    let tables = tables.unwrap_or_default();
    for (address, word) in memory.words() {
        if !tables.contains(&address) && slot_of(word, slots).is_some() {
            let name = slot_of(word, slots).and_then(|slot| after.by_pc_f(slot));
            let name = name.map_or_else(String::new, |function| {
                format!("function {}", function.wasm_index())
            });
            return Err(fault(format!(
                "the word at {address:#x} is a PC of {name}, which was taken out"
            )));
        }
    }
    Ok(())
}
