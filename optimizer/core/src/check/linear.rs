//! Reads the input's operators front to back, without control flow: enough to see which addresses are on Go's stack.

use super::value::{Value, constant};
use crate::index::FuncIndex;
use crate::input::Input;
use wasmparser::Operator;

/// Local 1: SP.
pub(super) const SP: u32 = 1;

/// A load, or a store of a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Access {
    pub(super) address: Value,
    pub(super) offset: i64,
    pub(super) stored: Option<Value>,
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
            SP => Value::Stack(0),
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
                if let Some((offset, _)) = super::walk::access(operator) {
                    accesses(Access {
                        address,
                        offset,
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
