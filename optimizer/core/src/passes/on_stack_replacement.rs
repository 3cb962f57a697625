//! On-stack replacement by unwinding: a loop that runs for long comes back in the code that the engine has compiled since.
//!
//! Engines compile a function twice, first fast, then well, and those for browsers let a running frame of the first code
//! run to its end: the loop of an interpreter, which the program never leaves, stays slow. But Go's functions can
//! unwind and be resumed, and whoever is resumed is entered through the table, in the newest code. So one pass in many
//! behind a call in a loop does as if the callee had unwound, and everything on wasm's stack is resumed:
//!
//! ```wat
//! call $f  local.tee 1  i32.eqz  if  i32.const 0  return  end        ;; before: a call that can be resumed behind, in a loop
//! (behind the call)
//!
//! call $f  local.tee 1  i32.eqz  if  i32.const 0  return  end        ;; after
//! global.get $passes  i32.const 1  i32.sub  global.set $passes
//! global.get $passes  i32.eqz
//! if  i32.const 16384  global.set $passes                            ;; once in so many passes
//!     (not on the stack of g0)
//!     if  local.get 1  i32.const 8  i32.sub  i64.const PC  i64.store ;; the slot that the callee's return has left
//!         local.get 1  global.set 0  i32.const 0  return  end  end
//! (behind the call)
//! ```
//!
//! Right behind such a call nothing is in a local but SP, and the slots are as a resumption finds them. The trampoline
//! comes back at once: no goroutine runs in between and nothing collects garbage.
//!
//! Nobody may unwind while a call on wasm's stack cannot be resumed. Such calls are made on the stack of g0, which is
//! asked for, or by the write barrier, which runs nothing but the runtime (`CALLNORESUME` in runtime/asm_wasm.s, Go 1.18
//! to 1.27); so the runtime's packages are left alone. Each export, and each callback of the host, has a trampoline of
//! its own (`wasm_pc_f_loop`, `wasm_pc_f_loop_export`), which returns to what unwinds above it.

use super::{GoTables, Outcome};
use crate::code::{
    Access, After, At, Block, BlockId, Code, End, Expr, Flow, Function, Load, Located, Op,
    ReturnPc, SP, Stmt, Store,
};
use crate::error::Result;
use crate::go::abi::{G0, GLOBAL_G, M, RETURN_PC};
use crate::go::{Pc, package_of};
use crate::options::{Options, Preference};

/// How many passes one unwinding takes. Seldom enough to cost nothing, often enough to be soon.
const PASSES: i32 = 1 << 14;
/// Loops of fewer nodes are left alone: their own code is compiled well enough at first.
const SMALLEST_LOOP: usize = 40;
/// Calls of one loop behind which passes are counted, where no call is on each way through it.
const MOST_CALLS: usize = 4;

pub(super) fn run(
    code: &mut Code,
    tables: &mut GoTables<'_>,
    options: &Options,
) -> Result<Outcome> {
    if options.preference() != Preference::Speed {
        return Ok(Outcome::nothing("only with --for speed"));
    }
    let GoTables { program, frame, .. } = tables;
    let passes = frame.add_global(PASSES, true);
    let mut functions = 0;
    let mut calls = 0;
    for definition in code.functions.iter_mut() {
        let name = program.by_wasm_index(definition.index);
        let is_runtime = name.is_none_or(|function| is_of_runtime(function.name()));
        let (Some(pc_f), false) = (definition.pc_f, is_runtime || definition.is_assembly) else {
            continue;
        };
        if let Some(function) = definition.graph_mut() {
            let unwinding = unwind_in_loops(function, pc_f, passes, SMALLEST_LOOP);
            functions += usize::from(unwinding > 0);
            calls += unwinding;
        }
    }
    Ok(Outcome {
        note: format!("{calls} calls in loops of {functions} functions"),
        ..Outcome::default()
    })
}

/// Whether a function may run while a call that cannot be resumed is on wasm's stack.
fn is_of_runtime(name: &str) -> bool {
    let package = package_of(name);
    package.is_none_or(|package| {
        let of = |root: &str| {
            let rest = package.strip_prefix(root);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        of("runtime") || of("internal")
    })
}

/// Has the function unwind behind calls in its loops. Returns how many calls.
fn unwind_in_loops(function: &mut Function, pc_f: u32, passes: u32, smallest: usize) -> usize {
    let flow = Flow::new(function, &[]);
    let chosen = chosen_calls(function, &flow, smallest);
    for call in &chosen {
        let pc = Pc {
            f: pc_f,
            b: call.pc_b,
        };
        let body = &mut function.blocks[call.behind].body;
        body.splice(..0, count_passes(passes, pc, call.at));
    }
    chosen.len()
}

/// A call that can be resumed behind.
#[derive(Debug, Clone, Copy)]
struct Resumed {
    /// The block that ends in it.
    block: BlockId,
    pc_b: u32,
    at: At,
    /// The block behind it, which nothing else leads to but a resumption.
    behind: BlockId,
}

/// The call that a block ends in, if it is one of the function's own and can be resumed behind.
fn resumed_call(function: &Function, flow: &Flow, block: BlockId) -> Option<Resumed> {
    let Block { body, end, .. } = &function.blocks[block];
    let last = body.last()?;
    let (
        Stmt::GoCall {
            pc: ReturnPc::Own(pc_b),
            after: After::Resume,
            ..
        },
        End::Jump(behind),
    ) = (&last.stmt, end)
    else {
        return None;
    };
    let is_resumed = function.blocks[*behind].resume == Some(*pc_b);
    (is_resumed && flow.predecessors[*behind] == [block]).then_some(Resumed {
        block,
        pc_b: *pc_b,
        at: last.at,
        behind: *behind,
    })
}

/// For each loop of at least so many nodes outside of inner ones a call that is on each way through it, or some.
fn chosen_calls(function: &Function, flow: &Flow, smallest: usize) -> Vec<Resumed> {
    let mut chosen = Vec::new();
    for header in (flow.order.iter().copied()).filter(|block| flow.is_header(*block)) {
        let blocks = || {
            let all = flow.order.iter().copied();
            all.filter(|block| flow.innermost[*block] == Some(header))
        };
        let calls: Vec<Resumed> = blocks()
            .filter_map(|block| resumed_call(function, flow, block))
            .collect();
        let body = blocks().flat_map(|block| &function.blocks[block].body);
        let nodes: usize = body.map(|stmt| stmt.nodes()).sum();
        if nodes < smallest {
            continue;
        }
        let latches = || {
            let from = flow.predecessors[header].iter();
            from.filter(|from| flow.is_backward(**from, header))
        };
        let on_each_way =
            |call: &&Resumed| latches().all(|latch| flow.dominates(call.block, *latch));
        match calls.iter().find(on_each_way) {
            Some(call) => chosen.push(*call),
            None => chosen.extend(calls.into_iter().take(MOST_CALLS)),
        }
    }
    chosen
}

/// Counts a pass; the last one of many unwinds to the resume point of this PC.
fn count_passes(passes: u32, pc: Pc, at: At) -> [Located; 2] {
    let left = || Expr::GetGlobal(passes);
    let one_less = Expr::binary(Op::I32_SUB, left(), Expr::I32(1));
    let unwind = unwind_to(pc, at).map(|stmt| stmt.at(at)).to_vec();
    let g = || Expr::GetGlobal(GLOBAL_G);
    let load = |offset, from| {
        let address = Box::new(Expr::unary(Op::I32_WRAP_I64, from));
        Expr::Load(Load::I64, Access { offset, at }, address)
    };
    let is_not_g0 = Expr::binary(Op::I64_NE, load(G0, load(M, g())), g());
    let rare = vec![
        Stmt::SetGlobal(passes, Expr::I32(PASSES)).at(at),
        Stmt::If(is_not_g0, unwind, Vec::new()).at(at),
    ];
    let is_last = Expr::unary(Op::I32_EQZ, left());
    [
        Stmt::SetGlobal(passes, one_less).at(at),
        Stmt::If(is_last, rare, Vec::new()).at(at),
    ]
}

/// Unwinds so that the trampoline enters the function at this PC.
pub(super) fn unwind_to(pc: Pc, at: At) -> [Stmt; 2] {
    let below = Expr::I32(RETURN_PC.cast_signed());
    let place = Expr::binary(Op::I32_SUB, Expr::Get(SP), below);
    let access = Access { offset: 0, at };
    let pc = Expr::I64(pc.bits().cast_signed());
    [Stmt::Store(Store::I64, access, place, pc), Stmt::Unwind]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passes::cases;

    /// Global 8 counts passes.
    #[test]
    fn cases() {
        cases::check_programs("on-stack-replacement", |code, _| {
            for definition in code.functions.iter_mut() {
                let pc_f = definition.pc_f.expect("of Go");
                if let Some(function) = definition.graph_mut() {
                    unwind_in_loops(function, pc_f, 8, 0);
                }
            }
        });
    }

    #[test]
    fn what_runs_beneath_the_write_barrier_is_left_alone() {
        for name in [
            "runtime.wbBufFlush",
            "internal/runtime/maps.NewMap",
            "runtime/debug.f",
            "internal/abi.x",
        ] {
            assert!(is_of_runtime(name), "{name}");
        }
        for name in [
            "main.main",
            "internals/x.f",
            "runtimes.f",
            "encoding/json.(*Decoder).Decode",
        ] {
            assert!(!is_of_runtime(name), "{name}");
        }
    }
}
