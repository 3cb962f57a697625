//! Values: locals, globals, memory, arithmetic.

use super::slots::access;
use super::{GLOBAL_G, GLOBAL_SP, RETURN_PC, SELECTOR, SP, Step, Walk, calls};
use crate::check::numbers::Numbers;
use crate::check::state::{Selector, Sp};
use crate::check::value::{Value, constant};
use crate::go::Pc;
use wasmparser::Operator;

impl<'w> Walk<'w, '_> {
    pub(super) fn local_get(&mut self, local: u32) -> Step {
        let value = match local {
            SELECTOR if self.is_called() => Value::Selector,
            SELECTOR => {
                return Err(self.fault("resuming", "local 0 is read outside of a dispatch"));
            }
            SP => match self.states.sp() {
                Some(Sp::At(at)) => Value::Stack(at),
                // After a call of the host, an address that was computed before it.
                Some(Sp::Elsewhere | Sp::Moved) => Value::Other,
                Some(Sp::ByPc) | None => {
                    return Err(self.fault("SP", "SP is used where it is not known"));
                }
            },
            local => {
                if let Some(state) = self.states.0.iter().find(|state| !state.is_set(local)) {
                    let from = match state.selector {
                        Selector::Called => "a call",
                        _ => "some state in",
                    };
                    let message = format!("local {local} is read before it is set, from {from}");
                    return Err(self.fault("locals", message));
                }
                match self.states.0.first().and_then(|state| state.base) {
                    Some((base, pc)) if base == local => Value::Constant(pc.bits()),
                    _ => Value::Other,
                }
            }
        };
        self.stack.push(value);
        Ok(())
    }

    pub(super) fn local_set(&mut self, local: u32, value: Value) -> Step {
        match local {
            SELECTOR => return self.set_selector(value),
            SP => return self.set_sp(value),
            _ => {}
        }
        self.tells(value);
        let base = match value {
            Value::Constant(bits) => (self.own_pcs())
                .filter(|own| own.bits() == bits)
                .map(|own| (local, own)),
            _ => None,
        };
        self.states.each(|state| {
            state.set_local(local);
            // A func value of the function itself may be the same number.
            state.base = state.base.or(base);
        });
        Ok(())
    }

    /// The PC that the function's own PCs are relative to.
    pub(super) fn own_pcs(&self) -> Option<Pc> {
        self.function.pc_f.map(Pc::start)
    }

    pub(super) fn set_sp(&mut self, value: Value) -> Step {
        let sp = match value {
            Value::Stack(at) => Sp::At(at),
            _ if self.function.is_assembly => Sp::Elsewhere,
            _ => return Err(self.fault("SP", "SP is set to something else")),
        };
        if let Sp::At(at) = sp {
            // An inlined body ends. Behind one that never returns nothing runs, as behind its call.
            let (in_place, stops) = (&self.in_place, self.stops);
            let never_ends = |(place, bits): &(i32, u64)| {
                let body = || in_place.get(&Pc::of_bits(*bits)?);
                *place < at && body().is_some_and(|body| stops(*body))
            };
            (self.states.0).retain(|state| !state.pushed.iter().any(never_ends));
        }
        self.states.each(|state| state.sp = sp);
        Ok(())
    }

    pub(super) fn global_get(&mut self, global: u32) {
        let first = self.states.0.first().and_then(|state| state.shown);
        let value = match (global, first) {
            (GLOBAL_SP, Some(at)) if self.states.0.iter().all(|state| state.shown == first) => {
                Value::Stack(at)
            }
            (GLOBAL_G, _) => Value::G,
            _ => Value::Other,
        };
        self.stack.push(value);
    }

    pub(super) fn global_set(&mut self, global: u32) {
        let value = self.pop();
        if global == GLOBAL_SP {
            let shown = match value {
                Value::Stack(at) => Some(at),
                _ => None,
            };
            self.states.each(|state| state.shown = shown);
        }
    }

    /// Every operator that only has operands and a result.
    pub(super) fn computes(&mut self, operator: &Operator<'w>) -> Step {
        // Most are constants.
        if let Some(bits) = constant(operator) {
            self.stack.push(Value::Constant(bits));
            return Ok(());
        }
        let Some((operands, results)) = operator.operator_arity(&NoTypes) else {
            return Err(self.fault("locals", "an operator that is not known here"));
        };
        let value = match operands {
            1 => {
                let operand = self.pop();
                self.loads(operator, operand);
                self.takes(operator, operand)?;
                Value::unary(operator, operand)
            }
            2 => {
                let (right, left) = (self.pop(), self.pop());
                self.stores(operator, left, right);
                self.expects(operator, right);
                let value = Value::binary(operator, left, right);
                self.takes_both(operator, (left, right), value)?;
                value
            }
            _ => {
                let taken: Vec<Value> = (0..operands).map(|_| self.pop()).collect();
                self.takes_more(operator, &taken)?;
                Value::Other
            }
        };
        if results > 0 {
            self.stack.push(value);
        }
        Ok(())
    }

    pub(super) fn loads(&mut self, operator: &Operator<'w>, address: Value) {
        if let (Operator::I64Load { memarg } | Operator::I32Load { memarg }, Value::Stack(at)) =
            (operator, address)
        {
            let place = i64::from(at) + memarg.offset as i64;
            self.found.reads_return_pc |= (0..i64::from(RETURN_PC)).contains(&place);
        }
    }

    /// A promoted call compares PC_F, which is the slot in the table, with that of a function. Go's own code compares
    /// numbers of 64 bits.
    fn expects(&mut self, operator: &Operator<'w>, right: Value) {
        if let (Operator::I32Eq, Value::Constant(bits)) = (operator, right)
            && let Some(function) = u32::try_from(bits)
                .ok()
                .and_then(|pc_f| self.written.by_pc(Pc::start(pc_f)))
        {
            *self.found.expects.entry(function).or_default() += 1;
        }
    }

    pub(super) fn stores(&mut self, operator: &Operator<'w>, address: Value, value: Value) {
        let (Value::Stack(at), Some((offset, bytes))) = (address, access(operator)) else {
            return;
        };
        let place = i64::from(at).saturating_add(offset);
        let Ok(place) = i32::try_from(place) else {
            return;
        };
        if value == Value::Selector && (place, bytes) == (0, 8) {
            // The return PC is where it belongs.
            self.states.each(|state| {
                if state.sp == Sp::At(0) {
                    self.found.keeps_return_pc = true;
                    state.selector = Selector::Done(Numbers::default());
                }
            });
        }
        let pc = match value {
            Value::Constant(bits) if bytes == 8 && bits >= calls::FIRST_RETURN_PC => Some(bits),
            _ => None,
        };
        self.states.each(|state| {
            state.overwrite(place, bytes);
            state.pushed.extend(pc.map(|pc| (place, pc)));
        });
    }
}

/// Operators whose operands depend on types are handled before arity is asked for.
pub(in crate::check) struct NoTypes;

impl wasmparser::ModuleArity for NoTypes {
    fn sub_type_at(&self, _: u32) -> Option<&wasmparser::SubType> {
        None
    }
    fn tag_type_arity(&self, _: u32) -> Option<(u32, u32)> {
        None
    }
    fn type_index_of_function(&self, _: u32) -> Option<u32> {
        None
    }
    fn func_type_of_cont_type(&self, _: &wasmparser::ContType) -> Option<&wasmparser::FuncType> {
        None
    }
    fn sub_type_of_ref_type(&self, _: &wasmparser::RefType) -> Option<&wasmparser::SubType> {
        None
    }
    fn control_stack_height(&self) -> u32 {
        0
    }
    fn label_block(&self, _: u32) -> Option<(wasmparser::BlockType, wasmparser::FrameKind)> {
        None
    }
}
