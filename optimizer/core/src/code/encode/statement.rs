//! Statements to bytes, among them calls by the convention.

use super::Encoder;
use super::writer::Label;
use crate::code::ir::{Access, After, Callee, Expr, SP, Stmt};
use crate::code::op::{Op, Store};
use crate::go::Pc;
use crate::go::abi::GLOBAL_SP;
use crate::index::FuncIndex;

impl Encoder<'_> {
    pub(super) fn statement(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Set(local, value) => {
                self.expression(value);
                self.out.set(self.locals.target[*local as usize]);
            }
            Stmt::SetGlobal(global, value) => {
                self.expression(value);
                self.set_global(*global);
            }
            Stmt::Store(store, access, address, value) => {
                self.expression(address);
                self.expression(value);
                self.out.access(store.byte(), *access);
            }
            Stmt::Drop(value) => {
                self.expression(value);
                self.out.byte(0x1a);
            }
            Stmt::Call(function, arguments) => {
                arguments
                    .iter()
                    .for_each(|argument| self.expression(argument));
                self.call(*function);
            }
            Stmt::GoCall {
                pc_f,
                pc_b,
                callee,
                after,
            } => {
                self.return_pc(*pc_f, *pc_b);
                self.go_call(callee, *after);
            }
            Stmt::PushedCall {
                pc_b,
                function,
                arguments,
            } => self.pushed_call(*pc_b, *function, arguments),
            Stmt::TailCall(callee) => {
                // PC_B 0, and nothing is pushed: the callee returns to our caller.
                self.pc_const(0);
                self.enter(callee);
                self.return_();
            }
            Stmt::Return(popped) => {
                self.out.get(SP);
                if *popped != 0 {
                    self.out.i32_const(popped.cast_signed());
                    Op::I32_ADD.encode(&mut self.out.bytes);
                }
                self.return_();
            }
            Stmt::Unwind => {
                self.out.get(SP);
                self.set_global(GLOBAL_SP);
                self.out.i32_const(0);
                self.return_();
            }
            Stmt::Unreachable => {
                // A host that catches the trap may call again, on the stack below SP.
                self.out.get(SP);
                self.set_global(GLOBAL_SP);
                self.out.byte(0x00);
            }
            Stmt::MemoryCopy(to, from, length) => {
                [to, from, length]
                    .into_iter()
                    .for_each(|operand| self.expression(operand));
                self.out.bytes.extend([0xfc, 10, 0, 0]);
            }
            Stmt::MemoryFill(to, byte, length) => {
                [to, byte, length]
                    .into_iter()
                    .for_each(|operand| self.expression(operand));
                self.out.bytes.extend([0xfc, 11, 0]);
            }
            nested => self.nested(nested),
        }
    }

    /// Structured control flow inside a block.
    fn nested(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::If(condition, yes, no) => {
                self.expression(condition);
                self.out.begin_if();
                yes.iter().for_each(|stmt| self.statement(stmt));
                if !no.is_empty() {
                    self.out.begin_else();
                    no.iter().for_each(|stmt| self.statement(stmt));
                }
                self.out.close();
            }
            Stmt::Block(body) => self.plain(0x02, body),
            Stmt::Loop(body) => self.plain(0x03, body),
            Stmt::Br(depth) => {
                self.out.byte(0x0c);
                self.out.leb(u64::from(*depth));
            }
            Stmt::BrIf(depth, condition) => {
                self.expression(condition);
                self.out.byte(0x0d);
                self.out.leb(u64::from(*depth));
            }
            Stmt::BrTable(labels, index) => {
                self.expression(index);
                self.out.byte(0x0e);
                self.out.leb(labels.len() as u64 - 1);
                labels
                    .iter()
                    .for_each(|label| self.out.leb(u64::from(*label)));
            }
            _ => {}
        }
    }

    fn plain(&mut self, opcode: u8, body: &[Stmt]) {
        self.out.begin_plain(opcode);
        body.iter().for_each(|stmt| self.statement(stmt));
        self.out.close();
    }

    /// A call whose return PC is on the stack.
    fn go_call(&mut self, callee: &Callee, after: After) {
        self.enter(callee);
        match after {
            After::Never => self.return_(),
            After::Resume if self.style.unwind_in_place => {
                self.out.tee(SP);
                Op::I32_EQZ.encode(&mut self.out.bytes);
                self.unwind_if();
            }
            After::Resume => {
                self.out.tee(SP);
                Op::I32_EQZ.encode(&mut self.out.bytes);
                self.out.branch_if(Label::Unwind);
            }
            // SP is unchanged: only a function that was resumed may find its stack elsewhere.
            After::NotResumed if self.style.unwind_in_place => {
                Op::I32_EQZ.encode(&mut self.out.bytes);
                self.unwind_if();
            }
            After::NotResumed => {
                Op::I32_EQZ.encode(&mut self.out.bytes);
                self.out.branch_if(Label::Unwind);
            }
            After::Returns => self.out.byte(0x1a),
            After::MustNotUnwind => {
                self.out.tee(SP);
                Op::I32_EQZ.encode(&mut self.out.bytes);
                // Global 0 is where the callee unwound, as in Go's own code.
                self.out.begin_if();
                self.out.byte(0x00);
                self.out.close();
            }
        }
    }

    /// The callee takes SP from global 0 and leaves it there, where nobody reads it: ours is unchanged.
    fn pushed_call(&mut self, pc_b: u32, function: FuncIndex, arguments: &[Expr]) {
        (arguments.iter()).for_each(|argument| self.expression(argument));
        self.out.get(SP);
        self.out.i32_const(8);
        Op::I32_SUB.encode(&mut self.out.bytes);
        self.set_global(GLOBAL_SP);
        self.expression(&Expr::GetGlobal(GLOBAL_SP));
        self.return_pc(None, pc_b);
        self.widen_pc();
        let word = Access {
            align: 3,
            offset: 0,
        };
        self.out.access(Store::I64.byte(), word);
        self.call(function);
    }

    fn unwind_if(&mut self) {
        self.out.begin_if();
        self.out.i32_const(0);
        self.return_();
        self.out.close();
    }

    /// The return PC of a call. It belongs to the function's own PC_F unless another one is given.
    fn return_pc(&mut self, pc_f: Option<u32>, pc_b: u32) {
        match (pc_f, self.locals.pc_base) {
            (None, Some(base)) => {
                self.out.get(base);
                self.pc_const(pc_b.into());
                self.pc_op(Op::I32_ADD, Op::I64_ADD);
            }
            (pc_f, _) => {
                let f = pc_f.unwrap_or(self.pc_f);
                self.pc_const(Pc { f, b: pc_b }.bits());
            }
        }
    }

    /// A call by the convention; the return PC, or a PC_B, is on the operand stack.
    fn enter(&mut self, callee: &Callee) {
        self.out.get(SP);
        match callee {
            Callee::Direct(function) => self.call(*function),
            Callee::Indirect(slot) => {
                self.expression(slot);
                self.out.byte(0x11);
                self.out.leb(u64::from(self.style.convention));
                self.out.byte(0);
            }
        }
    }

    fn set_global(&mut self, global: u32) {
        self.out.byte(0x24);
        self.out.leb(u64::from(global));
    }

    fn return_(&mut self) {
        self.out.byte(0x0f);
    }
}
