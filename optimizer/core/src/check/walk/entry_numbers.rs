//! The numbers by which a function is entered: those of its resume points. Tables list others as well, to be dense.

use super::calls::FIRST_RETURN_PC;
use crate::check::numbers::Numbers;
use crate::check::value::constant;
use crate::check::written::{Function, Written};
use crate::go::Pc;
use crate::index::{Defined, FuncIndex};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use wasmparser::Operator;

/// The PC_B by which a function may be entered.
#[derive(Debug)]
pub(super) enum EntryNumbers {
    /// Assembly is entered at fixed PCs as well (`goexit+1`).
    All,
    These(BTreeSet<u32>),
}

impl EntryNumbers {
    /// Those of calls whose result becomes SP and that do not `stop`, of morestack, and of `deferreturn`. Those of
    /// calls that inlined bodies replace are added when such a body is seen to unwind.
    pub(super) fn of(
        operators: &[(Operator<'_>, usize)],
        function: &Function,
        written: &Written<'_>,
        stops: &dyn Fn(Defined) -> bool,
    ) -> EntryNumbers {
        if function.is_assembly {
            return EntryNumbers::All;
        }
        let mut these: BTreeSet<u32> = function.deferreturn.into_iter().collect();
        for (at, (operator, _)) in operators.iter().enumerate() {
            let is_resumed = match operator {
                Operator::Call { function_index } => {
                    let callee = written.position(FuncIndex(*function_index));
                    let grows = callee.is_some_and(|c| written.known.morestack.contains(&c));
                    grows || becomes_sp(operators, at) && !callee.is_some_and(stops)
                }
                Operator::CallIndirect { .. } => becomes_sp(operators, at),
                _ => false,
            };
            if is_resumed {
                these.extend(pushed(operators, at, function));
            }
        }
        these.remove(&0);
        EntryNumbers::These(these)
    }

    /// While no call is known: that of `deferreturn`, where a recovered panic enters.
    pub(super) fn none_of(function: &Function) -> EntryNumbers {
        EntryNumbers::These(function.deferreturn.into_iter().collect())
    }

    /// Adds a number. Whether it is new.
    pub(super) fn add(&mut self, number: u32) -> bool {
        match self {
            EntryNumbers::All => false,
            EntryNumbers::These(these) => these.insert(number),
        }
    }

    /// Those in a range. For assembly, the first stands for all.
    pub(super) fn within(&self, range: &RangeInclusive<u32>) -> Numbers {
        match self {
            EntryNumbers::All => Numbers::one(*range.start()),
            EntryNumbers::These(these) => these.range(range.clone()).copied().collect(),
        }
    }

    pub(super) fn contains(&self, number: u32) -> bool {
        match self {
            EntryNumbers::All => true,
            EntryNumbers::These(these) => these.contains(&number),
        }
    }
}

fn becomes_sp(operators: &[(Operator<'_>, usize)], call: usize) -> bool {
    let behind = operators.get(call + 1).map(|(operator, _)| operator);
    matches!(behind, Some(Operator::LocalTee { local_index: 1 }))
}

/// The PC_B that a call pushes, if it is one of this function: the operand before SP, which is as close before the call
/// as its table slot allows.
fn pushed(operators: &[(Operator<'_>, usize)], call: usize, function: &Function) -> Option<u32> {
    let operator = |at: usize| operators.get(at).map(|(operator, _)| operator);
    let base = match operator(1) {
        Some(Operator::LocalSet { local_index }) => Some(*local_index),
        _ => None,
    };
    let bits = (3..call).rev().find_map(|at| {
        let (before, Operator::LocalGet { local_index: 1 }) = (operator(at - 1)?, operator(at)?)
        else {
            return None;
        };
        let bits = match before {
            Operator::I32Const { .. } | Operator::I64Const { .. } => constant(before)?,
            Operator::I32Add | Operator::I64Add => {
                let Operator::LocalGet { local_index } = operator(at - 3)? else {
                    return None;
                };
                let pc_b = constant(operator(at - 2)?).filter(|_| Some(*local_index) == base)?;
                Pc::start(function.pc_f?).bits().wrapping_add(pc_b)
            }
            _ => return None,
        };
        (bits >= FIRST_RETURN_PC).then_some(bits)
    });
    let pc = Pc::of_bits(bits?)?;
    (Some(pc.f) == function.pc_f).then_some(pc.b)
}
