//! Functions that were not lifted, fitted to the new calling convention without looking inside.
//!
//! These are functions outside Go's convention that call into it (trampolines, exports, write barriers), and
//! functions of the convention that [`lift`](super::lift) refused. Their code stays as it is: it keeps SP in
//! global 0 and pushes return PCs itself. Only the borders change.
//!
//! ```wat
//! call $f                ;; (i32 PC_B) -> i32 unwind      becomes
//!
//! global.get 0  call $f  ;; (i32 PC_B, i32 SP) -> i32 SP or 0
//! local.tee $t  if  local.get $t  global.set 0  end
//! local.get $t  i32.eqz
//! ```
//!
//! That PC_B is 0 here, or what the trampoline read, never a return PC, so the callee pushes nothing.

use super::encode::FIRST_RETURN_PC;
use super::facts::Facts;
use super::ir::{GLOBAL_G, GLOBAL_SP, SELECTOR, SP};
use super::lift::Refusal;
use super::switches;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{BlockType, Function, Instruction, MemArg, ValType};
use wasmparser::{BinaryReader, FunctionBody, Operator};

/// Whether the function itself follows Go's convention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Convention {
    Go,
    Other,
}

/// Type indices of indirect calls.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Types {
    /// `(i32) -> i32`, by which Go calls.
    pub(crate) old: u32,
    /// `(i32, i32) -> i32`.
    pub(crate) new: u32,
}

/// Fits one body.
///
/// # Errors
/// A function of Go's convention whose first local is not the cache of SP.
pub(crate) fn adapt(
    bytes: &[u8],
    params: u32,
    convention: Convention,
    types: Types,
    facts: &Facts,
) -> Result<Vec<u8>, Refusal> {
    const UNREADABLE: Refusal = "a body that cannot be decoded";
    let body = FunctionBody::new(BinaryReader::new(bytes, 0));
    let mut locals = Vec::new();
    for declaration in body.get_locals_reader().map_err(|_| UNREADABLE)? {
        let (count, ty) = declaration.map_err(|_| UNREADABLE)?;
        locals.push((
            count,
            RoundtripReencoder.val_type(ty).map_err(|_| UNREADABLE)?,
        ));
    }
    let temporary = params + locals.iter().map(|(count, _)| count).sum::<u32>();
    if convention == Convention::Go {
        make_cache_a_parameter(&mut locals)?;
    }
    // The result of a call, and the table slot of an indirect one. A function without locals still gets SP
    // as its second parameter.
    let temporary = if convention == Convention::Go {
        temporary.max(2)
    } else {
        temporary
    };
    locals.push((2, ValType::I32));

    let mut adapter = Adapter {
        out: Function::new(locals),
        result: temporary,
        slot: temporary + 1,
        depth: 0,
        convention,
        types,
        facts,
    };
    adapter.begin();
    let mut operators = body.get_operators_reader().map_err(|_| UNREADABLE)?;
    while !operators.eof() {
        adapter
            .operator(operators.read().map_err(|_| UNREADABLE)?)
            .map_err(|()| UNREADABLE)?;
    }
    Ok(adapter.out.into_raw_body())
}

/// Local 1, the cache of SP, becomes parameter 1, so that no index moves.
fn make_cache_a_parameter(locals: &mut [(u32, ValType)]) -> Result<(), Refusal> {
    match locals.first_mut() {
        None => {}
        Some((count, ValType::I32)) if *count > 0 => *count -= 1,
        Some(_) => return Err("local 1 is not the cache of SP"),
    }
    Ok(())
}

struct Adapter<'a> {
    out: Function,
    result: u32,
    slot: u32,
    depth: u32,
    convention: Convention,
    types: Types,
    facts: &'a Facts,
}

impl Adapter<'_> {
    /// A callee that follows the convention pushes its return PC, and shows SP in global 0.
    fn begin(&mut self) {
        if self.convention == Convention::Other {
            return;
        }
        let store = MemArg {
            offset: 0,
            align: 3,
            memory_index: 0,
        };
        self.out
            .instruction(&Instruction::LocalGet(SELECTOR))
            .instruction(&Instruction::I32Const(FIRST_RETURN_PC))
            .instruction(&Instruction::I32GeU)
            .instruction(&Instruction::If(BlockType::Empty))
            .instruction(&Instruction::LocalGet(SP))
            .instruction(&Instruction::I32Const(8))
            .instruction(&Instruction::I32Sub)
            .instruction(&Instruction::LocalTee(SP))
            .instruction(&Instruction::LocalGet(SELECTOR))
            .instruction(&Instruction::I64ExtendI32U)
            .instruction(&Instruction::I64Store(store))
            .instruction(&Instruction::I32Const(0))
            .instruction(&Instruction::LocalSet(SELECTOR))
            .instruction(&Instruction::End)
            .instruction(&Instruction::LocalGet(SP))
            .instruction(&Instruction::GlobalSet(GLOBAL_SP))
            .instruction(&Instruction::Block(BlockType::Result(ValType::I32)));
    }

    fn operator(&mut self, operator: Operator<'_>) -> Result<(), ()> {
        match operator {
            Operator::Call { function_index } if self.facts.is_go(function_index) => {
                self.out.instruction(&Instruction::GlobalGet(GLOBAL_SP));
                self.out.instruction(&Instruction::Call(function_index));
                self.after_call();
                return Ok(());
            }
            Operator::CallIndirect {
                type_index,
                table_index,
            } if type_index == self.types.old => {
                self.out
                    .instruction(&Instruction::LocalSet(self.slot))
                    .instruction(&Instruction::GlobalGet(GLOBAL_SP));
                self.show_goexit();
                self.out
                    .instruction(&Instruction::LocalGet(self.slot))
                    .instruction(&Instruction::CallIndirect {
                        type_index: self.types.new,
                        table_index,
                    });
                self.after_call();
                return Ok(());
            }
            Operator::Return if self.convention == Convention::Go => {
                // To the end of the block around the body.
                self.out.instruction(&Instruction::Br(self.depth));
                return Ok(());
            }
            Operator::End if self.depth == 0 => {
                self.end();
                return Ok(());
            }
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => self.depth += 1,
            Operator::End => self.depth -= 1,
            _ => {}
        }
        let instruction = RoundtripReencoder.instruction(operator).map_err(|_| ())?;
        self.out.instruction(&instruction);
        Ok(())
    }

    /// The trampoline's SP is in the middle of the frame that it resumes: see `switches.rs`.
    fn show_goexit(&mut self) {
        if self.convention == Convention::Go {
            return;
        }
        let top = MemArg {
            offset: u64::from(switches::STACK_HI),
            align: 2,
            memory_index: 0,
        };
        self.out
            .instruction(&Instruction::GlobalGet(GLOBAL_G))
            .instruction(&Instruction::I32WrapI64)
            .instruction(&Instruction::I32Load(top))
            .instruction(&Instruction::I32Const(-switches::GOEXIT_BELOW_TOP))
            .instruction(&Instruction::I32Add)
            .instruction(&Instruction::GlobalSet(GLOBAL_SP));
    }

    /// SP to global 0 unless the callee unwinds, and the old convention's result.
    fn after_call(&mut self) {
        self.out
            .instruction(&Instruction::LocalTee(self.result))
            .instruction(&Instruction::If(BlockType::Empty))
            .instruction(&Instruction::LocalGet(self.result))
            .instruction(&Instruction::GlobalSet(GLOBAL_SP))
            .instruction(&Instruction::End)
            .instruction(&Instruction::LocalGet(self.result))
            .instruction(&Instruction::I32Eqz);
    }

    /// The old convention's result to the new one's.
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
