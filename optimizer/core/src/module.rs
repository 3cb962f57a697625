//! The module that passes work on: shell, code and custom sections.

use crate::code::Code;
use crate::error::{Result, Stage};
use crate::frame::{Frame, References};
use crate::go::Program;
use crate::input::Input;
use crate::parallel::prelude::*;
use crate::validate::validate;

/// A module between input and output.
#[derive(Debug)]
pub struct Module<'a> {
    pub(crate) input: Input<'a>,
    pub(crate) frame: Rewritable,
    /// Custom sections that are kept, in file order.
    pub(crate) customs: Vec<Custom<'a>>,
    /// Go's own tables as they are now, where the module is standard Go of a known release.
    pub(crate) program: Option<Program>,
    /// Go's functions, once they are lifted; without them, the bodies of the input stay.
    pub(crate) code: Option<Code>,
}

/// Whether the shell of a module could be taken apart.
#[derive(Debug)]
pub(crate) enum Rewritable {
    /// Passes may change everything.
    Yes(Box<Frame>),
    /// The module uses what cannot be rewritten safely; only custom sections may go.
    No {
        /// What it uses.
        reason: String,
    },
}

/// A custom section.
#[derive(Debug, Clone)]
pub(crate) struct Custom<'a> {
    pub(crate) name: &'a str,
    /// The whole content, name included.
    pub(crate) content: &'a [u8],
    /// Whether it stood before every standard section, where `dylink.0` must stay.
    pub(crate) leading: bool,
}

impl<'a> Module<'a> {
    /// Validates the input and takes it apart.
    ///
    /// # Errors
    /// An input that is not a valid WebAssembly module.
    pub(crate) fn new(input: Input<'a>) -> Result<Module<'a>> {
        validate(input.bytes, Stage::Read)?;
        let references: Result<Vec<References>> = (input.bodies.par_iter())
            .map(|range| References::of(input.slice(range), range.start))
            .collect();
        let frame = match references.and_then(|references| Frame::new(&input, references)) {
            Ok(frame) => Rewritable::Yes(Box::new(frame)),
            Err(error) => Rewritable::No {
                reason: error.message().to_owned(),
            },
        };
        Ok(Module {
            customs: customs(&input),
            program: None,
            code: None,
            frame,
            input,
        })
    }

    /// What was read.
    pub fn input(&self) -> &Input<'a> {
        &self.input
    }

    /// What the module uses that cannot be rewritten safely.
    pub(crate) fn unrewritable(&self) -> Option<&str> {
        match &self.frame {
            Rewritable::Yes(_) => None,
            Rewritable::No { reason } => Some(reason),
        }
    }
}

fn customs<'a>(input: &Input<'a>) -> Vec<Custom<'a>> {
    let first_standard = input
        .sections
        .iter()
        .position(|s| s.name.is_none())
        .unwrap_or(usize::MAX);
    (input.sections.iter().enumerate())
        .filter_map(|(position, section)| {
            Some(Custom {
                name: section.name?,
                content: input.slice(&section.range),
                leading: position < first_standard,
            })
        })
        .collect()
}
