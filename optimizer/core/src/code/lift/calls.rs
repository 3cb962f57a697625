//! Calls, returns and tail calls: sequences of several operators.

use super::Refusal;
use super::body::{Label, Reader};
use super::sequences::{self, Target};
use crate::code::facts::Role;
use crate::code::ir::{After, Callee, Expr, Located, SP, Stmt};
use crate::code::op::{Op, Type};
use crate::code::origin::At;
use crate::code::pc::ReturnPc;
use crate::code::switches;
use crate::go::Pc;
use crate::go::abi::GLOBAL_SP;
use crate::index::FuncIndex;
use wasmparser::{BlockType, Operator};

impl Reader<'_, '_, '_> {
    /// A call by Go's convention. Whether there was one.
    pub(super) fn go_call(&mut self, out: &mut Vec<Located>, depth: u32) -> Result<bool, Refusal> {
        let start = self.cursor;
        let Some(pc) = sequences::pushed_return_pc(&mut self.cursor) else {
            return Ok(false);
        };
        if self.pushed_call(out, pc)? {
            return Ok(true);
        }
        let Some(target) = sequences::entered(&mut self.cursor, self.facts) else {
            // Up to here, an 8-byte frame whose first store is a constant looks the same.
            self.cursor = start;
            return Ok(false);
        };
        let at = self.here();
        let pc_b = self.own_pc_b(pc)?;
        let callee = self.callee(target)?;
        if !self.reload_below_result()? {
            return Err("a call without a reload of SP");
        }
        let after = self.after_call(&callee, depth)?;
        if after == After::Resume {
            // Nothing on the operand stack would survive an unwind.
            self.expect_empty(0)?;
        }
        let call = Stmt::GoCall {
            pc: ReturnPc::Own(pc_b),
            callee,
            after,
        };
        self.emit_from(out, call, at);
        Ok(true)
    }

    /// A call of the write barrier up to Go 1.20: `call $gcWriteBarrier` behind the pushed PC. Whether there was one.
    fn pushed_call(&mut self, out: &mut Vec<Located>, pc: i64) -> Result<bool, Refusal> {
        let function = match self.cursor.peek(0) {
            Some(Operator::Call { function_index }) => FuncIndex(*function_index),
            _ => return Ok(false),
        };
        if self.facts.popping != Some(function) {
            return Ok(false);
        }
        self.cursor.advance(1);
        let at = self.here();
        let signature = self.facts.signature(function);
        if signature.result.is_some() || !self.cursor.skip_sp_reload() {
            return Err("a write barrier that is called otherwise than Go does");
        }
        let pc_b = self.own_pc_b(pc)?;
        let (arguments, _) = self.take_arguments(signature.params)?;
        let call = Stmt::PushedCall {
            pc_b,
            function,
            arguments,
        };
        self.emit_from(out, call, at);
        Ok(true)
    }

    /// PC_B of a return PC of this function.
    fn own_pc_b(&self, pc: i64) -> Result<u32, Refusal> {
        let own = Pc::of_bits(pc.cast_unsigned()).filter(|pc| pc.f == self.pc_f);
        own.map(|pc| pc.b).ok_or("a return PC of another function")
    }

    fn callee(&mut self, target: Target) -> Result<Callee, Refusal> {
        match target {
            Target::Direct(function) if self.facts.is_go(function) => Ok(Callee::Direct(function)),
            Target::Direct(_) => {
                Err("a call with a return PC to a function outside the convention")
            }
            Target::Indirect(kept) => {
                let pc = match kept {
                    Some(local) => Expr::Get(self.local(local)?),
                    None => self.pop()?,
                };
                let pc_f = Expr::binary(Op::I64_SHR_U, pc, Expr::I64(Pc::B_BITS.into()));
                Ok(Callee::Indirect(Box::new(Expr::unary(
                    Op::I32_WRAP_I64,
                    pc_f,
                ))))
            }
        }
    }

    /// The reload of SP while the result of a call waits: on the operand stack, or in a local where binaryen wrote it.
    /// Whether there was one.
    fn reload_below_result(&mut self) -> Result<bool, Refusal> {
        let kept = match self.cursor.peek(0) {
            Some(Operator::LocalSet { local_index }) if self.is_scratch(*local_index) => {
                self.cursor.advance(1);
                Some(*local_index)
            }
            _ => None,
        };
        let reloaded = self.cursor.skip_sp_reload();
        if let Some(kept) = kept {
            self.cursor.expect(
                |op| matches!(op, Operator::LocalGet { local_index } if *local_index == kept),
                "a call whose result is kept",
            )?;
        }
        Ok(reloaded)
    }

    /// What the code behind a call does with its result: unwind as well, or trap.
    fn after_call(&mut self, callee: &Callee, depth: u32) -> Result<After, Refusal> {
        const DIFFERS: Refusal = "a call whose result is used otherwise than Go does";
        let calls = |functions: &[Option<FuncIndex>]| match callee {
            Callee::Direct(function) => functions.contains(&Some(*function)),
            Callee::Indirect(_) => false,
        };
        match self.cursor.next().map(|token| &token.operator) {
            Some(Operator::BrIf { relative_depth }) => {
                let Label::Unwind = self.label(*relative_depth, depth)? else {
                    return Err(DIFFERS);
                };
                let morestack =
                    matches!(callee, Callee::Direct(f) if self.facts.morestack.contains(f));
                if calls(&[self.facts.sigpanic]) || morestack {
                    return Ok(After::Never);
                }
                if depth > 0 {
                    return Err("a call that may be resumed inside a block");
                }
                Ok(After::Resume)
            }
            Some(Operator::If {
                blockty: BlockType::Empty,
            }) => {
                self.cursor
                    .expect(|op| matches!(op, Operator::Unreachable), DIFFERS)?;
                self.cursor
                    .expect(|op| matches!(op, Operator::End), DIFFERS)?;
                Ok(After::MustNotUnwind)
            }
            _ => Err(DIFFERS),
        }
    }

    /// `i32.const 0; return` and `i32.const 1; return`. Whether there was one.
    pub(super) fn returns(&mut self, out: &mut Vec<Located>) -> bool {
        let (Some(Operator::I32Const { value }), Some(Operator::Return)) =
            (self.cursor.peek(0), self.cursor.peek(1))
        else {
            return false;
        };
        let stmt = match value {
            0 => pop_frame(out),
            1 => Stmt::Unwind,
            _ => return false,
        };
        self.cursor.advance(2);
        out.push(stmt.at(self.here()));
        true
    }

    /// `i32.const 0; call f; return` and its indirect form. Whether there was one.
    pub(super) fn tail_call(&mut self, out: &mut Vec<Located>) -> Result<bool, Refusal> {
        let start = self.cursor;
        let Some(target) = sequences::entered(&mut self.cursor, self.facts) else {
            return Ok(false);
        };
        if matches!(target, Target::Direct(function) if !self.facts.is_go(function)) {
            self.cursor = start;
            return Ok(false);
        }
        let at = self.here();
        self.reload_below_result()?;
        self.cursor.expect(
            |op| matches!(op, Operator::Return),
            "a jump to a function that goes on behind it",
        )?;
        let callee = self.callee(target)?;
        out.push(Stmt::TailCall(callee).at(at));
        Ok(true)
    }

    /// A call of a function outside the convention.
    pub(super) fn plain_call(
        &mut self,
        out: &mut Vec<Located>,
        function: FuncIndex,
    ) -> Result<(), Refusal> {
        let role = self.facts.role(function);
        if role == Role::Go {
            return Err("a call of a Go function without a return PC");
        }
        let signature = self.facts.signature(function);
        let (arguments, depth) = self.take_arguments(signature.params)?;
        let at = self.here();
        self.cursor.skip_sp_reload();
        match (signature.result, role) {
            (Some(_), Role::Pure | Role::ReadsMemory) => {
                return self.push_deep(Expr::Call(Box::new((function, arguments)), at), depth);
            }
            (Some(ty), _) => self.effectful_call(out, (function, at), arguments, Some(ty)),
            (None, _) => self.effectful_call(out, (function, at), arguments, None),
        }
        if role == Role::Import {
            // The host may have entered Go again, which moves the stack when it grows.
            self.emit_from(out, Stmt::Set(SP, Expr::GetGlobal(GLOBAL_SP)), at);
            self.emit_from(out, switches::show_goexit(at), at);
        }
        Ok(())
    }

    /// The callee takes SP from global 0, so it is put there first.
    fn effectful_call(
        &mut self,
        out: &mut Vec<Located>,
        (function, at): (FuncIndex, At),
        arguments: Vec<Expr>,
        result: Option<Type>,
    ) {
        let count = arguments.len();
        arguments
            .into_iter()
            .for_each(|argument| self.push(argument));
        self.emit_from(out, Stmt::SetGlobal(GLOBAL_SP, Expr::Get(SP)), at);
        let arguments = self
            .take_arguments(count)
            .map(|(arguments, _)| arguments)
            .unwrap_or_default();
        match result {
            None => self.emit_from(out, Stmt::Call(function, arguments), at),
            Some(ty) => {
                let local = self.temporary(ty);
                let call = Expr::Call(Box::new((function, arguments)), at);
                self.emit_from(out, Stmt::Set(local, call), at);
                self.push(Expr::Get(local));
            }
        }
    }
}

/// Takes `SP += n` statements off the end of `out` and returns with their sum.
fn pop_frame(out: &mut Vec<Located>) -> Stmt {
    let mut popped: u32 = 0;
    while let Some(n) = out.last().and_then(|last| sp_increase(last)) {
        popped = popped.wrapping_add(n);
        out.pop();
    }
    Stmt::Return(popped)
}

/// `n` of a statement `SP += n`, `n >= 0`.
fn sp_increase(stmt: &Stmt) -> Option<u32> {
    let Stmt::Set(SP, Expr::Binary(Op::I32_ADD, operands, _)) = stmt else {
        return None;
    };
    match &**operands {
        [Expr::Get(SP), Expr::I32(n)] => u32::try_from(*n).ok(),
        _ => None,
    }
}
