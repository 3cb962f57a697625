//! What written code names of the functions that this rule asks about.

use super::super::walk::access;
use super::super::written::{Written, body};
use crate::go::Pc;
use crate::index::{Defined, FuncIndex};
use crate::parallel::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use wasmparser::Operator;

/// How a function names another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// It calls it, or takes a reference to it.
    Calls,
    /// It calls its slot in the table.
    CallsSlot,
    /// It has one of its PCs.
    HasPc,
}

impl fmt::Display for How {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            How::Calls => "calls",
            How::CallsSlot => "calls the slot of",
            How::HasPc => "has a PC of",
        })
    }
}

/// That one function names another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mention {
    pub(super) by: Defined,
    pub(super) of: Defined,
    pub(super) how: How,
}

/// All mentions of some functions.
pub(super) struct Mentions(Vec<Mention>);

impl Mentions {
    /// Reads all code.
    pub(super) fn of(written: &Written<'_>, functions: &BTreeSet<Defined>) -> Mentions {
        let slots: BTreeMap<u32, Defined> = (functions.iter())
            .filter_map(|position| Some((written.functions[*position].pc_f?, *position)))
            .collect();
        let by = |position| by_body(written, position, functions, &slots).unwrap_or_default();
        let positions = (0..written.functions.len())
            .into_par_iter()
            .map(Defined::nth);
        let found: Vec<Vec<Mention>> = positions.map(by).collect();
        Mentions(found.into_iter().flatten().collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Mention> {
        self.0.iter()
    }

    /// The first one of any of these functions, by another one than those that may.
    pub(super) fn first(
        &self,
        of: &BTreeSet<Defined>,
        may: &BTreeSet<Defined>,
    ) -> Option<&Mention> {
        (self.iter()).find(|mention| of.contains(&mention.of) && !may.contains(&mention.by))
    }
}

/// Those in one function's body, as far as it can be decoded: what cannot was refused before.
fn by_body(
    written: &Written<'_>,
    by: Defined,
    functions: &BTreeSet<Defined>,
    slots: &BTreeMap<u32, Defined>,
) -> Option<Vec<Mention>> {
    let operators = body(&written.input, by)?.get_operators_reader().ok()?;
    let imported = written.input.imported_functions;
    let mut found = Vec::new();
    let mut number = None;
    for operator in operators {
        let operator = operator.ok()?;
        let (of, how) = match &operator {
            Operator::Call { function_index }
            | Operator::ReturnCall { function_index }
            | Operator::RefFunc { function_index } => {
                let called = imported.defined(FuncIndex(*function_index));
                (
                    called.filter(|called| functions.contains(called)),
                    How::Calls,
                )
            }
            Operator::CallIndirect { .. } | Operator::ReturnCallIndirect { .. } => {
                let slot = number.and_then(|slot| slots.get(&slot));
                (slot.copied(), How::CallsSlot)
            }
            operator => {
                let value = match operator {
                    Operator::I32Const { value } => Some(u64::from(value.cast_unsigned())),
                    Operator::I64Const { value } => Some(value.cast_unsigned()),
                    operator => access(operator).map(|(offset, _)| offset.cast_unsigned()),
                };
                let pc = value.and_then(Pc::of_bits).filter(|pc| *pc >= Pc::FIRST);
                (pc.and_then(|pc| slots.get(&pc.f)).copied(), How::HasPc)
            }
        };
        found.extend(of.map(|of| Mention { by, of, how }));
        number = match operator {
            Operator::I32Const { value } => Some(value.cast_unsigned()),
            _ => None,
        };
    }
    Some(found)
}
