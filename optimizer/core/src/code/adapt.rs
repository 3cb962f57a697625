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

mod locals;

use super::encode::FIRST_RETURN_PC;
use super::facts::Facts;
use super::ir::{SELECTOR, SP};
use super::lift::Refusal;
use super::pc::PcWidth;
use crate::go::abi::{GLOBAL_G, GLOBAL_SP, GOEXIT_BELOW_TOP, STACK_HI};
use crate::index::FuncIndex;
use locals::Locals;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{BlockType, Function, Instruction, MemArg, ValType};
use wasmparser::{BinaryReader, FunctionBody, Operator};

/// Whether the function itself follows Go's convention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Convention {
    Go,
    Other,
}

/// Adapts one body. `indirect` is the type index of the new convention, for calls through the table.
///
/// # Errors
/// A body that cannot be decoded, or an operator that is not known here.
pub(crate) fn adapt(
    bytes: &[u8],
    params: u32,
    convention: Convention,
    indirect: u32,
    facts: &Facts,
) -> Result<Vec<u8>, Refusal> {
    const UNREADABLE: Refusal = "a body that cannot be decoded";
    let body = FunctionBody::new(BinaryReader::new(bytes, 0));
    let locals = match convention {
        Convention::Go => Locals::of_go(&body, facts.pcs),
        Convention::Other => Locals::of_other(&body, params),
    };
    let locals = locals.ok_or(UNREADABLE)?;
    let mut adapter = Adapter {
        out: Function::new(locals.declared.iter().copied()),
        locals,
        depth: 0,
        convention,
        indirect,
        facts,
    };
    adapter.begin();
    let mut operators = body.get_operators_reader().map_err(|_| UNREADABLE)?;
    while !operators.eof() {
        adapter.operator(operators.read().map_err(|_| UNREADABLE)?)?;
    }
    Ok(adapter.out.into_raw_body())
}

struct Adapter<'a> {
    out: Function,
    locals: Locals,
    depth: u32,
    convention: Convention,
    indirect: u32,
    facts: &'a Facts,
}

impl Adapter<'_> {
    /// A callee that follows the convention pushes its return PC, and puts SP into global 0.
    fn begin(&mut self) {
        if self.convention == Convention::Other {
            return;
        }
        let store = MemArg {
            offset: 0,
            align: 3,
            memory_index: 0,
        };
        let wide = self.facts.pcs == PcWidth::Bits64;
        self.out.instruction(&Instruction::LocalGet(SELECTOR));
        if wide {
            self.out
                .instruction(&Instruction::I64Const(FIRST_RETURN_PC.into()))
                .instruction(&Instruction::I64GeU);
        } else {
            self.out
                .instruction(&Instruction::I32Const(FIRST_RETURN_PC.cast_signed()))
                .instruction(&Instruction::I32GeU);
        }
        self.out
            .instruction(&Instruction::If(BlockType::Empty))
            .instruction(&Instruction::LocalGet(SP))
            .instruction(&Instruction::I32Const(8))
            .instruction(&Instruction::I32Sub)
            .instruction(&Instruction::LocalTee(SP))
            .instruction(&Instruction::LocalGet(SELECTOR));
        if wide {
            // The body's own selector is another local, which is 0.
            self.out
                .instruction(&Instruction::I64Store(store))
                .instruction(&Instruction::Else)
                .instruction(&Instruction::LocalGet(SELECTOR))
                .instruction(&Instruction::I32WrapI64)
                .instruction(&Instruction::LocalSet(self.locals.of(SELECTOR)));
        } else {
            self.out
                .instruction(&Instruction::I64ExtendI32U)
                .instruction(&Instruction::I64Store(store))
                .instruction(&Instruction::I32Const(0))
                .instruction(&Instruction::LocalSet(SELECTOR));
        }
        self.out
            .instruction(&Instruction::End)
            .instruction(&Instruction::LocalGet(SP))
            .instruction(&Instruction::GlobalSet(GLOBAL_SP))
            .instruction(&Instruction::Block(BlockType::Result(ValType::I32)));
    }

    fn operator(&mut self, operator: Operator<'_>) -> Result<(), Refusal> {
        match operator {
            Operator::Call { function_index } if self.facts.is_go(FuncIndex(function_index)) => {
                self.call(function_index);
            }
            Operator::ReturnCall { function_index }
                if self.facts.is_go(FuncIndex(function_index)) =>
            {
                self.call(function_index);
                self.return_();
            }
            Operator::CallIndirect {
                type_index,
                table_index,
            } if self.facts.is_go_type(type_index) => self.call_indirect(table_index),
            Operator::ReturnCallIndirect {
                type_index,
                table_index,
            } if self.facts.is_go_type(type_index) => {
                self.call_indirect(table_index);
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
            Operator::End if self.depth == 0 => self.end(),
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
                let same = RoundtripReencoder.instruction(operator);
                same.map_err(|_| "an operator that cannot be written")?
            }
        };
        self.out.instruction(&instruction);
        Ok(())
    }

    /// Calls a function of the convention; PC_B is on the stack.
    fn call(&mut self, function: u32) {
        self.widen_pc_b();
        self.out
            .instruction(&Instruction::GlobalGet(GLOBAL_SP))
            .instruction(&Instruction::Call(function));
        self.after_call();
    }

    /// The same through the table; the slot lies above PC_B on the operand stack.
    fn call_indirect(&mut self, table_index: u32) {
        let slot = self.locals.slot;
        self.out.instruction(&Instruction::LocalSet(slot));
        self.widen_pc_b();
        self.out.instruction(&Instruction::GlobalGet(GLOBAL_SP));
        self.show_goexit();
        self.out
            .instruction(&Instruction::LocalGet(slot))
            .instruction(&Instruction::CallIndirect {
                type_index: self.indirect,
                table_index,
            });
        self.after_call();
    }

    fn widen_pc_b(&mut self) {
        if self.facts.pcs == PcWidth::Bits64 {
            self.out.instruction(&Instruction::I64ExtendI32U);
        }
    }

    /// The trampoline's SP is in the middle of the frame that it resumes: see `switches.rs`.
    fn show_goexit(&mut self) {
        if self.convention == Convention::Go {
            return;
        }
        let top = MemArg {
            offset: u64::from(STACK_HI),
            align: 2,
            memory_index: 0,
        };
        self.out
            .instruction(&Instruction::GlobalGet(GLOBAL_G))
            .instruction(&Instruction::I32WrapI64)
            .instruction(&Instruction::I32Load(top))
            .instruction(&Instruction::I32Const(-GOEXIT_BELOW_TOP))
            .instruction(&Instruction::I32Add)
            .instruction(&Instruction::GlobalSet(GLOBAL_SP));
    }

    /// Puts SP into global 0 unless the callee unwinds, and leaves the old convention's result.
    fn after_call(&mut self) {
        let result = self.locals.result;
        self.out
            .instruction(&Instruction::LocalTee(result))
            .instruction(&Instruction::If(BlockType::Empty))
            .instruction(&Instruction::LocalGet(result))
            .instruction(&Instruction::GlobalSet(GLOBAL_SP))
            .instruction(&Instruction::End)
            .instruction(&Instruction::LocalGet(result))
            .instruction(&Instruction::I32Eqz);
    }

    /// In a function of the convention, a branch to the end of the block around the body.
    fn return_(&mut self) {
        self.out.instruction(&match self.convention {
            Convention::Go => Instruction::Br(self.depth),
            Convention::Other => Instruction::Return,
        });
    }

    /// Turns the old convention's result into the new one's.
    fn end(&mut self) {
        if self.convention == Convention::Go {
            self.out
                .instruction(&Instruction::End)
                .instruction(&Instruction::If(BlockType::Result(ValType::I32)))
                .instruction(&Instruction::I32Const(0))
                .instruction(&Instruction::Else)
                .instruction(&Instruction::GlobalGet(GLOBAL_SP))
                .instruction(&Instruction::End);
        }
        self.out.instruction(&Instruction::End);
    }
}
