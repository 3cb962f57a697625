//! What written code names.

use super::super::Fault;
use super::super::walk::access;
use super::super::written::{Written, body};
use super::slot_of;
use crate::index::{Defined, FuncIndex};
use crate::parallel::prelude::*;
use std::collections::BTreeSet;
use wasmparser::Operator;

/// Checks that no function but these names those that were taken out, of which the slots are these.
pub(super) fn names_none(
    written: &Written<'_>,
    removed: &BTreeSet<Defined>,
    slots: &BTreeSet<u32>,
    may_name: &BTreeSet<Defined>,
) -> Result<(), Fault> {
    let gone: BTreeSet<FuncIndex> = (removed.iter())
        .map(|position| written.input.imported_functions.index(*position))
        .collect();
    let found = (0..written.functions.len())
        .into_par_iter()
        .map(Defined::nth)
        .filter(|position| !may_name.contains(position))
        .find_map_first(|position| Some((position, names(written, position, &gone, slots)?)));
    match found {
        None => Ok(()),
        Some((position, message)) => {
            Err(Fault::of(&written.functions[position], "removed", message))
        }
    }
}

/// What a function does with one that was taken out.
fn names(
    written: &Written<'_>,
    position: Defined,
    gone: &BTreeSet<FuncIndex>,
    slots: &BTreeSet<u32>,
) -> Option<String> {
    let operators = body(&written.input, position)?
        .get_operators_reader()
        .ok()?;
    let mut number = None;
    for operator in operators {
        let operator = operator.ok()?;
        match &operator {
            Operator::Call { function_index }
            | Operator::ReturnCall { function_index }
            | Operator::RefFunc { function_index }
                if gone.contains(&FuncIndex(*function_index)) =>
            {
                return Some(format!(
                    "it calls function {function_index}, which was taken out"
                ));
            }
            Operator::CallIndirect { .. } | Operator::ReturnCallIndirect { .. } => {
                if let Some(slot) = number.filter(|slot| slots.contains(slot)) {
                    return Some(format!(
                        "it calls slot {slot}, whose function was taken out"
                    ));
                }
            }
            _ => {}
        }
        number = match operator {
            Operator::I32Const { value } => Some(value.cast_unsigned()),
            _ => None,
        };
        let value = match operator {
            Operator::I32Const { value } => Some(u64::from(value.cast_unsigned())),
            Operator::I64Const { value } => Some(value.cast_unsigned()),
            operator => access(&operator).map(|(offset, _)| offset.cast_unsigned()),
        };
        if let Some(slot) = value.and_then(|value| slot_of(value, slots)) {
            return Some(format!(
                "it has a PC of slot {slot}, whose function was taken out"
            ));
        }
    }
    None
}
