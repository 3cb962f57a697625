//! Abstract values on the operand stack.

use crate::go::abi::STACK_GUARD;
use wasmparser::Operator;

/// A value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    /// A constant, by its bits.
    Constant(u64),
    /// An address on the function's stack, by its distance from the return PC.
    Stack(i32),
    /// The return PC, or PC_B, in local 0.
    Selector,
    /// `g`, global 2.
    G,
    /// `g.stackguard0` plus this many bytes.
    Guard(u32),
    /// Whether SP less this many bytes is below the guard.
    BelowGuard(u32),
    /// Whether something is 0.
    IsNil,
    Other,
}

/// The bits of the constant that an operator pushes, in either width.
pub(super) fn constant(operator: &Operator<'_>) -> Option<u64> {
    match operator {
        Operator::I32Const { value } => Some(u64::from(value.cast_unsigned())),
        Operator::I64Const { value } => Some(value.cast_unsigned()),
        _ => None,
    }
}

impl Value {
    /// The result of an operator with one operand.
    pub(super) fn unary(operator: &Operator<'_>, operand: Value) -> Value {
        match (operator, operand) {
            (
                Operator::I32WrapI64 | Operator::I64ExtendI32U,
                Value::Stack(_) | Value::Selector | Value::G,
            ) => operand,
            (Operator::I32WrapI64, Value::Constant(bits)) => Value::Constant(bits & 0xffff_ffff),
            (Operator::I64ExtendI32U, Value::Constant(_)) => operand,
            (Operator::I32Load { memarg }, Value::G) if memarg.offset == u64::from(STACK_GUARD) => {
                Value::Guard(0)
            }
            (Operator::I64Eqz | Operator::I32Eqz, _) => Value::IsNil,
            _ => Value::Other,
        }
    }

    /// The result of an operator with two operands.
    pub(super) fn binary(operator: &Operator<'_>, left: Value, right: Value) -> Value {
        use Value::{BelowGuard, Constant, Guard, Other, Stack};
        // An offset is a small number in either width.
        let offset = |bits: u64| bits as u32 as i32;
        match (operator, left, right) {
            (Operator::I32Add | Operator::I64Add, Stack(at), Constant(bits))
            | (Operator::I32Add | Operator::I64Add, Constant(bits), Stack(at)) => {
                at.checked_add(offset(bits)).map_or(Other, Stack)
            }
            (Operator::I32Sub | Operator::I64Sub, Stack(at), Constant(bits)) => {
                at.checked_sub(offset(bits)).map_or(Other, Stack)
            }
            (Operator::I32Add, Constant(a), Constant(b)) => {
                Constant(u64::from((a as u32).wrapping_add(b as u32)))
            }
            (Operator::I64Add, Constant(a), Constant(b)) => Constant(a.wrapping_add(b)),
            (Operator::I32Add, Guard(more), Constant(bits)) => {
                Guard(more.wrapping_add(bits as u32))
            }
            (Operator::I32LeU, Stack(at), Guard(more))
            | (Operator::I32GeU, Guard(more), Stack(at)) => {
                u32::try_from(i64::from(more) - i64::from(at)).map_or(Other, BelowGuard)
            }
            _ => Other,
        }
    }
}
