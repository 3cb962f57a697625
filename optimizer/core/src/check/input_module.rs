//! The input, read as far as the rules need it.

use super::jumps::leads_to;
use super::opaque::Opaque;
use super::written::{Function, Known, body, functions_of_input};
use crate::go::Program;
use crate::index::{Defined, FuncIndex, PerFunction};
use crate::input::Input;
use crate::parallel::prelude::*;
use std::sync::OnceLock;
use wasmparser::Operator;

/// What the input's functions call.
pub(super) struct InputModule<'s> {
    pub(super) input: &'s Input<'s>,
    pub(super) functions: PerFunction<Function>,
    pub(super) known: Known,
    calls: PerFunction<OnceLock<Opaque>>,
}

impl<'s> InputModule<'s> {
    pub(super) fn of(input: &'s Input<'_>, program: &Program) -> InputModule<'s> {
        InputModule::new(input, functions_of_input(input, program))
    }

    /// An input, and what its tables say about its functions.
    pub(super) fn new(input: &'s Input<'_>, functions: PerFunction<Function>) -> InputModule<'s> {
        InputModule {
            input,
            known: Known::of(&functions),
            calls: functions.iter().map(|_| OnceLock::new()).collect(),
            functions,
        }
    }

    /// What a function calls.
    pub(super) fn calls(&self, position: Defined) -> &Opaque {
        self.calls[position].get_or_init(|| Opaque::of(self.input, position))
    }

    /// Whether, somewhere in the first function, a trap follows a call of the second, or of one that jumps to it.
    pub(super) fn is_trapped(&self, caller: Defined, callee: Defined) -> bool {
        let index = (self.input.imported_functions).index(callee);
        let mut trapped = self.calls(caller).trapped.iter();
        trapped.any(|called| leads_to(self.input, *called, index))
    }

    /// Whether a function checks the stack. The check comes first, so little of most functions is read.
    pub(super) fn had_check(&self) -> PerFunction<bool> {
        let grows = |operator: Operator<'_>| match operator {
            Operator::Call { function_index } => {
                let imported = self.input.imported_functions;
                let position = imported.defined(FuncIndex(function_index));
                position.is_some_and(|p| self.known.morestack.contains(&p))
            }
            _ => false,
        };
        let had_check: Vec<bool> = (0..self.functions.len())
            .into_par_iter()
            .map(Defined::nth)
            .map(|position| {
                let operators = body(self.input, position).map(|body| body.get_operators_reader());
                operators
                    .into_iter()
                    .flatten()
                    .flatten()
                    .flatten()
                    .any(grows)
            })
            .collect();
        had_check.into()
    }
}
