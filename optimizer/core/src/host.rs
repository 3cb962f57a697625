//! Modules for hosts that lack something: what a host does not do is done in the module.
//!
//! ```text
//! before   (import "wasi_snapshot_preview1" "poll_oneoff" (func))  (export "add" (func $add))
//! after    (func ;; returns 0 at once, no event)                    (export "add" (func ;; calls _initialize once, then $add))
//! ```
//!
//! Done to the module's shell, before the passes, and only where the caller asks for it: a host that has the function
//! does more than these answers do.

mod initialize;
mod stubs;
mod table;
#[cfg(test)]
mod tests;

pub use table::{HOSTS, KnownHost, known_host};

use crate::error::{Error, Result, Stage};
use crate::frame::Frame;
use crate::input::{Input, PAGE};
use crate::module::{Module, Rewritable};
use crate::options::Options;

/// Names of functions of WASI that [`Options::stub_missing`] takes.
pub fn stubbed_functions() -> impl Iterator<Item = &'static str> {
    stubs::ANSWERS.iter().map(|(name, _)| *name)
}

/// Does what the options ask for before the passes run.
///
/// # Errors
/// A function that cannot be answered in the module, a module without `_initialize`, a module that cannot be rewritten.
pub(crate) fn adapt(module: &mut Module<'_>, options: &Options) -> Result<()> {
    if options.stub_missing.is_empty() && !options.initialize_first {
        return Ok(());
    }
    let (frame, input) = parts(module)?;
    if options.initialize_first {
        initialize::run(frame, input)?;
    }
    stubs::run(frame, input, &options.stub_missing)
}

/// Declares the most memory that the module may have, once the passes have said how little it needs.
///
/// # Errors
/// It needs more.
pub(crate) fn limit_memory(module: &mut Module<'_>, options: &Options) -> Result<()> {
    let Some(limit) = options.max_memory else {
        return Ok(());
    };
    let pages = limit / PAGE;
    let (frame, _) = parts(module)?;
    let mut memories = frame.walrus.memories.iter_mut();
    let (Some(memory), None) = (memories.next(), memories.next()) else {
        return Err(fail(
            "the most memory can be set for modules that have one memory",
        ));
    };
    if memory.import.is_some() {
        return Err(fail(
            "the memory is imported: whoever makes it sets its limit",
        ));
    }
    if memory.initial > pages {
        let needed = memory.initial * PAGE;
        return Err(fail(format!("the program has {needed} bytes of memory when it starts, more than the {limit} it may have"))
            .with_hint("raise --max-memory; a Go program needs a few MB more than at its start"));
    }
    memory.maximum = Some(memory.maximum.map_or(pages, |maximum| maximum.min(pages)));
    Ok(())
}

fn parts<'m, 'i>(module: &'m mut Module<'i>) -> Result<(&'m mut Frame, &'m Input<'i>)> {
    match &mut module.frame {
        Rewritable::Yes(frame) => Ok((frame, &module.input)),
        Rewritable::No { reason } => Err(fail(format!(
            "the module cannot be adapted to its host: {reason}"
        ))),
    }
}

fn fail(message: impl Into<String>) -> Error {
    Error::new(Stage::Host, message)
}
