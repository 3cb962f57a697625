//! Peephole rules for expressions: the same value in fewer bytes.
//!
//! Go computes in 64 bits and addresses memory with 32, so most of its expressions widen and narrow again:
//!
//! ```text
//! i32.wrap_i64(i64.add(i64.extend_i32_u(sp), 24)) + offset 0   ->   sp + offset 24
//! i64.ne(i64.extend_i32_u(i32.eq(a, b)), 0)                    ->   i32.eq(a, b)
//! i64.store8(p, i64.extend_i32_u(x))                           ->   i32.store8(p, x)
//! ```
//!
//! Rules run bottom-up; what a rule returns is looked at again, until none matches. Each of them makes the tree
//! smaller, or moves an operation from 64 to 32 bits, so this ends, in time linear in the tree.
//!
//! Folding `x + c` into an offset differs from the sum only where the sum wraps to an address below `c`. Go's linker
//! puts nothing below 4096 (`*ld.FlagTextAddr` in cmd/link/internal/wasm/obj.go), so with `c < 4096` no pointer of a Go
//! program gets there. SP never wraps.

mod access;

use super::ir::{Callee, Expr, Stmt};
use super::op::{Load, Op, Store};
use super::pc::PcWidth;
use access::{fold_address, load_slot, narrow_stored};

/// What `i32.wrap_i64` keeps.
const LOW_HALF: u64 = 0xffff_ffff;

/// Rewrites a statement's own expressions, and the statement.
pub(crate) fn simplify_statement(stmt: &mut Stmt, pcs: PcWidth) {
    stmt.exprs_mut().for_each(simplify);
    match stmt {
        Stmt::If(condition, _, _) | Stmt::BrIf(_, condition) => simplify_condition(condition),
        Stmt::Store(store, access, address, value) => {
            fold_address(&mut access.offset, address);
            narrow_stored(store, value);
            // A store truncates its value, so the value need not be truncated before.
            if *store == Store::I32
                && let Expr::Unary(Op::I32_WRAP_I64, whole, _) = value
            {
                *value = whole.take();
                *store = Store::I64_32;
            }
        }
        Stmt::GoCall {
            callee: Callee::Indirect(slot),
            ..
        }
        | Stmt::TailCall(Callee::Indirect(slot)) => load_slot(slot, pcs),
        _ => {}
    }
}

/// Rewrites an expression, operands first.
pub(crate) fn simplify(expr: &mut Expr) {
    expr.visit_mut(&mut node);
}

/// Rewrites an expression of which it matters only whether it is zero.
pub(crate) fn simplify_condition(expr: &mut Expr) {
    loop {
        match expr {
            Expr::Unary(Op::I32_EQZ, inner, _) => match &mut **inner {
                Expr::Unary(Op::I32_EQZ, value, _) => *expr = value.take(),
                _ => break,
            },
            Expr::Binary(Op::I32_NE, operands, _) if operands[1] == Expr::I32(0) => {
                *expr = operands[0].take();
            }
            _ => break,
        }
    }
}

/// The condition that holds where this one does not.
pub(crate) fn negate(expr: Expr) -> Expr {
    match expr {
        Expr::Unary(Op::I32_EQZ, inner, _) => *inner,
        Expr::Binary(op, mut operands, at) => match op.negated() {
            Some(Op::I64_EQ) if operands[1] == Expr::I64(0) => {
                Expr::unary(Op::I64_EQZ, operands[0].take())
            }
            Some(Op::I32_EQ) if operands[1] == Expr::I32(0) => {
                Expr::unary(Op::I32_EQZ, operands[0].take())
            }
            Some(negated) => Expr::Binary(negated, operands, at),
            None => Expr::unary(Op::I32_EQZ, Expr::Binary(op, operands, at)),
        },
        expr => Expr::unary(Op::I32_EQZ, expr),
    }
}

fn node(expr: &mut Expr) {
    match expr {
        Expr::Unary(Op::I32_WRAP_I64, _, _) => wrap(expr),
        Expr::Unary(Op::I64_EXTEND_I32_U, _, _) => extend_unsigned(expr),
        Expr::Unary(Op::I64_EXTEND_I32_S, _, _) => extend_signed(expr),
        Expr::Unary(Op::I64_EQZ, _, _) => i64_eqz(expr),
        // `!!x` is `x != 0`, which is x itself only of a boolean x.
        Expr::Unary(Op::I32_EQZ, inner, _) if matches!(&**inner, Expr::Unary(Op::I32_EQZ, value, _) if !value.is_boolean()) =>
            {}
        Expr::Unary(Op::I32_EQZ, inner, _) if inner.is_boolean() => *expr = negate(inner.take()),
        Expr::Binary(op, operands, _) => {
            let op = *op;
            if let Some(better) = binary(op, operands) {
                *expr = better;
                // The result may match another rule.
                node(expr);
            }
        }
        Expr::Load(_, access, address) => fold_address(&mut access.offset, address),
        Expr::Select(operands) => simplify_condition(&mut operands[2]),
        _ => {}
    }
}

/// `i32.wrap_i64` of something.
fn wrap(expr: &mut Expr) {
    let Expr::Unary(_, inner, _) = expr else {
        return;
    };
    let better = match &mut **inner {
        Expr::I64(value) => Expr::I32(*value as i32),
        Expr::Unary(Op::I64_EXTEND_I32_S | Op::I64_EXTEND_I32_U, value, _) => value.take(),
        Expr::Load(load, access, address) => match load.narrowed() {
            Some(narrow) => Expr::Load(narrow, *access, Box::new(address.take())),
            None => return,
        },
        Expr::Binary(Op::I64_AND, operands, _) if keeps_low_half(&operands[1]) => {
            wrapped(operands[0].take())
        }
        Expr::Binary(op, operands, _) => match op.narrowed() {
            Some(narrow) if is_free_to_wrap(&operands[0]) && is_free_to_wrap(&operands[1]) => {
                Expr::binary(
                    narrow,
                    wrapped(operands[0].take()),
                    wrapped(operands[1].take()),
                )
            }
            _ => return,
        },
        _ => return,
    };
    *expr = better;
    node(expr);
}

fn keeps_low_half(mask: &Expr) -> bool {
    matches!(mask, Expr::I64(mask) if *mask as u32 == u32::MAX)
}

/// Whether wrapping this costs nothing, so that an operation around it may move to 32 bits.
fn is_free_to_wrap(expr: &Expr) -> bool {
    match expr {
        Expr::I64(_) | Expr::Unary(Op::I64_EXTEND_I32_S | Op::I64_EXTEND_I32_U, _, _) => true,
        Expr::Load(load, _, _) => load.narrowed().is_some(),
        _ => false,
    }
}

fn wrapped(expr: Expr) -> Expr {
    let mut expr = Expr::unary(Op::I32_WRAP_I64, expr);
    wrap(&mut expr);
    expr
}

fn extend_unsigned(expr: &mut Expr) {
    extend(expr, Load::zero_extended, |value| {
        i64::from(value.cast_unsigned())
    });
}

fn extend_signed(expr: &mut Expr) {
    extend(expr, Load::sign_extended, i64::from);
}

fn extend(
    expr: &mut Expr,
    of_load: impl Fn(Load) -> Option<Load>,
    of_constant: impl Fn(i32) -> i64,
) {
    let Expr::Unary(_, inner, _) = expr else {
        return;
    };
    match &mut **inner {
        Expr::Load(load, access, address) => {
            if let Some(wide) = of_load(*load) {
                *expr = Expr::Load(wide, *access, Box::new(address.take()));
            }
        }
        Expr::I32(value) => *expr = Expr::I64(of_constant(*value)),
        _ => {}
    }
}

/// `i64.eqz` of a value that is really 32 bits wide.
fn i64_eqz(expr: &mut Expr) {
    let Expr::Unary(_, inner, _) = expr else {
        return;
    };
    let narrow = match &mut **inner {
        Expr::Unary(Op::I64_EXTEND_I32_S | Op::I64_EXTEND_I32_U, value, _) => value.take(),
        // Not for i64.load itself: its high half counts.
        Expr::Load(load, access, address) if load.width() < 8 => match load.narrowed() {
            Some(narrow) => Expr::Load(narrow, *access, Box::new(address.take())),
            None => return,
        },
        _ => return,
    };
    *expr = Expr::unary(Op::I32_EQZ, narrow);
    node(expr);
}

/// Binary operators. `None` if nothing is better.
fn binary(op: Op, operands: &mut [Expr; 2]) -> Option<Expr> {
    if let Some(narrow) = op.narrowed_unsigned_comparison()
        && let Some(comparison) = narrow_comparison(op, narrow, operands)
    {
        return Some(comparison);
    }
    let [left, right] = operands;
    match (op, left, &*right) {
        (Op::I64_EQ, value, Expr::I64(0)) => Some(Expr::unary(Op::I64_EQZ, value.take())),
        (Op::I32_EQ, value, Expr::I32(0)) => Some(Expr::unary(Op::I32_EQZ, value.take())),
        (Op::I32_NE, value, Expr::I32(0)) if value.is_boolean() => Some(value.take()),
        (Op::I64_ADD, value, Expr::I64(0)) | (Op::I32_ADD, value, Expr::I32(0)) => {
            Some(value.take())
        }
        (Op::I64_ADD, Expr::I64(a), Expr::I64(b)) => Some(Expr::I64(a.wrapping_add(*b))),
        (Op::I64_ADD, Expr::Binary(Op::I64_ADD, inner, _), Expr::I64(b)) => match inner[1] {
            Expr::I64(a) => Some(Expr::binary(
                Op::I64_ADD,
                inner[0].take(),
                Expr::I64(a.wrapping_add(*b)),
            )),
            _ => None,
        },
        (Op::I32_ADD, Expr::Binary(Op::I32_ADD, inner, _), Expr::I32(b)) => match inner[1] {
            Expr::I32(a) => Some(Expr::binary(
                Op::I32_ADD,
                inner[0].take(),
                Expr::I32(a.wrapping_add(*b)),
            )),
            _ => None,
        },
        (Op::I64_AND, value, Expr::I64(mask)) => masked(value, mask.cast_unsigned()),
        (Op::I64_SHR_U, Expr::Unary(Op::I64_EXTEND_I32_U, value, _), Expr::I64(by @ 0..32)) => {
            let shifted = Expr::binary(Op::I32_SHR_U, value.take(), Expr::I32(*by as i32));
            Some(Expr::unary(Op::I64_EXTEND_I32_U, shifted))
        }
        _ => None,
    }
}

/// A comparison of zero-extended operands.
fn narrow_comparison(op: Op, narrow: Op, operands: &mut [Expr; 2]) -> Option<Expr> {
    let [Expr::Unary(Op::I64_EXTEND_I32_U, left, _), right] = operands else {
        return None;
    };
    match right {
        Expr::Unary(Op::I64_EXTEND_I32_U, right, _) => {
            Some(Expr::binary(narrow, left.take(), right.take()))
        }
        Expr::I64(0) if op == Op::I64_NE && left.is_boolean() => Some(left.take()),
        Expr::I64(value) if i32::try_from(*value).is_ok_and(|v| v >= 0) => {
            Some(Expr::binary(narrow, left.take(), Expr::I32(*value as i32)))
        }
        _ => None,
    }
}

/// `value & mask` where the mask removes nothing, or no more than a narrower operation does.
fn masked(value: &mut Expr, mask: u64) -> Option<Expr> {
    match value {
        Expr::Unary(Op::I64_EXTEND_I32_U, inner, _) if mask & 1 == 1 && inner.is_boolean() => {
            Some(value.take())
        }
        Expr::Unary(Op::I64_EXTEND_I32_U, _, _) if mask & LOW_HALF == LOW_HALF => {
            Some(value.take())
        }
        Expr::Unary(Op::I64_EXTEND_I32_U, inner, _) => {
            let narrow = Expr::binary(Op::I32_AND, inner.take(), Expr::I32(mask as i32));
            Some(Expr::unary(Op::I64_EXTEND_I32_U, narrow))
        }
        Expr::Binary(Op::I64_AND, operands, _) => match operands[1] {
            Expr::I64(inner) => Some(Expr::binary(
                Op::I64_AND,
                operands[0].take(),
                Expr::I64(inner & mask.cast_signed()),
            )),
            _ => None,
        },
        Expr::Load(load, _, _) if load.unsigned_mask().is_some_and(|bits| mask & bits == bits) => {
            Some(value.take())
        }
        Expr::Load(load, access, address)
            if mask == LOW_HALF && load.width() >= 4 && is_integer64(*load) =>
        {
            let wide = Load::I64_32_U;
            Some(Expr::Load(wide, *access, Box::new(address.take())))
        }
        // Two bytes instead of seven.
        _ if mask == LOW_HALF => Some(Expr::unary(Op::I64_EXTEND_I32_U, wrapped(value.take()))),
        _ => None,
    }
}

/// `i64.load` and `i64.load32_s`: the low 32 bits are the first four bytes.
fn is_integer64(load: Load) -> bool {
    load.result() == super::op::Type::I64
}
