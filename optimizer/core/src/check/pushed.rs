//! The calls of the input that push a return PC, read without regard to anything else.

use super::written::body;
use crate::go::{Pc, Program};
use crate::index::{Defined, FuncIndex};
use crate::input::{Input, code_section};
use crate::parallel::prelude::*;
use std::collections::HashMap;
use wasmparser::Operator;

/// Operators between the store of a return PC and the call: five shift a PC to a table slot and put PC_B below it.
const MOST_BETWEEN: usize = 8;

/// A call that pushes a return PC of its own function.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pushed {
    pub(super) return_pc: Pc,
    /// `None` for a call through the table.
    pub(super) callee: Option<FuncIndex>,
}

/// Every such call of the input, by the offset of the call in the code section.
pub(super) fn pushed(input: &Input<'_>, program: &Program) -> HashMap<u32, Pushed> {
    let Some(section) = code_section(input) else {
        return HashMap::new();
    };
    let of_one = |position: Defined| {
        let index = input.imported_functions.index(position);
        let own = program.by_wasm_index(index).map(|function| function.pc_f());
        own.map_or_else(Vec::new, |own| calls(input, position, own, section.start))
    };
    let positions = (0..input.bodies.len()).into_par_iter().map(Defined::nth);
    let of_all: Vec<Vec<(u32, Pushed)>> = positions.map(of_one).collect();
    of_all.into_iter().flatten().collect()
}

fn calls(input: &Input<'_>, position: Defined, own: u32, start: usize) -> Vec<(u32, Pushed)> {
    let mut found = Vec::new();
    let Some(Ok(reader)) = body(input, position).map(|body| body.get_operators_reader()) else {
        return found;
    };
    let mut constant: Option<Pc> = None;
    // What was pushed, and how many operators ago.
    let mut pushed: Option<(Pc, usize)> = None;
    for (operator, offset) in reader.into_iter_with_offsets().flatten() {
        let callee = match operator {
            Operator::Call { function_index } => Some(Some(FuncIndex(function_index))),
            Operator::CallIndirect { .. } => Some(None),
            _ => None,
        };
        if let (Some(callee), Some((return_pc, _))) = (callee, pushed) {
            let call = Pushed { return_pc, callee };
            found.push((offset.saturating_sub(start) as u32, call));
            pushed = None;
        }
        pushed = pushed
            .map(|(pc, ago)| (pc, ago + 1))
            .filter(|(_, ago)| *ago < MOST_BETWEEN);
        if let (Operator::I64Store { memarg }, Some(pc)) = (&operator, constant)
            && memarg.offset == 0
            && pc.f == own
        {
            pushed = Some((pc, 0));
        }
        constant = match operator {
            Operator::I64Const { value } => Pc::of_bits(value.cast_unsigned()),
            _ => None,
        };
    }
    found
}
