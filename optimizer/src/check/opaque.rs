//! Functions whose code is not followed: what they call, by their operators.

use crate::input::Input;
use wasmparser::{BinaryReader, FunctionBody, Operator};

/// What a function calls.
#[derive(Debug, Default)]
pub(super) struct Opaque {
    /// Indices of functions, imported ones as well.
    pub(super) calls: Vec<u32>,
    pub(super) is_indirect: bool,
}

impl Opaque {
    /// Reads the body at a position of the code section.
    pub(super) fn of(input: &Input<'_>, position: usize) -> Opaque {
        let mut opaque = Opaque::default();
        let Some(range) = input.bodies.get(position) else {
            return opaque;
        };
        let body = FunctionBody::new(BinaryReader::new(input.slice(range), range.start));
        for operator in body.get_operators_reader().into_iter().flatten().flatten() {
            match operator {
                Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                    opaque.calls.push(function_index);
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
