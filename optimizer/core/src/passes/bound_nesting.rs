//! Recursion that is 28 MiB of Go's stack deeper than what the engine's stack has room for.
//!
//! A call in Go is a call in the engine, too, so a deep recursion fills the engine's stack: a megabyte in browsers, of
//! which the code of a first compiler takes 63 bytes a level or more. It ends in a RangeError where Go's stack, of up to
//! 1 GB, has hardly begun. But a function with a stack check may always be unwound and entered again: that is how Go's
//! stack grows (`morestack`, which ends in `gogo`). So where much of Go's stack lies on the engine's, it is unwound in
//! the same way, without growing. Nothing is added to the functions themselves, because their check does it all:
//!
//! * Whoever enters Go with nothing of it on the engine's stack, the trampolines and the exports, raises `g.stackguard0`
//!   to so many bytes below SP, unless it is higher (`code/adapt/goroutine.rs`).
//!   Where 28 MiB of the stack are in use nobody raises it: from there on the engine's stack is the limit, as before.
//! * A check that fails calls `morestack`. If the guard was raised it lowers it, and unwinds to where it was called from,
//!   which is where `gogo` would continue. The trampoline then raises the guard below that SP, and each of the frames
//!   above is resumed when it is returned to.
//!
//! ```wat
//! morestack:  ...                                                       ;; before
//!
//! morestack:  if  guard - (lo + 928) is more than 0, less than hi - lo  ;; after
//!                 if  guard <= SP - bytes
//!                     $extra = min(2 * (SP - guard), SP - bytes - (lo + 928))  end
//!                 guard = lo + 928
//!                 SP += 8  unwind  end
//!             ...
//! ```
//!
//! A function with a frame of more than these bytes fails its check again where it is entered again. The guard is then so
//! far below SP, and `$extra` has the trampoline raise it less, once: twice as far below SP, and further each time, to
//! where the runtime has it at most.
//!
//! A guard that is too high is always sound: the check fails earlier. That it is lowered to where the runtime puts it
//! follows from `stackGuard` (runtime/stack.go: 928 in Go 1.18 to 1.27), which `copystack` must add. By values above all
//! stacks the runtime asks goroutines to stop (`stackPreempt` and others); these stay. The stack of g0 is smaller than
//! what is bounded (`mstart0` in runtime/proc.go: 16 KiB), so that what must not be unwound there is not.

use super::{GoTables, Outcome, left_alone};
use crate::code::{Access, Code, Expr, Function, Load, Nesting, Op, SP, Stmt, Store};
use crate::error::Result;
use crate::go::abi::{
    GLOBAL_G, RETURN_PC, STACK_GUARD, STACK_HI, STACK_LO, STACK_NOSPLIT, STACK_SMALL,
};
use crate::go::known;
use crate::options::Options;

/// Bytes of Go's stack that may be on the engine's. A function with the smallest frame has 24 bytes there and 63 in what
/// V8's first compiler makes of it: 172 KB of the 500 KB that workers have in Chromium, the least seen in browsers.
const BYTES: i32 = 64 << 10;

/// Bytes of Go's stack after which the engine's decides again. A recursion that never ends then ends there, as in Go's own
/// module: in an exception or trap that a host can catch, and call on. What is left of a stack of 32 MiB is more than engines
/// have room for, so that it does not grow to 64.
const DEPTH: i32 = 28 << 20;

/// What the runtime leaves between the end of a stack and its guard.
const BELOW_GUARD: i64 = (STACK_NOSPLIT + STACK_SMALL) as i64;

/// Moves a goroutine to another stack and sets its guard.
const COPYSTACK: &str = "runtime.copystack";

pub(super) fn run(
    code: &mut Code,
    tables: &mut GoTables<'_>,
    _options: &Options,
) -> Result<Outcome> {
    let GoTables { program, frame, .. } = tables;
    let copystack = code.lifted_by_name(program, COPYSTACK);
    let is_known = copystack.is_some_and(|function| sets_guard(function));
    if !is_known {
        return Ok(left_alone(
            "the runtime sets the guards of stacks in another way",
            1,
        ));
    }
    let Some(morestack) = code.lifted_by_name(program, known::MORESTACK[0]) else {
        return Ok(left_alone("morestack was not taken apart", 1));
    };
    let nesting = Nesting {
        bytes: BYTES,
        depth: DEPTH,
        extra: frame.add_global(0, true),
    };
    unwind_if_raised(morestack, nesting);
    code.facts.nesting = Some(nesting);
    Ok(Outcome {
        note: format!(
            "at most {} KiB of Go's stack on the engine's",
            nesting.bytes >> 10
        ),
        ..Outcome::default()
    })
}

/// Whether the function adds what the runtime leaves below the guard.
fn sets_guard(function: &Function) -> bool {
    let mut found = false;
    function.visit_statements(&mut |stmt| {
        for expr in stmt.exprs() {
            expr.visit(&mut |expr| found |= *expr == Expr::I64(BELOW_GUARD));
        }
    });
    found
}

/// Has morestack unwind to where it was called from, if the guard was raised.
fn unwind_if_raised(morestack: &mut Function, nesting: Nesting) {
    let at = morestack.start;
    let g = || Expr::unary(Op::I32_WRAP_I64, Expr::GetGlobal(GLOBAL_G));
    let field = |offset| Expr::Load(Load::I64, Access { offset, at }, Box::new(g()));
    let (bottom, guard) = (|| field(STACK_LO), || field(STACK_GUARD));
    let lowest = || Expr::binary(Op::I64_ADD, bottom(), Expr::I64(BELOW_GUARD));
    // One less than by how much, which is a large number where it was not raised.
    let raised_by = Expr::binary(Op::I64_SUB, guard(), lowest());
    let raised_by = Expr::binary(Op::I64_SUB, raised_by, Expr::I64(1));
    let size = Expr::binary(Op::I64_SUB, field(STACK_HI), bottom());
    let is_raised = Expr::binary(Op::I64_LT_U, raised_by, size);

    // SP is below the return PC that the call of morestack has pushed.
    let back = RETURN_PC.cast_signed();
    let popped = || Expr::binary(Op::I32_ADD, Expr::Get(SP), Expr::I32(back));
    let raised_next = || {
        let next = Expr::binary(Op::I32_SUB, popped(), Expr::I32(nesting.bytes));
        Expr::unary(Op::I64_EXTEND_I32_U, next)
    };
    let fails_again = Expr::binary(Op::I64_LE_U, guard(), raised_next());
    let sp = Expr::unary(Op::I64_EXTEND_I32_U, popped());
    let so_far = Expr::binary(Op::I64_SUB, sp, guard());
    let twice = || Expr::binary(Op::I64_SHL, so_far.clone(), Expr::I64(1));
    let room = || Expr::binary(Op::I64_SUB, raised_next(), lowest());
    let is_less = Expr::binary(Op::I64_LT_U, twice(), room());
    let extra = Expr::Select(Box::new([twice(), room(), is_less]));
    let extra = Expr::unary(Op::I32_WRAP_I64, extra);
    let once = vec![Stmt::SetGlobal(nesting.extra, extra).at(at)];
    let access = Access {
        offset: STACK_GUARD,
        at,
    };
    let unwind = [
        Stmt::If(fails_again, once, Vec::new()),
        Stmt::Store(Store::I64, access, g(), lowest()),
        Stmt::Set(SP, popped()),
        Stmt::Unwind,
    ];
    let unwind = unwind.into_iter().map(|stmt| stmt.at(at)).collect();
    let body = &mut morestack.blocks[morestack.entry].body;
    body.insert(0, Stmt::If(is_raised, unwind, Vec::new()).at(at));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::text::parse;
    use crate::passes::cases;

    #[test]
    fn cases() {
        cases::check("bound-nesting", |morestack| {
            let nesting = Nesting {
                bytes: BYTES,
                depth: DEPTH,
                extra: 8,
            };
            unwind_if_raised(morestack, nesting);
        });
    }

    #[test]
    fn a_runtime_that_leaves_another_room_below_the_guard_is_seen() {
        let sets = |bytes: i64| {
            let text = format!(
                "locals i32 i32 i64\nb0: at 0.0\n  i64.store+16(i32.wrap_i64(l2), i64.add(l2, {bytes}i64))\n  stop\n"
            );
            sets_guard(&parse::parse(&text))
        };
        assert!(sets(928));
        assert!(!sets(1856));
    }
}
