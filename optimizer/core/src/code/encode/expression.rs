//! Expression trees to bytes.

use super::Encoder;
use crate::code::ir::Expr;
use crate::index::FuncIndex;

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
                self.out.leb(u64::from(*global));
            }
            Expr::Unary(op, operand) => {
                self.expression(operand);
                op.encode(&mut self.out.bytes);
            }
            Expr::Binary(op, operands) => {
                self.expression(&operands.0);
                self.expression(&operands.1);
                op.encode(&mut self.out.bytes);
            }
            Expr::Load(load, access, address) => {
                self.expression(address);
                self.out.access(load.byte(), *access);
            }
            Expr::Select(operands) => {
                self.expression(&operands.0);
                self.expression(&operands.1);
                self.expression(&operands.2);
                self.out.byte(0x1b);
            }
            Expr::Call(function, arguments) => {
                arguments
                    .iter()
                    .for_each(|argument| self.expression(argument));
                self.call(*function);
            }
            Expr::MemorySize => self.out.bytes.extend([0x3f, 0]),
            Expr::MemoryGrow(pages) => {
                self.expression(pages);
                self.out.bytes.extend([0x40, 0]);
            }
        }
    }

    pub(super) fn call(&mut self, function: FuncIndex) {
        self.out.byte(0x10);
        self.out.leb(function.0.into());
    }
}
