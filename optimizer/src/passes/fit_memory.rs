//! Declares as much memory as a Go program has to have before it grows it.
//!
//! ```text
//! before   (memory 271)      data to 1.1 MB, 16 MB above that nothing ever uses (Go 1.21 to 1.23; 1 MB from 1.24 on)
//! after    (memory 18)
//! ```
//!
//! What a program has to have is what its variables take, and what the start function of columnar-tables needs to
//! work in. That pass declares more where there is too little; here it is only ever less. `go/memory.rs` says why no
//! program misses the rest. The file stays as large as it is; the program takes less of its host's memory.
//!
//! Left alone: a memory that is imported or has a maximum, whose size somebody has thought about; programs of releases
//! that may do with what is declared; modules with a start function of their own. `--keep-memory` leaves every memory.

use super::group_tables::Reason;
use super::{Outcome, left_alone};
use crate::columns::start;
use crate::error::Result;
use crate::frame::Frame;
use crate::memory::PAGE;
use crate::module::Module;
use crate::options::Options;
use walrus::Memory;

pub(super) fn run(module: &mut Module<'_>, options: &Options) -> Result<Outcome> {
    if options.keep_memory {
        return Ok(Outcome {
            note: "--keep-memory".into(),
            ..Outcome::default()
        });
    }
    let of_go = match (&module.program, module.input.start) {
        (None, _) => Err("no tables"),
        (_, Some(_)) => Err("the module has a start function of its own"),
        (Some(program), None) => program.declared_bytes(),
    };
    let frame = module.frame_mut()?;
    let needed = of_go.and_then(|bytes| {
        changeable(only_memory(frame)?, options)?;
        Ok(bytes.max(end_of_working_memory(frame)?))
    });
    Ok(match needed {
        Err(reason) => left_alone(reason, 1),
        Ok(bytes) => lower(frame, bytes.div_ceil(PAGE)),
    })
}

fn lower(frame: &mut Frame, pages: u64) -> Outcome {
    let mut note = String::new();
    for memory in frame.walrus.memories.iter_mut() {
        note = format!("{} pages to {}", memory.initial, memory.initial.min(pages));
        memory.initial = memory.initial.min(pages);
    }
    Outcome {
        note,
        ..Outcome::default()
    }
}

/// The memory of a module that has one, an ordinary one.
pub(super) fn only_memory(frame: &Frame) -> std::result::Result<&Memory, Reason> {
    let mut memories = frame.walrus.memories.iter();
    let (Some(memory), None) = (memories.next(), memories.next()) else {
        return Err("not one memory");
    };
    if memory.shared || memory.memory64 || memory.page_size_log2.is_some() {
        return Err("the memory is not a plain one");
    }
    Ok(memory)
}

/// Whether passes may change how much of a memory is declared.
///
/// # Errors
/// Why they may not.
pub(super) fn changeable(memory: &Memory, options: &Options) -> std::result::Result<(), Reason> {
    if options.keep_memory {
        return Err("--keep-memory");
    }
    if memory.import.is_some() {
        return Err("the memory is imported");
    }
    match memory.maximum {
        Some(_) => Err("the memory has a maximum"),
        None => Ok(()),
    }
}

/// Where the start function of columnar-tables needs memory up to; 0 without one.
fn end_of_working_memory(frame: &Frame) -> std::result::Result<u64, Reason> {
    let Some(body) = frame.start() else {
        return Ok(0);
    };
    let (placement, _) = start::read(body).ok_or("the start function is not known")?;
    Ok(placement.end())
}
