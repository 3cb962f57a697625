//! By which numbers a function is entered: those of its resume points. Tables have others, too, to be dense.

use super::calls::FIRST_RETURN_PC;
use crate::check::written::{Function, Written};
use std::collections::BTreeSet;
use wasmparser::Operator;

/// The PC_B under which a function may be entered.
#[derive(Debug)]
pub(super) enum Asked {
    /// Assembly is entered at fixed PCs, too (`goexit+1`).
    All,
    These(BTreeSet<u32>),
}

impl Asked {
    /// Of calls whose result becomes SP, of morestack, of `deferreturn`.
    pub(super) fn of(
        operators: &[(Operator<'_>, usize)],
        function: &Function,
        written: &Written<'_>,
    ) -> Asked {
        if function.is_assembly {
            return Asked::All;
        }
        let mut these = BTreeSet::from([function.deferreturn]);
        for (at, (operator, _)) in operators.iter().enumerate() {
            let is_resumed = match operator {
                Operator::Call { function_index } => {
                    let callee = written.position(*function_index);
                    let grows = callee.is_some_and(|c| written.known.morestack.contains(&c));
                    grows || becomes_sp(operators, at)
                }
                Operator::CallIndirect { .. } => becomes_sp(operators, at),
                // The return PC of a body in place of a call.
                Operator::I64Const { value } if *value >= FIRST_RETURN_PC as i64 => {
                    let pc = value.cast_unsigned();
                    these.extend(own(function, pc));
                    false
                }
                _ => false,
            };
            if is_resumed {
                these.extend(pushed(operators, at, function));
            }
        }
        these.remove(&0);
        Asked::These(these)
    }

    pub(super) fn contains(&self, number: u32) -> bool {
        match self {
            Asked::All => true,
            Asked::These(these) => these.contains(&number),
        }
    }
}

fn becomes_sp(operators: &[(Operator<'_>, usize)], call: usize) -> bool {
    let behind = operators.get(call + 1).map(|(operator, _)| operator);
    matches!(behind, Some(Operator::LocalTee { local_index: 1 }))
}

/// PC_B of a PC of this function.
fn own(function: &Function, pc: u64) -> Option<u32> {
    let is_own = function.pc_f.is_some_and(|pc_f| u64::from(pc_f) == pc >> 16);
    is_own.then_some(pc as u32 & 0xffff)
}

/// PC_B that a call pushes: the operand in front of SP, which is as near before the call as its table slot lets it.
fn pushed(operators: &[(Operator<'_>, usize)], call: usize, function: &Function) -> Option<u32> {
    let operator = |at: usize| operators.get(at).map(|(operator, _)| operator);
    (2..call + 1).rev().find_map(|at| {
        let (before, at_sp) = (operator(at - 1)?, operator(at)?);
        if !matches!(at_sp, Operator::LocalGet { local_index: 1 }) {
            return None;
        }
        match before {
            Operator::I32Const { value } => own(function, u64::from(value.cast_unsigned())),
            Operator::I64Const { value } => own(function, value.cast_unsigned()),
            // The base is the only local that is added to for a PC.
            Operator::I32Add => match (operator(at - 2)?, operator(at.checked_sub(3)?)?) {
                (Operator::I32Const { value }, Operator::LocalGet { .. }) => {
                    u32::try_from(*value).ok().filter(|pc_b| *pc_b <= 0xffff)
                }
                _ => None,
            },
            _ => None,
        }
    })
}
