//! Functions whose code is not followed: their calls, found among their operators.

use super::written::body;
use crate::index::{Defined, FuncIndex};
use crate::input::Input;
use wasmparser::Operator;

/// What a function calls.
#[derive(Debug, Default)]
pub(super) struct Opaque {
    /// Imported functions as well.
    pub(super) calls: Vec<FuncIndex>,
    pub(super) is_indirect: bool,
    /// Functions that somewhere have nothing but a trap behind a call of them.
    pub(super) trapped: Vec<FuncIndex>,
}

impl Opaque {
    /// Reads the body of a function.
    pub(super) fn of(input: &Input<'_>, position: Defined) -> Opaque {
        let mut opaque = Opaque::default();
        let Some(body) = body(input, position) else {
            return opaque;
        };
        // The callee of the last call, as long as nothing was done since. Go moves SP to local 1 and tests the result
        // there; other tools keep it in a local.
        let mut behind: Option<FuncIndex> = None;
        for operator in body.get_operators_reader().into_iter().flatten().flatten() {
            match operator {
                Operator::Call { function_index } => behind = Some(FuncIndex(function_index)),
                Operator::Unreachable => opaque.trapped.extend(behind.take()),
                Operator::GlobalGet { global_index: 0 }
                | Operator::LocalSet { .. }
                | Operator::LocalTee { .. }
                | Operator::LocalGet { .. }
                | Operator::BrIf { .. }
                | Operator::End => {}
                _ => behind = None,
            }
            match operator {
                Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                    opaque.calls.push(FuncIndex(function_index));
                }
                Operator::CallIndirect { .. } | Operator::ReturnCallIndirect { .. } => {
                    opaque.is_indirect = true;
                }
                _ => {}
            }
        }
        opaque.calls.sort_unstable();
        opaque.calls.dedup();
        opaque
    }
}
