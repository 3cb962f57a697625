//! Calls of Go's functions in a command that waits where its runtime calls `main.main`.
//!
//! ```text
//! runtime.main         … runs init functions, pushes its return PC, calls main.main through the table
//! (while it is made)   the slot of main.main holds $wait: stores the PC of main.main below SP, sets PAUSE, unwinds
//!
//! call f               store the PC of f below SP
//!                      until the PC below SP is runtime.main's: call through the table what it names
//! _start               store the PC of main.main below SP, call wasm_pc_f_loop
//! ```
//!
//! `wasm_pc_f_loop` then returns to the host, as for any pause, and all that is needed to go on is on Go's stack. `f` is
//! called from where `main.main` would be, so stack walkers find the frame of `runtime.main` below it. `runtime.main` calls
//! through the table because the linker finds `main.main` for it (runtime/proc.go, Go 1.24 to 1.27), so no optimization
//! knows whom it calls, and the call can be resumed.

use super::super::{fail, word};
use super::{Entry, below_sp, function};
use crate::code::{PcWidth, globals_set};
use crate::edit::Edit;
use crate::error::Result;
use crate::go::abi::{GLOBAL_SP, RETURN_PC};
use crate::go::known::{CALLS_MAIN, MAIN};
use crate::go::{Bytes, Pc, Program};
use crate::index::FuncIndex;
use crate::input::Input;
use wasm_encoder::{BlockType, Function, InstructionSink, ValType};

/// The trampoline for commands (runtime/asm_wasm.s).
const TRAMPOLINE: &str = "wasm_pc_f_loop";

/// A command, and how Go's functions are called in it.
#[derive(Debug, Clone, Copy)]
pub(in crate::snapshot) struct Command {
    /// `main.main`.
    main: Entry,
    /// PC_F of `runtime.main`.
    caller: u32,
    trampoline: FuncIndex,
    /// Global that has the trampoline return to the host.
    pause: u32,
    /// Type of the functions in the table.
    ty: u32,
    convention: Convention,
}

/// What functions in the table take and return (code/adapt.rs).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Convention {
    /// PC_B; 1 if they unwind. SP is in its global.
    Original,
    /// PC_B or a return PC that they have to push, and SP; SP or 0 if they unwind.
    Lifted(PcWidth),
}

impl Command {
    /// # Errors
    /// A program that does not start as Go's do.
    pub(super) fn of(input: &Input<'_>, program: &Program) -> Result<Command> {
        let known = |name: &str| {
            let missing = || fail(format!("there is no {name}: a command of Go's has one"));
            function(program, name).ok_or_else(missing)
        };
        let main = known(MAIN)?;
        let unlike = || fail(format!("{MAIN} has the type of no function of Go's"));
        let ty = *(input.functions.get(main.wasm_index.0 as usize)).ok_or_else(unlike)?;
        let types = input.function_type(main.wasm_index);
        let convention = match types.map(wasmparser::FuncType::params) {
            Some([wasmparser::ValType::I32]) => Convention::Original,
            Some([first, wasmparser::ValType::I32]) => Convention::Lifted(match first {
                wasmparser::ValType::I64 => PcWidth::Bits64,
                _ => PcWidth::Bits32,
            }),
            _ => return Err(unlike()),
        };
        let trampoline = known(TRAMPOLINE)?.wasm_index;
        Ok(Command {
            main,
            caller: known(CALLS_MAIN)?.pc.f,
            trampoline,
            pause: pause(input, trampoline)?,
            ty,
            convention,
        })
    }

    /// Lets the program wait where `main.main` is called through the table.
    pub(in crate::snapshot) fn stop(&self, edit: &mut Edit<'_>) -> Result<()> {
        let signature = edit.signature(self.main.wasm_index)?;
        let wait = edit.add_function(signature, self.wait());
        edit.redirect_slots(self.main.wasm_index, wait);
        Ok(())
    }

    fn wait(&self) -> Function {
        let mut body = Function::new([]);
        let mut code = body.instructions();
        if let Convention::Lifted(width) = self.convention {
            code.local_get(1)
                .i32_const(RETURN_PC.cast_signed())
                .i32_sub()
                .local_tee(1)
                .local_get(0);
            if width == PcWidth::Bits32 {
                code.i64_extend_i32_u();
            }
            code.i64_store(word(0)).local_get(1).global_set(GLOBAL_SP);
        }
        self.main.be_next(&mut code);
        let unwinds = i32::from(self.convention == Convention::Original);
        code.i32_const(1)
            .global_set(self.pause)
            .i32_const(unwinds)
            .end();
        body
    }

    /// Whether the program waits there, by its SP and memory.
    pub(in crate::snapshot) fn waits(&self, sp: u32, memory: Bytes<'_>) -> bool {
        let next = memory.u64(sp.wrapping_sub(RETURN_PC).into());
        let back = memory.u64(sp.into()).and_then(Pc::of_bits);
        next == Some(self.main.pc.bits()) && back.is_some_and(|pc| pc.f == self.caller)
    }

    /// Adds a function that calls what is next.
    pub(super) fn add_calls(&self, edit: &mut Edit<'_>) -> FuncIndex {
        let [back, sp] = [0, 1];
        let mut body = Function::new([(1, ValType::I64), (1, ValType::I32)]);
        let mut code = body.instructions();
        code.global_get(GLOBAL_SP).i64_load(word(0)).local_set(back);
        code.loop_(BlockType::Empty);
        below_sp(&mut code);
        code.i32_load16_u(word(0));
        if let Convention::Lifted(width) = self.convention {
            if width == PcWidth::Bits64 {
                code.i64_extend_i32_u();
            }
            code.global_get(GLOBAL_SP);
        }
        below_sp(&mut code);
        code.i32_load(word(2)).call_indirect(0, self.ty);
        match self.convention {
            Convention::Original => code.drop(),
            Convention::Lifted(_) => code
                .local_tee(sp)
                .if_(BlockType::Empty)
                .local_get(sp)
                .global_set(GLOBAL_SP)
                .end(),
        };
        below_sp(&mut code);
        code.i64_load(word(0))
            .local_get(back)
            .i64_ne()
            .br_if(0)
            .end();
        // It has popped the return PC.
        below_sp(&mut code);
        code.global_set(GLOBAL_SP).end();
        edit.add_function((Vec::new(), Vec::new()), body)
    }

    /// What the host calls to run `main.main`: runs `first` before, unless something has run it.
    pub(in crate::snapshot) fn start(&self, first: impl Fn(&mut InstructionSink<'_>)) -> Function {
        let mut body = Function::new([]);
        let mut code = body.instructions();
        first(&mut code);
        self.main.be_next(&mut code);
        code.call(self.trampoline.0).end();
        body
    }
}

/// The global that the trampoline sets to 0 when it returns: the last that it sets, and all that Go's own sets but for SP. An
/// optimization may have given it another index than Go does, and has the trampoline set one more before
/// (`passes/bound_nesting.rs`).
fn pause(input: &Input<'_>, trampoline: FuncIndex) -> Result<u32> {
    let mut set = globals_set(input.body(trampoline).unwrap_or_default());
    set.retain(|global| *global != GLOBAL_SP);
    set.dedup();
    match set[..] {
        [pause] => Ok(pause),
        [extra, pause] if extra != pause => Ok(pause),
        _ => Err(fail(format!(
            "{TRAMPOLINE} is not as in the releases that were read"
        ))),
    }
}
