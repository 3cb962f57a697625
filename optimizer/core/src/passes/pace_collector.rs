//! `--gc-first-heap`: how large the heap becomes before Go collects garbage for the first time.
//!
//! Go collects when the heap has twice the size that it had after the last collection (GOGC=100), but not below 4 MiB.
//! Programs that live with 10 MB of data so collect several times before they have them, and short ones collect what
//! nobody will need. Go has no setting for that minimum alone: GOGC changes the proportion as well. Here it becomes a
//! global, which the host may set before the program starts:
//!
//! ```wat
//! local.get $GOGC  i64.const 22  i64.shl  i64.const 100  i64.div_u                              ;; before
//!
//! local.get $GOGC  global.get $first  i64.extend_i32_u  i64.mul  i64.const 100  i64.div_u       ;; after
//! (global $first (export "gowasp.gc_first_heap") (mut i32) (i32.const 33554432))
//! ```
//!
//! So GOGC=50 halves it, GOGC=off collects nothing, and GOMEMLIMIT holds as before: only the factor is another one. The
//! product cannot overflow in a way that matters: GOGC has 31 bits, or is off, which is -1 and gives a very large number
//! with any factor.
//!
//! The function is known by name, and must have this product once. If anything is otherwise, that is an error: the user
//! has asked for it. Measured: docs/memory.md.

use super::{GoTables, Outcome};
use crate::code::{Code, Expr, Function, Located, Op};
use crate::error::{Error, Result, Stage};
use crate::go::known::pacer::{HEAP_MINIMUM_SHIFT, MAGIC, PER_CENT, SET_GC_PERCENT};
use crate::input::PAGE;
use crate::options::Options;

/// The pass's name.
const NAME: &str = "pace-collector";

/// Name of the exported global, an i32 without sign: bytes. What the host sets before it runs the program counts.
pub const GC_FIRST_HEAP: &str = "gowasp.gc_first_heap";

/// What a program may be given: less than a page of heap is never of use, and a memory has at most 4 GiB.
const SIZES: std::ops::RangeInclusive<u64> = PAGE..=u32::MAX as u64;

pub(super) fn run(
    code: &mut Code,
    tables: &mut GoTables<'_>,
    options: &Options,
) -> Result<Outcome> {
    let Some(size) = options.gc_first_heap else {
        return Ok(Outcome::nothing("only with --gc-first-heap"));
    };
    let bytes = checked(size, options.max_memory)?;
    let GoTables { program, frame, .. } = tables;
    let Some(function) = code.lifted_by_name(program, SET_GC_PERCENT) else {
        return Err(fail(format!("{SET_GC_PERCENT} was not found")));
    };
    let mut found = 0;
    each_product(function, &mut |_| found += 1);
    if found != 1 || !divides(function) {
        return Err(fail(format!(
            "{SET_GC_PERCENT} is not as Go's compiler writes it"
        )));
    }
    // A snapshot has read it already.
    let factor = match options.snapshot {
        true => Expr::I64(i64::from(bytes)),
        false => {
            let global = frame.add_global(bytes.cast_signed(), true);
            frame.export_global(global, GC_FIRST_HEAP);
            Expr::unary(Op::I64_EXTEND_I32_U, Expr::GetGlobal(global))
        }
    };
    each_product(function, &mut |product| {
        if let Expr::Binary(_, operands, _) = product {
            *product = Expr::binary(Op::I64_MUL, operands[0].take(), factor.clone());
        }
    });
    Ok(Outcome {
        note: format!("at {bytes} bytes of heap"),
        ..Outcome::default()
    })
}

/// Refuses to leave the pass out where it was asked for.
///
/// # Errors
/// That it cannot be done, and why.
pub(super) fn may_be_left_out(pass: &str, reason: &str, options: &Options) -> Result<()> {
    match pass == NAME && options.gc_first_heap.is_some() {
        true => Err(fail(format!("--gc-first-heap cannot be done: {reason}"))),
        false => Ok(()),
    }
}

fn checked(size: u64, max_memory: Option<u64>) -> Result<u32> {
    let bytes = u32::try_from(size).ok().filter(|_| SIZES.contains(&size));
    let Some(bytes) = bytes else {
        return Err(fail(format!(
            "the first heap can have {} to {} bytes, not {size}",
            SIZES.start(),
            SIZES.end()
        )));
    };
    match max_memory.filter(|most| *most <= size) {
        Some(most) => Err(fail(format!(
            "the program would collect nothing before its {most} bytes of memory are full"
        ))
        .with_hint("give a --gc-first-heap that is well below --max-memory")),
        None => Ok(bytes),
    }
}

/// Calls `f` with each product with Go's minimum.
fn each_product(function: &mut Function, f: &mut impl FnMut(&mut Expr)) {
    let mut visit = |expr: &mut Expr| {
        expr.visit_mut(&mut |node| {
            if let Expr::Binary(Op::I64_SHL, factors, _) = node
                && factors[1] == Expr::I64(HEAP_MINIMUM_SHIFT)
            {
                f(node);
            }
        });
    };
    for block in &mut function.blocks {
        for Located { stmt, .. } in &mut block.body {
            stmt.visit_mut(&mut |stmt| stmt.exprs_mut().for_each(&mut visit));
        }
        block.end.exprs_mut().for_each(&mut visit);
    }
}

/// Whether the function divides by 100, by a division or as compilers do without one.
fn divides(function: &Function) -> bool {
    let mut by_division = false;
    let mut magic = [false; MAGIC.len()];
    function.visit_statements(&mut |stmt| {
        for expr in stmt.exprs() {
            expr.visit(&mut |node| match node {
                Expr::Binary(Op::I64_DIV_U, operands, _) => {
                    by_division |= operands[1] == Expr::I64(PER_CENT);
                }
                Expr::I64(number) => {
                    for (seen, half) in magic.iter_mut().zip(MAGIC) {
                        *seen |= *number == half;
                    }
                }
                _ => {}
            });
        }
    });
    by_division || magic == [true; MAGIC.len()]
}

fn fail(message: impl Into<String>) -> Error {
    Error::new(Stage::Pass(NAME), message)
}
