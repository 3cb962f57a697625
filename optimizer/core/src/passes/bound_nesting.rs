//! Recursion as deep as Go's own stack allows, instead of as deep as the engine's.
//!
//! A call in Go is a call in the engine, too, so a deep recursion fills the engine's stack: a megabyte in browsers, of
//! which the code of a first compiler takes hundreds of bytes a level. It ends in a RangeError where Go's stack, of up to
//! 1 GB, has hardly begun. But a function with a stack check may always be unwound and entered again: that is how Go's
//! stack grows (`morestack`, which ends in `gogo`). So where much of Go's stack lies on the engine's, it is unwound in
//! the same way, without growing. Nothing is added to the functions themselves, because their check does it all:
//!
//! * Whoever enters Go with nothing of it on the engine's stack, the trampolines and the exports, raises `g.stackguard0`
//!   to so many bytes below SP, unless it is higher (`code/adapt.rs`).
//! * A check that fails calls `morestack`. If the guard was raised it lowers it, and unwinds to where it was called from,
//!   which is where `gogo` would continue. The trampoline then raises the guard below that SP, and each of the frames
//!   above is resumed when it is returned to.
//!
//! ```wat
//! morestack:  ...                                            ;; before
//!
//! morestack:  g.stackguard0 - (g.stack.lo + 928)             ;; after
//!             is more than 0, less than g.stack.hi - g.stack.lo
//!             if  g.stackguard0 = g.stack.lo + 928
//!                 if  the guard <= SP - bytes  global.set $unbounded 1  end
//!                 SP += 8  unwind  end
//!             ...
//! ```
//!
//! A function with a frame of more than these bytes would fail its check again where it is entered again. The guard is
//! then exactly that far below SP, and `$unbounded` has the trampoline leave it where it belongs, once.
//!
//! A guard that is too high is always sound: the check fails earlier. That it is lowered to where the runtime puts it
//! follows from `stackGuard` (runtime/stack.go: 928 in Go 1.18 to 1.27), which `copystack` must add. By values above all
//! stacks the runtime asks goroutines to stop (`stackPreempt` and others); these stay. The stack of g0 is smaller than
//! what is bounded (`mstart0` in runtime/proc.go: 16 KiB), so that what must not be unwound there is not.

use super::{GoTables, Outcome, left_alone};
use crate::code::{
    Access, At, Code, Definition, Expr, Function, Load, Located, Nesting, Op, SP, Stmt, Store,
};
use crate::error::Result;
use crate::go::abi::{GLOBAL_G, RETURN_PC, STACK_GUARD, STACK_HI, STACK_NOSPLIT, STACK_SMALL};
use crate::go::{Program, known};
use crate::options::Options;

/// Bytes of Go's stack that may be on the engine's. First compilers take up to four times as much for the smallest frames:
/// a quarter of what workers have in Chromium, 500 KB, which is the least seen in browsers.
const BYTES: i32 = 64 << 10;

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
    let is_known =
        lifted(code, program, COPYSTACK).is_some_and(|f| f.graph().is_some_and(sets_guard));
    if !is_known {
        return Ok(left_alone(
            "the runtime sets the guards of stacks in another way",
            1,
        ));
    }
    let Some(morestack) =
        lifted(code, program, known::MORESTACK[0]).and_then(Definition::graph_mut)
    else {
        return Ok(left_alone("morestack was not taken apart", 1));
    };
    let nesting = Nesting {
        bytes: BYTES,
        unbounded: frame.add_global(0, true),
    };
    let (entry, at) = (morestack.entry, morestack.start);
    let body = &mut morestack.blocks[entry].body;
    body.insert(0, unwind_if_raised(nesting, at));
    code.facts.nesting = Some(nesting);
    Ok(Outcome {
        note: format!(
            "at most {} KiB of Go's stack on the engine's",
            nesting.bytes >> 10
        ),
        ..Outcome::default()
    })
}

/// A function that was lifted, by its name.
fn lifted<'c>(code: &'c mut Code, program: &Program, name: &str) -> Option<&'c mut Definition> {
    let index = program
        .functions()
        .find(|function| function.name() == name)?
        .wasm_index();
    code.functions
        .iter_mut()
        .find(|definition| definition.index == index)
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

/// Unwinds to where morestack was called from, if the guard was raised.
fn unwind_if_raised(nesting: Nesting, at: At) -> Located {
    let g = || Expr::unary(Op::I32_WRAP_I64, Expr::GetGlobal(GLOBAL_G));
    let field = |offset| Expr::Load(Load::I64, Access { offset, at }, Box::new(g()));
    let guard = || field(STACK_GUARD);
    let bottom = || field(0);
    let lowest = || Expr::binary(Op::I64_ADD, bottom(), Expr::I64(BELOW_GUARD));
    let raised_by = Expr::binary(Op::I64_SUB, guard(), lowest());
    let above_bottom = Expr::binary(Op::I64_SUB, raised_by, Expr::I64(1));
    let size = Expr::binary(Op::I64_SUB, field(STACK_HI), bottom());
    let is_raised = Expr::binary(Op::I64_LT_U, above_bottom, size);

    // SP of the function that called morestack.
    let back = RETURN_PC.cast_signed();
    let resumed = Expr::binary(Op::I32_SUB, Expr::Get(SP), Expr::I32(nesting.bytes - back));
    let resumed = Expr::unary(Op::I64_EXTEND_I32_U, resumed);
    let again = Expr::binary(Op::I64_LE_U, guard(), resumed);
    let once = vec![Stmt::SetGlobal(nesting.unbounded, Expr::I32(1)).at(at)];
    let access = Access {
        offset: STACK_GUARD,
        at,
    };
    let unwind = [
        Stmt::If(again, once, Vec::new()),
        Stmt::Store(Store::I64, access, g(), lowest()),
        Stmt::Set(
            SP,
            Expr::binary(Op::I32_ADD, Expr::Get(SP), Expr::I32(back)),
        ),
        Stmt::Unwind,
    ];
    let unwind = unwind.into_iter().map(|stmt| stmt.at(at)).collect();
    Stmt::If(is_raised, unwind, Vec::new()).at(at)
}
