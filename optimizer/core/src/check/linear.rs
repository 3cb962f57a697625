//! The input's operators, read front to back without control flow: enough to see which addresses name Go's stack.

use super::value::{Value, constant};
use crate::input::Input;
use wasmparser::Operator;

/// Local 1: SP.
pub(super) const SP: u32 = 1;

/// What an operator does with the operand stack. Tells of each store its address, offset and value. `None` for an operator that Go does
/// not write.
pub(super) fn step(
    input: &Input<'_>,
    operator: &Operator<'_>,
    stack: &mut Vec<Value>,
    stores: &mut impl FnMut(Value, i64, Value),
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
            let ty = input.function_type(*function_index)?;
            (0..ty.params().len()).for_each(|_| _ = pop());
            stack.extend(ty.results().iter().map(|_| Value::Other));
        }
        // `(i32 PC_B) -> i32` of the function in a slot.
        Operator::CallIndirect { .. } => {
            (0..2).for_each(|_| _ = pop());
            stack.push(Value::Other);
        }
        operator => {
            let (operands, results) = operator.operator_arity(&super::walk::NoTypes)?;
            let value = match operands {
                1 => Value::unary(operator, pop()),
                2 => {
                    let (right, left) = (pop(), pop());
                    if let Some((offset, _)) = super::walk::access(operator) {
                        stores(left, offset, right);
                    }
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
