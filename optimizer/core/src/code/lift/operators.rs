//! Single operators: onto the operand stack, or as statements.

use super::Refusal;
use super::body::{Closed, Label, Reader, UNKNOWN_BRANCH, is_constant};
use crate::code::ir::{Access, Expr, Local, Located, SELECTOR, SP, Stmt};
use crate::code::op::{Load, Op, Store, Type};
use crate::code::tokens::Token;
use crate::go::abi::GLOBAL_SP;
use crate::index::FuncIndex;
use wasmparser::{BlockType, Operator};

/// It could hold a copy of SP, through which slots and the return PC might be accessed unnoticed.
const NOT_A_REGISTER: Refusal = "a local that is none of Go's registers";

impl<'b> Reader<'_, '_, 'b> {
    /// One statement, or one operator that only changes the operand stack.
    pub(super) fn step(&mut self, out: &mut Vec<Located>, depth: u32) -> Result<(), Refusal> {
        self.free_temporaries();
        // SP is the same in global 0 and in local 1, except behind calls, where the reload is read with the call.
        if self.cursor.skip_sp_reload() {
            return Ok(());
        }
        if self.go_call(out, depth)? || self.returns(out) || self.tail_call(out)? {
            return Ok(());
        }
        let token = self.cursor.next().ok_or("a block without an end")?;
        if self.computes(out, token)? {
            return Ok(());
        }
        match &token.operator {
            Operator::Nop => {}
            Operator::LocalGet { local_index } => {
                let local = self.local(*local_index)?;
                self.push(Expr::Get(local));
            }
            Operator::LocalSet { local_index } => {
                let local = self.variable(*local_index)?;
                let value = self.pop()?;
                self.emit(out, Stmt::Set(local, value));
            }
            Operator::LocalTee { local_index: SP } => self.set_sp(out)?,
            Operator::LocalTee { local_index } => {
                let local = self.variable(*local_index)?;
                let ([value], depth) = self.take()?;
                self.push_deep(Expr::Tee(local, Box::new(value)), depth)?;
            }
            Operator::GlobalGet { global_index } if *global_index != GLOBAL_SP => {
                self.push(Expr::GetGlobal(*global_index));
            }
            Operator::GlobalSet { global_index } if *global_index != GLOBAL_SP => {
                let value = self.pop()?;
                self.emit(out, Stmt::SetGlobal(*global_index, value));
            }
            Operator::Drop => {
                let value = self.pop()?;
                self.emit(out, Stmt::Drop(value));
            }
            Operator::Unreachable => out.push(Stmt::Unreachable.at(self.here())),
            Operator::Call { function_index } => {
                self.plain_call(out, FuncIndex(*function_index))?;
            }
            operator => self.structured(out, operator, depth)?,
        }
        Ok(())
    }

    /// Constants, arithmetic, loads and stores. Whether the operator was one of these.
    fn computes(&mut self, out: &mut Vec<Located>, token: &Token<'b>) -> Result<bool, Refusal> {
        match &token.operator {
            Operator::I32Const { value } => self.push(Expr::I32(*value)),
            Operator::I64Const { value } => self.push(Expr::I64(*value)),
            Operator::F32Const { value } => self.push(Expr::F32(value.bits())),
            Operator::F64Const { value } => self.push(Expr::F64(value.bits())),
            Operator::MemorySize { mem: 0 } => self.push(Expr::MemorySize),
            Operator::Select => {
                let (operands, depth) = self.take()?;
                self.push_deep(Expr::Select(Box::new(operands)), depth)?;
            }
            _ => return self.computes_by_opcode(out, token),
        }
        Ok(true)
    }

    fn computes_by_opcode(
        &mut self,
        out: &mut Vec<Located>,
        token: &Token<'b>,
    ) -> Result<bool, Refusal> {
        let [prefix, byte] = token.opcode.to_be_bytes();
        let op = match prefix {
            0 => Op::from_byte(byte),
            0xfc => Op::from_prefixed(byte),
            _ => None,
        };
        if let Some(op) = op {
            let (expr, depth) = if op.is_unary() {
                let ([operand], depth) = self.take()?;
                (Expr::Unary(op, Box::new(operand), self.here()), depth)
            } else {
                let (operands, depth) = self.take()?;
                (Expr::Binary(op, Box::new(operands), self.here()), depth)
            };
            if is_sum_with_copy_of_sp(&expr) {
                return Err("a copy of SP, from which slots are addressed");
            }
            self.push_deep(expr, depth)?;
            return Ok(true);
        }
        let (0, Some(access)) = (prefix, token.access) else {
            return Ok(false);
        };
        let access = Access {
            at: self.here(),
            ..access
        };
        if let Some(load) = Load::from_byte(byte) {
            let ([address], depth) = self.take()?;
            self.push_deep(Expr::Load(load, access, Box::new(address)), depth)?;
            return Ok(true);
        }
        let Some(store) = Store::from_byte(byte) else {
            return Ok(false);
        };
        let (value, address) = (self.pop()?, self.pop()?);
        self.emit(out, Stmt::Store(store, access, address, value));
        Ok(true)
    }

    /// WebAssembly's own control flow, and the bulk memory operators.
    fn structured(
        &mut self,
        out: &mut Vec<Located>,
        operator: &Operator<'b>,
        depth: u32,
    ) -> Result<(), Refusal> {
        const EMPTY: BlockType = BlockType::Empty;
        let at = self.here();
        match operator {
            Operator::If { blockty } if *blockty == EMPTY => {
                let condition = self.pop()?;
                // What waits below the condition was evaluated before the branches.
                let condition = self.hold(out, condition);
                self.spill(out, |_, expr| is_constant(expr));
                let (yes, closed) = self.list(depth + 1)?;
                let no = match closed {
                    Closed::Else => self.list(depth + 1)?.0,
                    Closed::End => Vec::new(),
                };
                out.push(Stmt::If(condition, yes, no).at(at));
            }
            Operator::Block { blockty } if *blockty == EMPTY => {
                self.expect_empty(0)?;
                let body = self.list(depth + 1)?.0;
                self.emit_from(out, Stmt::Block(body), at);
            }
            Operator::Loop { blockty } if *blockty == EMPTY => {
                self.expect_empty(0)?;
                let body = self.list(depth + 1)?.0;
                self.emit_from(out, Stmt::Loop(body), at);
            }
            Operator::Br { relative_depth } => {
                self.inner(*relative_depth, depth)?;
                self.emit(out, Stmt::Br(*relative_depth));
            }
            Operator::BrIf { relative_depth } => {
                self.inner(*relative_depth, depth)?;
                let condition = self.pop()?;
                self.emit(out, Stmt::BrIf(*relative_depth, condition));
            }
            Operator::BrTable { targets } => {
                let mut labels: Vec<u32> = targets
                    .targets()
                    .collect::<Result<_, _>>()
                    .map_err(|_| UNKNOWN_BRANCH)?;
                labels.push(targets.default());
                labels
                    .iter()
                    .try_for_each(|label| self.inner(*label, depth))?;
                let index = self.pop()?;
                self.emit(out, Stmt::BrTable(labels, index));
            }
            Operator::MemoryGrow { mem: 0 } => {
                let pages = self.pop()?;
                let local = self.temporary(Type::I32);
                self.emit(out, Stmt::Set(local, Expr::MemoryGrow(Box::new(pages))));
                self.push(Expr::Get(local));
            }
            Operator::MemoryCopy {
                dst_mem: 0,
                src_mem: 0,
            } => {
                let (length, from, to) = (self.pop()?, self.pop()?, self.pop()?);
                self.emit(out, Stmt::MemoryCopy(Box::new([to, from, length])));
            }
            Operator::MemoryFill { mem: 0 } => {
                let (length, byte, to) = (self.pop()?, self.pop()?, self.pop()?);
                self.emit(out, Stmt::MemoryFill(Box::new([to, byte, length])));
            }
            _ => return Err("an operator that Go does not write"),
        }
        Ok(())
    }

    /// If other operands wait below it, puts a value into a local, so that they can be spilled in order.
    fn hold(&mut self, out: &mut Vec<Located>, value: Expr) -> Expr {
        if self.stack_is_constant() {
            return value;
        }
        self.push(value);
        self.spill(out, |_, expr| is_constant(expr));
        self.pop().unwrap_or(Expr::I32(0))
    }

    fn inner(&self, branch: u32, depth: u32) -> Result<(), Refusal> {
        match self.label(branch, depth)? {
            Label::Inner => Ok(()),
            _ => Err(UNKNOWN_BRANCH),
        }
    }

    /// A local that may be read. Only the entry table reads PC_B.
    pub(super) fn local(&self, local: Local) -> Result<Local, Refusal> {
        if local == SELECTOR || !self.has_local(local) {
            return Err("PC_B read where Go does not read it");
        }
        if self.is_scratch(local) {
            return Err(NOT_A_REGISTER);
        }
        Ok(local)
    }

    /// A local that may be set by itself; PC_B and SP may not.
    fn variable(&self, local: Local) -> Result<Local, Refusal> {
        if local == SELECTOR || local == SP || !self.has_local(local) {
            return Err("PC_B or SP set where Go does not set it");
        }
        if self.is_scratch(local) {
            return Err(NOT_A_REGISTER);
        }
        Ok(local)
    }

    /// `local.tee 1; global.set 0`: SP gets the value on the stack.
    fn set_sp(&mut self, out: &mut Vec<Located>) -> Result<(), Refusal> {
        self.cursor.expect(
            |op| {
                matches!(
                    op,
                    Operator::GlobalSet {
                        global_index: GLOBAL_SP
                    }
                )
            },
            "SP set in its cache alone",
        )?;
        let value = match self.pop()? {
            // One form for both directions: SP plus a constant.
            Expr::Binary(Op::I32_SUB, operands, _) => match *operands {
                [Expr::Get(SP), Expr::I32(n)] => {
                    Expr::binary(Op::I32_ADD, Expr::Get(SP), Expr::I32(n.wrapping_neg()))
                }
                [a, b] => Expr::binary(Op::I32_SUB, a, b),
            },
            value => value,
        };
        self.emit(out, Stmt::Set(SP, value));
        Ok(())
    }
}

/// Whether it adds something to a copy of SP in a local. Go computes the address of each slot from SP itself
/// (OpWasmLoweredAddr in cmd/compile/internal/wasm/ssa.go); what a slot can be written through is judged by that.
fn is_sum_with_copy_of_sp(expr: &Expr) -> bool {
    let Expr::Binary(Op::I64_ADD, operands, _) = expr else {
        return false;
    };
    matches!(&**operands, [Expr::Tee(_, kept), Expr::I64(_)] if kept.above_sp() == Some(0))
}
