//! Calls of Go's functions in a reactor, as from one of its exports.
//!
//! ```text
//! SP -= frame of an export wrapper            ;; as that wrapper does
//! push its return PC; store the PC of f below SP
//! call wasm_pc_f_loop_export(PC_F of the wrapper)   ;; calls f through the table, and what it waits for, until it returns
//! SP += frame
//! ```
//!
//! Whoever walks the stack meanwhile finds the frame of an export wrapper below `f`, as in any call from the host
//! (`genWasmExportWrapper` in cmd/internal/obj/wasm/wasmobj.go, Go 1.24 to 1.27).

use super::super::{fail, word};
use super::{Entry, function};
use crate::error::{Error, Result, Stage};
use crate::go::Program;
use crate::go::abi::{GLOBAL_SP, RETURN_PC};
use crate::index::FuncIndex;
use crate::input::Input;
use wasm_encoder::InstructionSink;
use wasmparser::{BinaryReader, ExternalKind, FunctionBody, Operator};

/// The trampoline for calls from the host (runtime/asm_wasm.s).
const TRAMPOLINE: &str = "wasm_pc_f_loop_export";

/// How Go's functions are called by an export.
#[derive(Debug, Clone, Copy)]
pub(in crate::snapshot) struct Export {
    trampoline: FuncIndex,
    wrapper: Wrapper,
}

/// What is known of an export wrapper.
#[derive(Debug, Clone, Copy)]
struct Wrapper {
    pc_f: u32,
    /// Its return PC behind the call.
    return_pc: i64,
    /// Bytes of its frame.
    frame: u32,
}

impl Export {
    /// # Errors
    /// A module without exports of `go:wasmexport`, or whose wrappers are not as Go writes them.
    pub(super) fn of(input: &Input<'_>, program: &Program) -> Result<Export> {
        let trampoline = function(program, TRAMPOLINE).ok_or_else(|| {
            fail("this module exports no function of its own: there is nothing to call")
        })?;
        let mut found: Option<Wrapper> = None;
        for export in &input.exports {
            if export.kind != ExternalKind::Func {
                continue;
            }
            let index = FuncIndex(export.index);
            let (Some(wrapper), Some(body)) = (program.by_wasm_index(index), input.body(index))
            else {
                continue;
            };
            let read = read_wrapper(body, wrapper.pc_f())
                .map_err(|error| Error::from_parser(Stage::Read, &error))?;
            if let Some(read) = read
                && found.is_none_or(|found| read.frame < found.frame)
            {
                found = Some(read);
            }
        }
        let wrapper =
            found.ok_or_else(|| fail("no export has the code that Go writes for go:wasmexport"))?;
        Ok(Export {
            trampoline: trampoline.wasm_index,
            wrapper,
        })
    }

    /// Calls a function without arguments and results.
    pub(super) fn call(self, code: &mut InstructionSink<'_>, function: Entry) {
        let frame = (self.wrapper.frame + RETURN_PC).cast_signed();
        code.global_get(GLOBAL_SP)
            .i32_const(frame)
            .i32_sub()
            .global_set(GLOBAL_SP);
        for offset in (0..self.wrapper.frame).step_by(8) {
            let word = word(u64::from(RETURN_PC + offset));
            code.global_get(GLOBAL_SP).i64_const(0).i64_store(word);
        }
        code.global_get(GLOBAL_SP)
            .i64_const(self.wrapper.return_pc)
            .i64_store(word(0));
        function.be_next(code);
        code.i32_const(self.wrapper.pc_f.cast_signed())
            .call(self.trampoline.0);
        code.global_get(GLOBAL_SP)
            .i32_const(self.wrapper.frame.cast_signed())
            .i32_add()
            .global_set(GLOBAL_SP);
    }
}

/// Reads frame and return PC of an export wrapper; `None` for other functions.
fn read_wrapper(body: &[u8], pc_f: u32) -> wasmparser::Result<Option<Wrapper>> {
    let body = FunctionBody::new(BinaryReader::new(body, 0));
    let mut operators = body.get_operators_reader()?;
    let mut moved = 0_u32;
    let mut constant = None;
    while !operators.eof() {
        match operators.read()? {
            Operator::I32Const { value } => constant = Some(value),
            Operator::I32Sub => {
                let by = constant.take().and_then(|by| u32::try_from(by).ok());
                let Some(sum) = by.and_then(|by| moved.checked_add(by)) else {
                    return Ok(None);
                };
                moved = sum;
            }
            Operator::I64Const { value } if of_function(value, pc_f) => {
                let frame = moved.checked_sub(RETURN_PC);
                return Ok(frame.map(|frame| Wrapper {
                    pc_f,
                    return_pc: value,
                    frame,
                }));
            }
            _ => {}
        }
    }
    Ok(None)
}

/// Whether a number is a PC of a function.
fn of_function(value: i64, pc_f: u32) -> bool {
    crate::go::Pc::of_bits(value.cast_unsigned()).is_some_and(|pc| pc.f == pc_f)
}
