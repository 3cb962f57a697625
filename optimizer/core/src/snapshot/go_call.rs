//! Calls of Go's functions from outside of Go, in Go's own code and in ours.
//!
//! The trampoline enters functions through the table by PCs on Go's stack, whatever convention they have among
//! themselves. Below what is called, stack walkers have to find a frame of Go's: that of an export's wrapper in a
//! reactor (`export`), that of `runtime.main` in a command (`command`).

pub(super) mod command;
mod export;

use super::word;
use crate::edit::Edit;
use crate::error::Result;
use crate::go::abi::{GLOBAL_SP, INITIALIZE, RETURN_PC, START};
use crate::go::{Kind, Pc, Program};
use crate::index::FuncIndex;
use crate::input::Input;
use command::Command;
use export::Export;
use wasm_encoder::InstructionSink;

/// How Go's functions are called in a module.
#[derive(Debug, Clone, Copy)]
pub(super) enum Calls {
    /// Of a reactor.
    Export(Export),
    /// Of a command that waits where it calls `main.main`.
    Command(Command),
}

impl Calls {
    /// # Errors
    /// A reactor without exports of `go:wasmexport`, or whose wrappers are not as Go writes them; a command that does not
    /// start as Go's do.
    pub(super) fn of(input: &Input<'_>, program: &Program, kind: Kind) -> Result<Calls> {
        Ok(match kind {
            Kind::Reactor => Calls::Export(Export::of(input, program)?),
            Kind::Command => Calls::Command(Command::of(input, program)?),
        })
    }

    /// The export that starts the program.
    pub(super) fn started_by(self) -> &'static str {
        match self {
            Calls::Export(_) => INITIALIZE,
            Calls::Command(_) => START,
        }
    }

    /// What calls functions in the module that is changed; adds to it what that takes.
    pub(super) fn caller(self, edit: &mut Edit<'_>) -> Caller {
        match self {
            Calls::Export(export) => Caller::Export(export),
            Calls::Command(command) => Caller::Command(command.add_calls(edit)),
        }
    }
}

/// Calls functions of Go in one module.
#[derive(Debug, Clone, Copy)]
pub(super) enum Caller {
    /// By code that stands where the call is.
    Export(Export),
    /// By this function, which calls what is next.
    Command(FuncIndex),
}

impl Caller {
    /// Calls a function without arguments and results.
    pub(super) fn call(self, code: &mut InstructionSink<'_>, function: Entry) {
        match self {
            Caller::Export(export) => export.call(code, function),
            Caller::Command(calls) => {
                function.be_next(code);
                code.call(calls.0);
            }
        }
    }
}

/// A function of Go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// Where it starts.
    pc: Pc,
    pub(super) wasm_index: FuncIndex,
}

impl Entry {
    /// Lets the trampoline enter it next.
    fn be_next(self, code: &mut InstructionSink<'_>) {
        below_sp(code);
        code.i64_const(self.pc.bits().cast_signed())
            .i64_store(word(0));
    }
}

/// The address of the word below SP.
fn below_sp(code: &mut InstructionSink<'_>) {
    code.global_get(GLOBAL_SP)
        .i32_const(RETURN_PC.cast_signed())
        .i32_sub();
}

/// The function of this name.
pub(super) fn function(program: &Program, name: &str) -> Option<Entry> {
    let function = program.by_name(name)?;
    Some(Entry {
        pc: function.entry_pc(),
        wasm_index: function.wasm_index(),
    })
}

/// Whether there is a function of this name.
pub(super) fn has(program: &Program, name: &str) -> bool {
    function(program, name).is_some()
}
