//! Reads the input's operators front to back, without control flow: enough to see which addresses are on Go's stack.

use super::value::{Value, constant};
use crate::go::Pc;
use crate::index::FuncIndex;
use crate::input::Input;
use wasmparser::Operator;

/// Local 1: SP.
const LOCAL_SP: u32 = 1;

/// A load, or a store of a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Access {
    pub(super) address: Value,
    pub(super) offset: i64,
    pub(super) bytes: i32,
    pub(super) stored: Option<Value>,
}

impl Access {
    /// How far from the return PC it is, in a function with a frame of that many bytes; `None` if it is not of the stack.
    pub(super) fn place(&self, frame: i64) -> Option<i64> {
        match self.address {
            Value::Stack(at) => Some(i64::from(at) + self.offset - frame),
            _ => None,
        }
    }
}

/// Where SP is in the input, read front to back: the frame is made once, and a return has released it.
pub(super) struct Sp {
    frame: i64,
    /// Before that comes what `-d=maymorestack` calls, and meanwhile the closure is kept on the stack.
    pub(super) is_made: bool,
    /// How many operators since global 0 was set.
    since: usize,
}

impl Sp {
    /// Of a function that begins.
    pub(super) fn begin(frame: i64) -> Sp {
        Sp {
            frame,
            is_made: frame == 0,
            since: 0,
        }
    }

    /// Whether a store of this value pushes a return PC: `global.set 0; local.get 1; i64.const PC; i64.store`.
    pub(super) fn pushes(&self, value: Value) -> bool {
        matches!(value, Value::Constant(pc) if pc >= Pc::FIRST.bits()) && self.since == 3
    }

    /// An operator, and the operand that it takes.
    pub(super) fn follow(&mut self, operator: &Operator<'_>, operand: Option<&Value>) {
        self.since += 1;
        match (operator, operand) {
            (Operator::GlobalSet { global_index: 0 }, _) => self.since = 0,
            (
                Operator::LocalTee {
                    local_index: LOCAL_SP,
                }
                | Operator::LocalSet {
                    local_index: LOCAL_SP,
                },
                Some(Value::Stack(by)),
            ) => self.is_made |= i64::from(*by) == -self.frame,
            _ => {}
        }
    }
}

/// What an operator does to the operand stack. Reports each load and store. `None` for an operator that Go does not
/// emit.
pub(super) fn step(
    input: &Input<'_>,
    operator: &Operator<'_>,
    stack: &mut Vec<Value>,
    accesses: &mut impl FnMut(Access),
) -> Option<()> {
    if let Some(bits) = constant(operator) {
        stack.push(Value::Constant(bits));
        return Some(());
    }
    let mut pop = || stack.pop().unwrap_or(Value::Other);
    match operator {
        Operator::LocalGet { local_index } => stack.push(match *local_index {
            LOCAL_SP => Value::Stack(0),
            _ => Value::Other,
        }),
        Operator::LocalTee { .. } | Operator::Br { .. } | Operator::Return => {}
        Operator::LocalSet { .. }
        | Operator::GlobalSet { .. }
        | Operator::BrIf { .. }
        | Operator::BrTable { .. }
        | Operator::If { .. } => _ = pop(),
        Operator::Block { .. } | Operator::Loop { .. } | Operator::Else | Operator::End => {}
        Operator::Unreachable | Operator::Nop => {}
        Operator::Call { function_index } => {
            let ty = input.function_type(FuncIndex(*function_index))?;
            (0..ty.params().len()).for_each(|_| _ = pop());
            stack.extend(ty.results().iter().map(|_| Value::Other));
        }
        // `(i32 PC_B) -> i32` of the function in a slot.
        Operator::CallIndirect { .. } => {
            (0..2).for_each(|_| _ = pop());
            stack.push(Value::Other);
        }
        operator => {
            let mut tell = |address, stored| {
                if let Some((offset, bytes)) = super::walk::access(operator) {
                    accesses(Access {
                        address,
                        offset,
                        bytes,
                        stored,
                    });
                }
            };
            let (operands, results) = operator.operator_arity(&super::walk::NoTypes)?;
            let value = match operands {
                1 => {
                    let operand = pop();
                    tell(operand, None);
                    Value::unary(operator, operand)
                }
                2 => {
                    let (right, left) = (pop(), pop());
                    tell(left, Some(right));
                    Value::binary(operator, left, right)
                }
                _ => {
                    (0..operands).for_each(|_| _ = pop());
                    Value::Other
                }
            };
            stack.extend((results > 0).then_some(value));
        }
    }
    Some(())
}
