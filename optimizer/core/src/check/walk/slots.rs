//! Accesses to words of Go's stack, and uses of their addresses.

use super::{RETURN_PC, Site, Step, Walk};
use crate::check::slots::{Given, Words};
use crate::check::state::Sp;
use crate::check::value::Value;
use crate::check::walk::{After, Callee};
use wasmparser::Operator;

/// The offset of an access to memory, and how many bytes it concerns.
pub(in crate::check) fn access(operator: &Operator<'_>) -> Option<(i64, i32)> {
    use Operator::{F32Load, F64Load, I32Load, I32Load8S, I32Load8U, I32Load16S, I32Load16U};
    use Operator::{F32Store, F64Store, I32Store, I32Store8, I32Store16};
    use Operator::{I64Load, I64Load8S, I64Load8U, I64Load16S, I64Load16U, I64Load32S, I64Load32U};
    use Operator::{I64Store, I64Store8, I64Store16, I64Store32};
    let (memarg, bytes) = match operator {
        I64Load { memarg } | F64Load { memarg } | I64Store { memarg } | F64Store { memarg } => {
            (memarg, 8)
        }
        I32Load { memarg }
        | F32Load { memarg }
        | I64Load32S { memarg }
        | I64Load32U { memarg }
        | I32Store { memarg }
        | F32Store { memarg }
        | I64Store32 { memarg } => (memarg, 4),
        I32Load16S { memarg }
        | I32Load16U { memarg }
        | I64Load16S { memarg }
        | I64Load16U { memarg }
        | I32Store16 { memarg }
        | I64Store16 { memarg } => (memarg, 2),
        I32Load8S { memarg }
        | I32Load8U { memarg }
        | I64Load8S { memarg }
        | I64Load8U { memarg }
        | I32Store8 { memarg }
        | I64Store8 { memarg } => (memarg, 1),
        _ => return None,
    };
    Some((memarg.offset as i64, bytes))
}

impl<'w> Walk<'w, '_> {
    /// An operator with one operand.
    pub(super) fn takes(&mut self, operator: &Operator<'w>, operand: Value) -> Step {
        let (Value::Stack(at), true) = (operand, self.written.all_rules) else {
            return Ok(());
        };
        match (access(operator), operator) {
            (Some((offset, bytes)), _) => {
                let place = i64::from(at) + offset;
                self.found.tally.load(place);
                self.reads_slots(place, bytes)
            }
            (None, Operator::I32WrapI64 | Operator::I64ExtendI32U | Operator::Drop) => Ok(()),
            _ => {
                self.tells(operand);
                Ok(())
            }
        }
    }

    /// An operator with two operands; `value` is its result.
    pub(super) fn takes_both(
        &mut self,
        operator: &Operator<'w>,
        (left, right): (Value, Value),
        value: Value,
    ) -> Step {
        if !self.written.all_rules {
            return Ok(());
        }
        match (access(operator), left) {
            (Some((offset, bytes)), Value::Stack(at)) => {
                self.tells(right);
                let place = i64::from(at) + offset;
                self.found.tally.store(Some(place));
                self.writes_slots(place, bytes, right)
            }
            (Some(_), _) => {
                self.tells(right);
                self.found.tally.store(None);
                Ok(())
            }
            _ => {
                if !matches!(value, Value::Stack(_) | Value::BelowGuard(_)) {
                    self.tells(left);
                    self.tells(right);
                }
                Ok(())
            }
        }
    }

    /// An operator with more operands, the last first.
    pub(super) fn takes_more(&mut self, operator: &Operator<'w>, operands: &[Value]) -> Step {
        if !self.written.all_rules {
            return Ok(());
        }
        let length = |value: Value| match value {
            Value::Constant(bits) => i32::try_from(bits).ok(),
            _ => None,
        };
        match (operator, operands) {
            (Operator::MemoryCopy { .. }, [bytes, from, to]) => {
                match (*from, length(*bytes)) {
                    (Value::Stack(at), Some(bytes)) => self.reads_slots(at.into(), bytes)?,
                    (from, _) => self.tells(from),
                }
                self.fills(*to, length(*bytes))
            }
            (Operator::MemoryFill { .. }, [bytes, _, to]) => self.fills(*to, length(*bytes)),
            _ => {
                operands.iter().for_each(|operand| self.tells(*operand));
                Ok(())
            }
        }
    }

    fn fills(&mut self, to: Value, bytes: Option<i32>) -> Step {
        match (to, bytes) {
            (Value::Stack(at), Some(bytes)) => self.writes_slots(at.into(), bytes, Value::Other),
            _ => {
                self.tells(to);
                Ok(())
            }
        }
    }

    /// An address escapes to where it is not followed.
    pub(super) fn tells(&mut self, value: Value) {
        if let (Value::Stack(at), true) = (value, self.written.all_rules) {
            self.found.exchange.writes(at, 0);
            self.states.each(|state| state.slots.escape(at));
        }
    }

    fn reads_slots(&mut self, place: i64, bytes: i32) -> Step {
        let (place, end) = self.in_reach(place, bytes)?;
        if !(self.states.0.iter()).any(|state| state.slots.is_answer(place, end)) {
            self.found.exchange.reads(place, end);
        }
        for state in &self.states.0 {
            self.found.exchange.arguments |= state.slots.arguments(place, end);
            if let Some((callee, words)) = state.slots.results(place, end) {
                *self.found.exchange.asks.entry(callee).or_default() |= words;
            }
        }
        Ok(())
    }

    fn writes_slots(&mut self, place: i64, bytes: i32, value: Value) -> Step {
        let (place, end) = self.in_reach(place, bytes)?;
        let is_return_pc = place < RETURN_PC && end > 0;
        if is_return_pc && value != Value::Selector && !self.function.is_assembly {
            return Err(self.fault("slots", "the return PC is overwritten"));
        }
        self.found.exchange.writes(place, end);
        self.states.each(|state| state.slots.store(place, end));
        Ok(())
    }

    /// Where these bytes are that the function's code names: in its frame, or among its arguments and results. Right
    /// below SP, a return PC may be pushed.
    fn in_reach(&self, place: i64, bytes: i32) -> Step<(i32, i32)> {
        let end = place.saturating_add(bytes.into());
        let lowest = match self.states.sp() {
            Some(Sp::At(sp)) => i64::from(sp - RETURN_PC),
            _ => i64::from(i32::MIN / 4),
        };
        let args = self.function.args.unwrap_or(i32::MAX / 4);
        let highest = i64::from(RETURN_PC) + i64::from(args);
        if (place < lowest || end > highest) && !self.function.is_assembly {
            let message = format!(
                "the stack is accessed {place} bytes from the return PC, out of frame and arguments"
            );
            return Err(self.fault("slots", message));
        }
        let place = i32::try_from(place).unwrap_or(i32::MAX / 2);
        Ok((place, place.saturating_add(bytes)))
    }

    /// What the function has written for one that it calls.
    pub(super) fn given(&self, sp: Option<i32>, callee: Callee) -> Given {
        let (Some(sp), Callee::Direct(callee), true) = (sp, callee, self.written.all_rules) else {
            return Given::all();
        };
        let args = self.written.functions[callee].args.unwrap_or(i32::MAX);
        let given = self
            .states
            .0
            .iter()
            .map(|state| state.slots.given(sp, args));
        given.reduce(|a, b| a.meet(&b)).unwrap_or_else(Given::all)
    }

    /// What the function has written on every way to here.
    pub(super) fn stored(&self) -> Option<Words> {
        let known = self.states.0.iter().filter_map(|state| state.slots.ever());
        Words::of_all(known.filter(|_| self.written.all_rules))
    }

    /// What a call writes.
    pub(super) fn answers(&mut self, site: &Site) {
        if !self.written.all_rules {
            return;
        }
        let callee = site.callee.direct();
        let callees = callee.map(|callee| &self.written.functions[callee]);
        // The size of the arguments of assembly may be wrong: that of `runtime.asmcgocall` (runtime/asm_wasm.s) is 0.
        let args = callees
            .filter(|callee| !callee.is_assembly)
            .and_then(|callee| callee.args);
        if let (Some(sp), true) = (site.sp, site.after != After::Tail) {
            self.states.each(|state| state.slots.call(callee, sp, args));
        }
    }

    /// The host writes results above SP.
    pub(super) fn host_answers(&mut self) {
        if !self.written.all_rules {
            return;
        }
        self.states.each(|state| {
            if let Sp::At(sp) = state.sp {
                state.slots.call(None, sp, None);
            }
        });
    }

    /// What is written where the function returns.
    pub(super) fn returns_results(&mut self) {
        if !self.written.all_rules {
            return;
        }
        let results =
            (self.states.0.iter()).fold(u64::MAX, |all, state| all & state.slots.answers());
        let known = self.found.exchange.results.unwrap_or(u64::MAX);
        self.found.exchange.results = Some(known & results);
    }
}
