//! All functions back to bytes, in the new calling convention.

use super::adapt::{self, Convention};
use super::definition::{Body, Definition};
use super::dispatch::{self, Backward};
use super::encode::{self, Style};
use super::facts::{Facts, Role};
use super::ir::Function;
use super::lift::Refusal;
use crate::error::{Error, Result, Stage};
use crate::index::{FuncIndex, PerFunction};
use crate::input::Input;
use crate::parallel::prelude::*;
use std::borrow::Cow;
use std::ops::Range;

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

    /// The graphs of those that were lifted.
    pub(crate) fn lifted_functions(&mut self) -> Vec<&mut Function> {
        let functions = self.functions.iter_mut();
        functions.filter_map(Definition::graph_mut).collect()
    }

    /// Which functions were lifted, by position.
    pub(crate) fn lifted(&self) -> Vec<bool> {
        let lifted = |function: &Definition| function.graph().is_some();
        self.functions.iter().map(lifted).collect()
    }

    /// The body of each defined function.
    ///
    /// # Errors
    /// A function that can be neither encoded nor adapted, by its index: the input stays as it is.
    pub(crate) fn lower<'a>(&self, input: &Input<'a>) -> Result<Vec<Cow<'a, [u8]>>> {
        (self.functions.par_iter().zip(&input.bodies))
            .map(|(function, original)| self.body(input, function, original))
            .collect()
    }

    /// Bytes of all bodies as [`Code::lower`] would write them.
    ///
    /// # Errors
    /// As [`Code::lower`].
    pub(crate) fn size(&self, input: &Input<'_>) -> Result<u64> {
        (self.functions.par_iter().zip(&input.bodies))
            .map(|(function, original)| Ok(self.body(input, function, original)?.len() as u64))
            .sum()
    }

    fn body<'a>(
        &self,
        input: &Input<'a>,
        function: &Definition,
        original: &Range<usize>,
    ) -> Result<Cow<'a, [u8]>> {
        let index = function.index;
        let fail = |reason: &str| Error::new(Stage::Emit, format!("function {index}: {reason}"));
        if let (Body::Lifted(graph), Some(pc_f)) = (&function.body, function.pc_f) {
            let encoded = [Backward::Structured, Backward::ThroughEntry]
                .into_iter()
                .find_map(|backward| {
                    let mut graph = graph.clone();
                    dispatch::insert(&mut graph, backward);
                    encode::encode(&graph, pc_f, self.style)
                });
            return encoded
                .map(Cow::Owned)
                .ok_or_else(|| fail("its control flow cannot be written"));
        }
        let original = input.slice(original);
        adapted(original, index, self.style.convention, &self.facts).map_err(fail)
    }
}

/// The body of a function that was not lifted, in a module whose functions of Go's convention have this type.
///
/// # Errors
/// Why it cannot be fitted to the new convention.
pub(crate) fn adapted<'a>(
    body: &'a [u8],
    index: FuncIndex,
    convention: u32,
    facts: &Facts,
) -> std::result::Result<Cow<'a, [u8]>, Refusal> {
    let own = match facts.role(index) {
        Role::Go => Convention::Go,
        // Nothing in it calls.
        Role::Pure | Role::ReadsMemory => return Ok(Cow::Borrowed(body)),
        Role::Special | Role::Import => Convention::Other,
    };
    let params = facts.signature(index).params as u32;
    adapt::adapt(body, params, own, convention, facts).map(Cow::Owned)
}
