//! Statements to bytes, among them calls by the convention.

use super::Encoder;
use super::writer::Label;
use crate::code::ir::{After, Callee, Expr, Located, SP, Stmt};
use crate::code::op::Op;
use crate::code::origin::At;
use crate::code::pc::ReturnPc;
use crate::go::abi::GLOBAL_SP;
use crate::index::FuncIndex;

impl Encoder<'_> {
    pub(super) fn statement(&mut self, Located { stmt, at }: &Located) {
        let at = *at;
        self.out.mark(at, false);
        match stmt {
            Stmt::Set(local, value) => {
                self.expression(value);
                self.out.mark(at, false);
                self.out.set(self.locals.target[*local as usize]);
            }
            Stmt::SetGlobal(global, value) => {
                self.expression(value);
                self.out.mark(at, false);
                self.set_global(*global);
            }
            Stmt::Store(store, access, address, value) => {
                self.expression(address);
                self.expression(value);
                self.out.mark(at, true);
                self.out.access(store.byte(), *access);
            }
            Stmt::Drop(value) => {
                self.expression(value);
                self.out.mark(at, false);
                self.out.byte(0x1a);
            }
            Stmt::Call(function, arguments) => {
                arguments
                    .iter()
                    .for_each(|argument| self.expression(argument));
                self.call(*function, at);
            }
            Stmt::GoCall { pc, callee, after } => {
                self.return_pc(*pc);
                self.go_call(callee, *after, at);
            }
            Stmt::PushedCall {
                pc_b,
                function,
                arguments,
            } => self.pushed_call(*pc_b, *function, arguments, at),
            Stmt::TailCall(callee) => {
                // PC_B 0, and nothing is pushed: the callee returns to our caller.
                self.pc_const(0);
                self.enter(callee, at);
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
                self.out.mark(at, true);
                self.out.byte(0x00);
            }
            Stmt::MemoryCopy(operands) => {
                self.three(operands);
                self.out.mark(at, true);
                self.out.bytes.extend([0xfc, 10, 0, 0]);
            }
            Stmt::MemoryFill(operands) => {
                self.three(operands);
                self.out.mark(at, true);
                self.out.bytes.extend([0xfc, 11, 0]);
            }
            nested => self.nested(nested, at),
        }
    }

    /// Structured control flow inside a block.
    fn nested(&mut self, stmt: &Stmt, at: At) {
        match stmt {
            Stmt::If(condition, yes, no) => {
                self.expression(condition);
                self.out.mark(at, false);
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
                self.out.mark(at, false);
                self.out.byte(0x0d);
                self.out.leb(u64::from(*depth));
            }
            Stmt::BrTable(labels, index) => {
                self.expression(index);
                self.out.mark(at, false);
                self.out.byte(0x0e);
                self.out.leb(labels.len() as u64 - 1);
                labels
                    .iter()
                    .for_each(|label| self.out.leb(u64::from(*label)));
            }
            _ => {}
        }
    }

    fn plain(&mut self, opcode: u8, body: &[Located]) {
        self.out.begin_plain(opcode);
        body.iter().for_each(|stmt| self.statement(stmt));
        self.out.close();
    }

    /// A call whose return PC is on the stack.
    fn go_call(&mut self, callee: &Callee, after: After, at: At) {
        self.enter(callee, at);
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
                self.out.mark(at, true);
                self.out.byte(0x00);
                self.out.close();
            }
        }
    }

    /// The callee takes SP from global 0 and leaves it there, where nobody reads it: ours is unchanged.
    fn pushed_call(&mut self, pc_b: u32, function: FuncIndex, arguments: &[Expr], at: At) {
        (arguments.iter()).for_each(|argument| self.expression(argument));
        self.out.get(SP);
        self.out.i32_const(8);
        Op::I32_SUB.encode(&mut self.out.bytes);
        self.set_global(GLOBAL_SP);
        self.expression(&Expr::GetGlobal(GLOBAL_SP));
        self.return_pc(ReturnPc::Own(pc_b));
        self.widen_pc();
        self.store_pc(at);
        self.call(function, at);
    }

    fn three(&mut self, [a, b, c]: &[Expr; 3]) {
        self.expression(a);
        self.expression(b);
        self.expression(c);
    }

    fn unwind_if(&mut self) {
        self.out.begin_if();
        self.out.i32_const(0);
        self.return_();
        self.out.close();
    }

    /// The return PC of a call.
    fn return_pc(&mut self, pc: ReturnPc) {
        match (pc, self.locals.pc_base) {
            (ReturnPc::Own(b), Some(base)) => {
                self.out.get(base);
                self.pc_const(b.into());
                self.pc_op(Op::I32_ADD, Op::I64_ADD);
            }
            _ => self.pc_const(pc.within(self.pc_f).bits()),
        }
    }

    /// A call by the convention; the return PC, or a PC_B, is on the operand stack.
    fn enter(&mut self, callee: &Callee, at: At) {
        self.out.get(SP);
        match callee {
            Callee::Direct(function) => self.call(*function, at),
            Callee::Indirect(slot) => {
                self.expression(slot);
                self.out.mark(at, true);
                self.out.byte(0x11);
                let convention = self.target.indices.ty(self.style.convention);
                self.index(convention);
                self.out.byte(0);
            }
        }
    }

    fn set_global(&mut self, global: u32) {
        self.out.byte(0x24);
        self.global(global);
    }

    fn return_(&mut self) {
        self.out.byte(0x0f);
    }
}
