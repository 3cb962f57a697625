//! Functions that were not lifted, adapted to the new calling convention without looking inside.
//!
//! These are functions outside Go's convention that call into it (trampolines, exports, write barriers), and functions
//! of the convention that [`lift`](super::lift) refused. Their code stays as it is: it keeps SP in global 0 and pushes
//! return PCs itself. Only calls, entry and returns change.
//!
//! ```wat
//! call $f                ;; (i32 PC_B) -> i32 unwind      becomes
//!
//! global.get 0  call $f  ;; (i32 PC_B, i32 SP) -> i32 SP or 0
//! local.tee $t  if  local.get $t  global.set 0  end
//! local.get $t  i32.eqz
//! ```
//!
//! The PC_B here is 0, or what the trampoline read, and never a return PC, so the callee pushes nothing. Where return
//! PCs have 64 bits, PC_B has as many.

mod goroutine;
mod locals;

use super::copied::Original;
use super::encode::{FIRST_RETURN_PC, RETURN_PC_SHIFT, Target};
use super::facts::Facts;
use super::ir::{SELECTOR, SP};
use super::lift::Refusal;
use super::marks::{Mark, Written};
use super::origin::At;
use super::pc::PcWidth;
use super::tokens;
use crate::go::abi::GLOBAL_SP;
use crate::index::FuncIndex;
use locals::Locals;
use std::borrow::Cow;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{BlockType, Function, Instruction, MemArg, ValType};
use wasmparser::{BinaryReader, FunctionBody, Operator};

/// Whether the function itself follows Go's convention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Convention {
    Go,
    /// The host calls it, and it calls Go.
    Export,
    Other,
}

/// Adapts one body. `indirect` is the type index of the new convention, for calls through the table.
///
/// # Errors
/// A body that cannot be decoded, or an operator that is not known here.
pub(crate) fn adapt(
    original: Original<'_>,
    params: u32,
    convention: Convention,
    indirect: u32,
    facts: &Facts,
    target: Target<'_>,
) -> Result<Written<'static>, Refusal> {
    let body = FunctionBody::new(BinaryReader::new(original.bytes, 0));
    let locals = match convention {
        Convention::Go => Locals::of_go(&body, facts.pcs),
        Convention::Export | Convention::Other => Locals::of_other(&body, params),
    };
    let locals = locals.ok_or(UNREADABLE)?;
    let tokens = tokens::decode(original.bytes).map_err(|_| UNREADABLE)?;
    let mut adapter = Adapter {
        out: Function::new(locals.declared.iter().copied()),
        locals,
        depth: 0,
        convention,
        indirect,
        facts,
        target,
        marks: Vec::new(),
        at: At::offset(original.base),
    };
    adapter.mark(true);
    adapter.begin()?;
    for token in tokens {
        adapter.at = At::offset(original.base.saturating_add(token.at));
        adapter.mark(token.calls() || token.traps());
        adapter.operator(token.operator)?;
    }
    Ok(Written {
        bytes: Cow::Owned(adapter.out.into_raw_body()),
        marks: adapter.marks,
        inlined: None,
    })
}

/// The argument of a load or store, without a hint at its alignment.
fn at_offset(offset: u32) -> MemArg {
    MemArg {
        offset: u64::from(offset),
        align: 0,
        memory_index: 0,
    }
}

const UNREADABLE: Refusal = "a body that cannot be decoded";
const REMOVED: Refusal = "it uses what was removed";

struct Adapter<'a> {
    out: Function,
    locals: Locals,
    depth: u32,
    convention: Convention,
    indirect: u32,
    facts: &'a Facts,
    target: Target<'a>,
    marks: Vec<Mark>,
    /// Where the current operator comes from.
    at: At,
}

impl Adapter<'_> {
    /// A callee that follows the convention pushes its return PC, and puts SP into global 0.
    fn begin(&mut self) -> Result<(), Refusal> {
        if self.convention != Convention::Go {
            return Ok(());
        }
        let sp = self.sp()?;
        let store = at_offset(0);
        let wide = self.facts.pcs == PcWidth::Bits64;
        self.out.instruction(&Instruction::LocalGet(SELECTOR));
        if wide {
            self.out
                .instruction(&Instruction::I64Const(FIRST_RETURN_PC.into()))
                .instruction(&Instruction::I64GeU);
        } else {
            self.out
                .instruction(&Instruction::I32Const(RETURN_PC_SHIFT))
                .instruction(&Instruction::I32ShrU);
        }
        self.out
            .instruction(&Instruction::If(BlockType::Empty))
            .instruction(&Instruction::LocalGet(SP))
            .instruction(&Instruction::I32Const(8))
            .instruction(&Instruction::I32Sub)
            .instruction(&Instruction::LocalTee(SP))
            .instruction(&Instruction::LocalGet(SELECTOR));
        if !wide {
            self.out.instruction(&Instruction::I64ExtendI32U);
        }
        self.mark(true);
        self.out.instruction(&Instruction::I64Store(store));
        if wide {
            // The body's own selector is another local, which is 0.
            self.out
                .instruction(&Instruction::Else)
                .instruction(&Instruction::LocalGet(SELECTOR))
                .instruction(&Instruction::I32WrapI64)
                .instruction(&Instruction::LocalSet(self.locals.of(SELECTOR)));
        } else {
            self.out
                .instruction(&Instruction::I32Const(0))
                .instruction(&Instruction::LocalSet(SELECTOR));
        }
        self.out
            .instruction(&Instruction::End)
            .instruction(&Instruction::LocalGet(SP))
            .instruction(&Instruction::GlobalSet(sp))
            .instruction(&Instruction::Block(BlockType::Result(ValType::I32)));
        Ok(())
    }

    fn operator(&mut self, operator: Operator<'_>) -> Result<(), Refusal> {
        match operator {
            Operator::Call { function_index } if self.facts.is_go(FuncIndex(function_index)) => {
                self.call(FuncIndex(function_index))?;
            }
            Operator::ReturnCall { function_index }
                if self.facts.is_go(FuncIndex(function_index)) =>
            {
                self.call(FuncIndex(function_index))?;
                self.return_();
            }
            Operator::CallIndirect {
                type_index,
                table_index,
            } if self.facts.is_go_type(type_index) => self.call_indirect(table_index)?,
            Operator::ReturnCallIndirect {
                type_index,
                table_index,
            } if self.facts.is_go_type(type_index) => {
                self.call_indirect(table_index)?;
                self.return_();
            }
            Operator::ReturnCall { .. } | Operator::ReturnCallIndirect { .. }
                if self.convention == Convention::Go =>
            {
                return Err("a tail call of a function outside the convention");
            }
            Operator::CallRef { .. } | Operator::ReturnCallRef { .. } => {
                return Err("a call by a function reference");
            }
            Operator::Return => self.return_(),
            Operator::End if self.depth == 0 => self.end()?,
            operator => self.same(operator)?,
        }
        Ok(())
    }

    /// An operator that stays, but for the index of its local.
    fn same(&mut self, operator: Operator<'_>) -> Result<(), Refusal> {
        let instruction = match operator {
            Operator::LocalGet { local_index } => {
                Instruction::LocalGet(self.locals.of(local_index))
            }
            Operator::LocalSet { local_index } => {
                Instruction::LocalSet(self.locals.of(local_index))
            }
            Operator::LocalTee { local_index } => {
                Instruction::LocalTee(self.locals.of(local_index))
            }
            operator => {
                match operator {
                    Operator::Block { .. }
                    | Operator::Loop { .. }
                    | Operator::If { .. }
                    | Operator::TryTable { .. } => self.depth += 1,
                    Operator::End => self.depth -= 1,
                    _ => {}
                }
                let mut indices = self.target.indices;
                let same = Reencode::instruction(&mut indices, operator);
                same.map_err(|error| match error {
                    reencode::Error::UserError(_) => REMOVED,
                    _ => "an operator that cannot be written",
                })?
            }
        };
        self.out.instruction(&instruction);
        Ok(())
    }

    /// Calls a function of the convention; PC_B is on the stack.
    fn call(&mut self, function: FuncIndex) -> Result<(), Refusal> {
        let function = self.target.indices.function(function);
        let function = function.map_err(|_| REMOVED)?;
        let sp = self.sp()?;
        if self.convention == Convention::Export {
            self.bound_nesting()?;
        }
        self.widen_pc_b();
        self.out.instruction(&Instruction::GlobalGet(sp));
        self.mark(true);
        self.out.instruction(&Instruction::Call(function));
        self.after_call()
    }

    /// Index in the output of the global that holds SP.
    fn sp(&self) -> Result<u32, Refusal> {
        self.global(GLOBAL_SP)
    }

    /// Index in the output of a global of the input.
    fn global(&self, index: u32) -> Result<u32, Refusal> {
        self.target.indices.global(index).map_err(|_| REMOVED)
    }

    fn mark(&mut self, exact: bool) {
        if self.target.marks {
            self.marks.push(Mark {
                byte: self.out.byte_len() as u32,
                at: self.at,
                exact,
            });
        }
    }

    /// The same through the table; the slot lies above PC_B on the operand stack.
    fn call_indirect(&mut self, table_index: u32) -> Result<(), Refusal> {
        let mut indices = self.target.indices;
        let type_index = indices.ty(self.indirect).map_err(|_| REMOVED)?;
        let table_index = indices.table_index(table_index).map_err(|_| REMOVED)?;
        let sp = self.sp()?;
        let slot = self.locals.slot;
        if self.convention != Convention::Go {
            self.bound_nesting()?;
        }
        self.out.instruction(&Instruction::LocalSet(slot));
        self.widen_pc_b();
        self.out.instruction(&Instruction::GlobalGet(sp));
        self.show_goexit()?;
        self.out.instruction(&Instruction::LocalGet(slot));
        self.mark(true);
        self.out.instruction(&Instruction::CallIndirect {
            type_index,
            table_index,
        });
        self.after_call()
    }

    fn widen_pc_b(&mut self) {
        if self.facts.pcs == PcWidth::Bits64 {
            self.out.instruction(&Instruction::I64ExtendI32U);
        }
    }

    /// Puts SP into global 0 unless the callee unwinds, and leaves the old convention's result.
    fn after_call(&mut self) -> Result<(), Refusal> {
        let sp = self.sp()?;
        let result = self.locals.result;
        self.out
            .instruction(&Instruction::LocalTee(result))
            .instruction(&Instruction::If(BlockType::Empty))
            .instruction(&Instruction::LocalGet(result))
            .instruction(&Instruction::GlobalSet(sp))
            .instruction(&Instruction::End)
            .instruction(&Instruction::LocalGet(result))
            .instruction(&Instruction::I32Eqz);
        Ok(())
    }

    /// In a function of the convention, a branch to the end of the block around the body.
    fn return_(&mut self) {
        self.out.instruction(&match self.convention {
            Convention::Go => Instruction::Br(self.depth),
            Convention::Export | Convention::Other => Instruction::Return,
        });
    }

    /// Turns the old convention's result into the new one's.
    fn end(&mut self) -> Result<(), Refusal> {
        if self.convention == Convention::Go {
            let sp = self.sp()?;
            self.out
                .instruction(&Instruction::End)
                .instruction(&Instruction::If(BlockType::Result(ValType::I32)))
                .instruction(&Instruction::I32Const(0))
                .instruction(&Instruction::Else)
                .instruction(&Instruction::GlobalGet(sp))
                .instruction(&Instruction::End);
        }
        self.out.instruction(&Instruction::End);
        Ok(())
    }
}
