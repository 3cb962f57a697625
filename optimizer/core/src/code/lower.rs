//! All functions back to bytes, in the new calling convention and with the indices of the output.

use super::adapt::{self, Convention};
use super::copied::{Original, copied};
use super::definition::{self, Body, Definition};
use super::dispatch::{self, Backward};
use super::encode::{self, Encoded, Style};
use super::facts::{Facts, Role};
use super::ir::Function;
use super::lift::Refusal;
use super::marks::Written;
use super::unlifted::Unlifted;
use crate::error::{Error, Result, Stage};
use crate::go::Program;
use crate::index::{FuncIndex, PerFunction};
use crate::input::Input;
use crate::parallel::prelude::*;
use crate::part::Parts;
use crate::reindex::Reindex;
use std::borrow::Cow;
use std::ops::Range;

pub(crate) use super::encode::Target;

/// The code of a Go program, lifted.
#[derive(Debug)]
pub(crate) struct Code {
    pub(crate) facts: Facts,
    pub(crate) functions: PerFunction<Definition>,
    pub(crate) style: Style,
}

impl Code {
    /// All functions of Go's convention, whose type changes with it.
    pub(crate) fn go_functions(&self) -> impl Iterator<Item = FuncIndex> {
        let indices = self.functions.iter().map(|function| function.index);
        indices.filter(|index| self.facts.is_go(*index))
    }

    /// Which part each function is in.
    pub(crate) fn parts(&self) -> Parts {
        definition::parts(&self.functions, self.facts.imported)
    }

    /// Frees the graphs, which are millions of small parts, on all cores.
    pub(crate) fn free(mut self) {
        (self.functions.par_iter_mut())
            .for_each(|function| function.body = Body::Adapted(Unlifted::default()));
    }

    /// The graphs of those that were lifted.
    pub(crate) fn lifted_functions(&mut self) -> Vec<&mut Function> {
        let functions = self.functions.iter_mut();
        functions.filter_map(Definition::graph_mut).collect()
    }

    /// The graph of the function of this name, if it was lifted.
    pub(crate) fn lifted_by_name(
        &mut self,
        program: &Program,
        name: &str,
    ) -> Option<&mut Function> {
        let index = program.by_name(name)?.wasm_index();
        let position = self.facts.imported.defined(index)?;
        self.functions[position].graph_mut()
    }

    /// Which functions were lifted.
    pub(crate) fn lifted(&self) -> PerFunction<bool> {
        let lifted = |function: &Definition| function.graph().is_some();
        self.functions.iter().map(lifted).collect()
    }

    /// The final body of each defined function that the output has; empty for the others.
    ///
    /// # Errors
    /// A function that can be neither encoded nor adapted, by its index, and code that uses something that was removed.
    pub(crate) fn lower<'a>(
        &'a self,
        input: &Input<'a>,
        target: Target<'_>,
        has: &[bool],
    ) -> Result<Vec<Written<'a>>> {
        (self.functions.par_iter().zip(&input.bodies).zip(has))
            .map(|((function, original), has)| match has {
                true => self.body(input, function, original, target),
                false => Ok(Written::default()),
            })
            .collect()
    }

    /// Bytes of all bodies, with the indices of the input.
    ///
    /// # Errors
    /// As [`Code::lower`].
    pub(crate) fn size(&self, input: &Input<'_>) -> Result<u64> {
        let target = Target {
            indices: Reindex(None),
            marks: false,
        };
        (self.functions.par_iter().zip(&input.bodies))
            .map(|(function, original)| {
                let written = self.body(input, function, original, target)?;
                Ok(written.bytes.len() as u64)
            })
            .sum()
    }

    fn body<'a>(
        &'a self,
        input: &Input<'a>,
        function: &'a Definition,
        original: &Range<usize>,
        target: Target<'_>,
    ) -> Result<Written<'a>> {
        let index = function.index;
        let fail = |reason: &dyn std::fmt::Display| {
            Error::new(Stage::Emit, format!("function {index}: {reason}"))
        };
        if let (Body::Lifted(graph), Some(pc_f)) = (&function.body, function.pc_f) {
            let encoded = [Backward::Structured, Backward::ThroughEntry]
                .into_iter()
                .find_map(|backward| {
                    let mut shape = graph.shape();
                    dispatch::insert(&mut shape, backward);
                    encode::encode(graph, &shape, pc_f, self.style, target)
                });
            let encoded = encoded.ok_or_else(|| fail(&"its control flow cannot be written"))?;
            let Encoded { bytes, marks } = encoded.map_err(|removed| fail(&removed))?;
            return Ok(Written {
                bytes: Cow::Owned(bytes),
                marks,
                inlined: Some(&graph.inlined),
            });
        }
        let original = Original {
            bytes: input.slice(original),
            base: input.code_offset(original.start),
        };
        let convention = self.style.convention;
        adapted(original, index, convention, &self.facts, target).map_err(|reason| fail(&reason))
    }
}

/// The body of a function that was not lifted, in a module whose functions of Go's convention have this type.
///
/// # Errors
/// Why it cannot be fitted to the new convention.
pub(crate) fn adapted<'a>(
    body: Original<'a>,
    index: FuncIndex,
    convention: u32,
    facts: &Facts,
    target: Target<'_>,
) -> std::result::Result<Written<'a>, Refusal> {
    let own = match facts.role(index) {
        Role::Go => Convention::Go,
        // Nothing in it calls.
        Role::Pure | Role::ReadsMemory => {
            return copied(body, target).map_err(|_| "a body that cannot be copied");
        }
        Role::Special | Role::Import if facts.is_exported(index) => Convention::Export,
        Role::Special | Role::Import => Convention::Other,
    };
    let params = facts.signature(index).params as u32;
    adapt::adapt(body, params, own, convention, facts, target)
}
