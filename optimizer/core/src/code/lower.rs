//! All functions back to bytes, in the new calling convention.

use super::adapt::{self, Convention};
use super::dispatch::{self, Backward};
use super::encode::{self, Style};
use super::facts::{Facts, Role};
use super::ir::Function;
use super::lift::Refusal;
use super::unlifted::Unlifted;
use crate::error::{Error, Result, Stage};
use crate::input::Input;
use crate::parallel::prelude::*;
use std::borrow::Cow;

/// The code of a Go program, lifted.
#[derive(Debug)]
pub(crate) struct Code {
    pub(crate) facts: Facts,
    /// By position in the code section; `None` for functions that are only adapted.
    pub(crate) functions: Vec<Option<Function>>,
    /// PC_F by position in the code section; `None` for functions that are not in the table.
    pub(crate) pc_f: Vec<Option<u32>>,
    /// PC_B of the call of `runtime.deferreturn`, 0 without one, by position.
    pub(crate) deferreturn: Vec<u32>,
    /// Which functions are written in assembly, which is entered at fixed PCs, by position.
    pub(crate) is_assembly: Vec<bool>,
    /// What functions that were not lifted call, by position; nothing for those that were.
    pub(crate) unlifted: Vec<Unlifted>,
    pub(crate) style: Style,
}

impl Code {
    /// Wasm indices of all functions of Go's convention, whose type changes with it.
    pub(crate) fn go_functions(&self) -> impl Iterator<Item = u32> {
        let count = self.functions.len() as u32;
        (self.facts.imported..self.facts.imported + count).filter(|index| self.facts.is_go(*index))
    }

    /// Which functions were lifted, by position.
    pub(crate) fn lifted(&self) -> Vec<bool> {
        self.functions.iter().map(Option::is_some).collect()
    }

    /// The body of each defined function.
    ///
    /// # Errors
    /// A function that can be neither encoded nor adapted, by its index: the input stays as it is.
    pub(crate) fn lower<'a>(&self, input: &Input<'a>) -> Result<Vec<Cow<'a, [u8]>>> {
        (0..self.functions.len())
            .into_par_iter()
            .map(|position| self.body(input, position))
            .collect()
    }

    /// Bytes of all bodies as [`Code::lower`] would write them.
    ///
    /// # Errors
    /// As [`Code::lower`].
    pub(crate) fn size(&self, input: &Input<'_>) -> Result<u64> {
        (0..self.functions.len())
            .into_par_iter()
            .map(|position| Ok(self.body(input, position)?.len() as u64))
            .sum()
    }

    fn body<'a>(&self, input: &Input<'a>, position: usize) -> Result<Cow<'a, [u8]>> {
        let index = self.facts.imported + position as u32;
        let original = input.slice(&input.bodies[position]);
        let fail = |reason: &str| Error::new(Stage::Emit, format!("function {index}: {reason}"));
        if let (Some(function), Some(pc_f)) = (&self.functions[position], self.pc_f[position]) {
            let encoded = [Backward::Structured, Backward::ThroughEntry]
                .into_iter()
                .find_map(|backward| {
                    let mut function = function.clone();
                    dispatch::insert(&mut function, backward);
                    encode::encode(&function, pc_f, self.style)
                });
            return encoded
                .map(Cow::Owned)
                .ok_or_else(|| fail("its control flow cannot be written"));
        }
        adapted(original, index, self.style.convention, &self.facts).map_err(fail)
    }
}

/// The body of a function that was not lifted, in a module whose functions of Go's convention have this type.
///
/// # Errors
/// Why it cannot be fitted to the new convention.
pub(crate) fn adapted<'a>(
    body: &'a [u8],
    index: u32,
    convention: u32,
    facts: &Facts,
) -> std::result::Result<Cow<'a, [u8]>, Refusal> {
    let own = match facts.role(index) {
        Role::Go => Convention::Go,
        // Nothing in it that calls.
        Role::Pure | Role::ReadsMemory => return Ok(Cow::Borrowed(body)),
        Role::Special | Role::Import => Convention::Other,
    };
    let params = facts.signature(index).params as u32;
    adapt::adapt(body, params, own, convention, facts).map(Cow::Owned)
}
