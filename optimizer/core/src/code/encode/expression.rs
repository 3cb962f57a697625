//! Expression trees to bytes.

use super::Encoder;
use crate::code::ir::Expr;
use crate::code::origin::At;
use crate::index::FuncIndex;
use crate::reindex::Removed;

impl Encoder<'_> {
    pub(super) fn expression(&mut self, expr: &Expr) {
        match expr {
            Expr::I32(value) => self.out.i32_const(*value),
            Expr::I64(value) => self.out.i64_const(*value),
            Expr::F32(bits) => {
                self.out.byte(0x43);
                self.out.bytes.extend(bits.to_le_bytes());
            }
            Expr::F64(bits) => {
                self.out.byte(0x44);
                self.out.bytes.extend(bits.to_le_bytes());
            }
            Expr::Get(local) => self.out.get(self.locals.target[*local as usize]),
            Expr::Tee(local, value) => {
                self.expression(value);
                self.out.tee(self.locals.target[*local as usize]);
            }
            Expr::GetGlobal(global) => {
                self.out.byte(0x23);
                self.global(*global);
            }
            Expr::Unary(op, operand, at) => {
                self.expression(operand);
                if op.traps() {
                    self.out.mark(*at, true);
                }
                op.encode(&mut self.out.bytes);
            }
            Expr::Binary(op, operands, at) => {
                self.expression(&operands[0]);
                self.expression(&operands[1]);
                if op.traps() {
                    self.out.mark(*at, true);
                }
                op.encode(&mut self.out.bytes);
            }
            Expr::Load(load, access, address) => {
                self.expression(address);
                self.out.mark(access.at, true);
                self.out.access(load.byte(), *access);
            }
            Expr::Select(operands) => {
                self.expression(&operands[0]);
                self.expression(&operands[1]);
                self.expression(&operands[2]);
                self.out.byte(0x1b);
            }
            Expr::Call(call, at) => {
                let (function, arguments) = &**call;
                arguments
                    .iter()
                    .for_each(|argument| self.expression(argument));
                self.call(*function, *at);
            }
            Expr::MemorySize => self.out.bytes.extend([0x3f, 0]),
            Expr::MemoryGrow(pages) => {
                self.expression(pages);
                self.out.bytes.extend([0x40, 0]);
            }
        }
    }

    pub(super) fn call(&mut self, function: FuncIndex, at: At) {
        self.out.mark(at, true);
        self.out.byte(0x10);
        let index = self.target.indices.function(function);
        self.index(index);
    }

    pub(super) fn global(&mut self, global: u32) {
        let index = self.target.indices.global(global);
        self.index(index);
    }

    /// Writes an index of the output.
    pub(super) fn index(&mut self, index: Result<u32, Removed>) {
        match index {
            Ok(index) => self.out.leb(index.into()),
            Err(removed) => self.removed = Some(removed),
        }
    }
}
