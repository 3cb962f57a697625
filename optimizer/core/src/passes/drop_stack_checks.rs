//! Removes the stack check of functions whose callers have checked enough.
//!
//! A Go function begins by comparing SP with the goroutine's stack guard. Below the guard there are always 800 bytes,
//! for chains of functions without a check, which Go's linker measures (`go/abi.rs`). Hand-written ones hardly use
//! them, so most small functions need no check of their own:
//!
//! ```wat
//! local.get 1  global.get 2  i32.wrap_i64  i32.load offset=16  i32.le_u   ;; SP <= g.stackguard0?
//! if  i32.const PC  local.get 1  call $runtime.morestack_noctxt  return  end
//! ```
//!
//! # Algorithm
//!
//! Longest weighted paths in the call graph, cut off at functions with a check. Nodes are all functions; edges are
//! direct calls, for good ones too, because a callee that never returns goes deeper all the same.
//!
//! ```text
//! depth(f) = 8 + frame(f) + max(16, max over callees c of (16 if c keeps its check, else depth(c)))
//! ```
//!
//! 8 bytes are the return PC, 16 the return PC of a function with a check and that of its call of morestack. By the
//! linker's own rule, `f` may do without its check if `depth(f)` fits into what is left below the guard.
//! [`Depths::decide`] goes through the functions in postorder of a depth-first search, callees first. A callee that is
//! undecided is on a cycle with `f`: it keeps its check, so that endless recursion still ends in a stack overflow.
//! Every function is decided once: linear.
//!
//! A function without a check from the start that calls through the table may be one that is called so, and then so may
//! the next: such chains have no bound but the input's own. Where a program has one, with a frame, every check stays.
//! (Those of the runtime are excepted: what it calls so is its own, with a check. So are wrappers without a frame.)
//!
//! Also kept are the checks of functions that call through the table or call the host, of those that are called by
//! functions which had no check from the start, and of assembly. wasm has no preemption, the other use of the check
//! (`haveSysmon`, runtime/proc.go).
//!
//! Measured on esbuild: 1,496 of 4,595 checks, 35 kB of code.

use super::{Go, Outcome};
use crate::code::callgraph::{CallGraph, Node};
use crate::code::{Body, Callee, Code, Definition, Expr, Function, Located, SP, Stmt, Unlifted};
use crate::go::abi::{RETURN_PC, STACK_NOSPLIT};
use crate::go::known;
use crate::index::{Defined, FuncIndex, PerFunction};
use crate::options::Options;
use crate::parallel::prelude::*;

/// Bytes below the stack guard that a chain of functions without checks may use, less a margin.
const LIMIT: u64 = STACK_NOSPLIT - 32;
/// Bytes that every call takes.
const PUSHED: u64 = RETURN_PC as u64;
/// Most bytes that the call of a function with a check takes: its return PC, and that of its call of morestack.
const CHECKED_CALL: u64 = 16;
/// Deeper than anything.
const UNBOUNDED: u64 = u64::MAX / 4;

pub(super) fn run(code: &mut Code, go: &Go<'_>, _options: &Options) -> Outcome {
    let position = |index| code.facts.imported.defined(index);
    let exported: Vec<Defined> = go.input.exported_functions().filter_map(position).collect();
    let named = |is: &dyn Fn(&str) -> bool| -> Vec<Defined> {
        let functions = go.program.functions().filter(|f| is(f.name()));
        functions.filter_map(|f| position(f.wasm_index())).collect()
    };
    let anew = named(&|name| known::STARTS_ANEW.contains(&name));
    let runtime = named(&|name| name.starts_with("runtime."));
    drop_checks(code, &exported, &anew, &runtime)
}

/// `exported`: what the host may call; `anew`: functions that call through the table on another stack; `runtime`: those of
/// that package.
fn drop_checks(
    code: &mut Code,
    exported: &[Defined],
    anew: &[Defined],
    runtime: &[Defined],
) -> Outcome {
    let graph = CallGraph::new(&code.functions, &code.facts);
    let calls = all_calls(exported, anew, code, &graph);
    let mut depths = Depths::new(code, &graph, calls, runtime);
    depths.decide();
    let dropped = depths.state.iter().map(|state| *state == State::Dropped);
    let dropped: Vec<bool> = dropped.collect();
    let morestack = &code.facts.morestack;
    (code.functions.par_iter_mut().zip(&dropped))
        .filter(|(_, dropped)| **dropped)
        .filter_map(|(function, _)| function.graph_mut())
        .for_each(|function| {
            if check_of(function, |callee| morestack.contains(&callee)).is_some() {
                let entry = function.entry;
                function.blocks[entry].body.remove(0);
            }
        });
    let count = dropped.iter().filter(|dropped| **dropped).count();
    let grows = |(position, _): &(Defined, _)| graph.node(*position).is_some_and(|n| n.grows_stack);
    let checks = code.functions.positions().filter(grows);
    Outcome {
        note: format!("{count} of {} checks", checks.count()),
        ..Outcome::default()
    }
}

/// The condition of the stack check, the function's first statement.
fn check_of(function: &Function, is_morestack: impl Fn(FuncIndex) -> bool) -> Option<&Expr> {
    let first = function.blocks[function.entry].body.first()?;
    let Stmt::If(condition, yes, no) = &first.stmt else {
        return None;
    };
    match (yes.as_slice(), no.as_slice()) {
        (
            [
                Located {
                    stmt:
                        Stmt::GoCall {
                            callee: Callee::Direct(callee),
                            ..
                        },
                    ..
                },
            ],
            [],
        ) if is_morestack(*callee) => Some(condition),
        _ => None,
    }
}

/// What a function enters on its own stack, for a return or for good.
#[derive(Debug, Default)]
struct Calls {
    /// Functions that it calls directly or jumps to.
    direct: Vec<Defined>,
    /// It calls through the table: any function that may be there.
    is_indirect: bool,
    /// Its direct calls are all its calls, and all of them are of Go functions.
    is_direct: bool,
}

/// The calls of every function, lifted or not. A call of the host stands for one of every export.
fn all_calls(
    exported: &[Defined],
    anew: &[Defined],
    code: &Code,
    graph: &CallGraph,
) -> PerFunction<Calls> {
    let position = |index| code.facts.imported.defined(index);
    let of_unlifted = |unlifted: &Unlifted| {
        let called = &unlifted.calls;
        let mut direct: Vec<Defined> = called.iter().copied().filter_map(position).collect();
        let leaves = called.iter().any(|callee| code.facts.is_imported(*callee));
        direct.extend(exported.iter().filter(|_| leaves));
        Calls {
            direct,
            is_indirect: unlifted.is_indirect,
            is_direct: false,
        }
    };
    let of_lifted = |node: &Node| {
        let mut direct: Vec<Defined> = node.callees().collect();
        direct.extend(exported.iter().filter(|_| node.leaves));
        Calls {
            direct,
            is_indirect: node.is_indirect,
            is_direct: !has_other_calls(node),
        }
    };
    let mut all: PerFunction<Calls> = (code.functions.positions())
        .map(|(at, function)| match &function.body {
            Body::Lifted(_) => graph.node(at).map(of_lifted).unwrap_or_default(),
            Body::Adapted(unlifted) => of_unlifted(unlifted),
        })
        .collect();
    for position in anew {
        all[*position].is_indirect = false;
    }
    all
}

/// Whether it calls anything but named Go functions.
fn has_other_calls(node: &Node) -> bool {
    node.is_indirect || node.leaves || !node.special.is_empty()
}

/// What is known of a function's check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It has a check that may go.
    Open,
    /// It has a check and keeps it.
    Checked,
    /// It had none from the start.
    Without,
    Dropped,
}

/// How many bytes of stack each function uses below its caller, down to the next checks.
struct Depths {
    calls: PerFunction<Calls>,
    /// Bytes of the frame; `None` if that is not known.
    frames: PerFunction<Option<u64>>,
    state: PerFunction<State>,
    depth: PerFunction<u64>,
    limit: u64,
}

impl Depths {
    fn new(
        code: &Code,
        graph: &CallGraph,
        calls: PerFunction<Calls>,
        runtime: &[Defined],
    ) -> Depths {
        let frame = |function: &Definition| function.frame.map(u64::from);
        let state = (code.functions.positions())
            .map(
                |(position, function)| match (graph.node(position), function.graph()) {
                    (Some(node), Some(graph)) if node.grows_stack => {
                        let check = check_of(graph, |f| code.facts.morestack.contains(&f));
                        let simple = check.is_some() && moves_sp_once(graph);
                        if simple && !has_other_calls(node) && !function.is_assembly {
                            State::Open
                        } else {
                            State::Checked
                        }
                    }
                    _ => State::Without,
                },
            )
            .collect();
        let mut depths = Depths {
            calls,
            frames: code.functions.iter().map(frame).collect(),
            state,
            depth: PerFunction::all(UNBOUNDED, code.functions.len()),
            limit: LIMIT,
        };
        depths.keep_below_unchecked();
        depths.limit = match depths.may_chain_through_the_table(runtime) {
            true => 0,
            false => LIMIT.saturating_sub(depths.longest_chain_to_indirect_call()),
        };
        depths
    }

    /// Functions that are called by one without a check from the start keep theirs: the linker counted on it.
    fn keep_below_unchecked(&mut self) {
        for (calls, state) in self.calls.iter().zip(self.state.clone().iter()) {
            if *state != State::Without {
                continue;
            }
            for callee in &calls.direct {
                if self.state[*callee] == State::Open {
                    self.state[*callee] = State::Checked;
                }
            }
        }
    }

    /// The most bytes that a chain of functions without checks may have used when one of them calls through the table.
    fn longest_chain_to_indirect_call(&self) -> u64 {
        let mut above = PerFunction::all(0u64, self.state.len());
        let own = |position: Defined| PUSHED + self.frames[position].unwrap_or(LIMIT);
        let without = (self.state.positions()).filter(|(_, state)| **state == State::Without);
        let without: Vec<Defined> = without.map(|(position, _)| position).collect();
        // As many rounds as such a chain can be long; a cycle in one leaves nothing to spend.
        for _ in 0..LIMIT / PUSHED {
            let mut changed = false;
            for position in &without {
                let below = (above[*position] + own(*position)).min(LIMIT);
                for callee in &self.calls[*position].direct {
                    if self.state[*callee] == State::Without && above[*callee] < below {
                        above[*callee] = below;
                        changed = true;
                    }
                }
            }
            if !changed {
                break;
            }
        }
        (without.iter())
            .filter(|position| self.calls[**position].is_indirect)
            .map(|position| above[*position] + own(*position))
            .max()
            .unwrap_or(0)
    }

    /// Whether a function without a check, other than these, calls through the table with a frame on the stack: another such
    /// function, or itself.
    fn may_chain_through_the_table(&self, except: &[Defined]) -> bool {
        self.state.positions().any(|(position, state)| {
            let has_frame = self.frames[position] != Some(0);
            *state == State::Without
                && self.calls[position].is_indirect
                && has_frame
                && !except.contains(&position)
        })
    }

    /// Goes through the functions, callees first.
    fn decide(&mut self) {
        let mut seen = PerFunction::all(false, self.state.len());
        for root in Defined::all(self.state.len()) {
            let mut stack: Vec<(Defined, usize)> = Vec::new();
            if !std::mem::replace(&mut seen[root], true) {
                stack.push((root, 0));
            }
            while let Some((position, next)) = stack.last_mut() {
                let position = *position;
                match self.calls[position].direct.get(*next) {
                    Some(callee) => {
                        *next += 1;
                        if !std::mem::replace(&mut seen[*callee], true) {
                            stack.push((*callee, 0));
                        }
                    }
                    None => {
                        self.decide_one(position);
                        stack.pop();
                    }
                }
            }
        }
    }

    fn decide_one(&mut self, position: Defined) {
        let callees = &self.calls[position].direct;
        let below = callees.iter().map(|callee| match self.state[*callee] {
            // One that is open is undecided, so it is on a cycle.
            State::Checked | State::Open => CHECKED_CALL,
            State::Without | State::Dropped => self.depth[*callee],
        });
        let deepest = below.max().unwrap_or(0).max(CHECKED_CALL);
        let frame = self.frames[position].unwrap_or(UNBOUNDED);
        let depth = PUSHED + frame + deepest;
        match self.state[position] {
            State::Without if self.calls[position].is_direct => self.depth[position] = depth,
            State::Without => {}
            State::Open if depth > self.limit || callees.contains(&position) => {
                self.state[position] = State::Checked;
            }
            State::Open => {
                self.depth[position] = depth;
                self.state[position] = State::Dropped;
                let undecided = callees.iter().copied();
                let undecided: Vec<Defined> = undecided
                    .filter(|callee| self.state[*callee] == State::Open)
                    .collect();
                for callee in undecided {
                    self.state[callee] = State::Checked;
                }
            }
            State::Checked | State::Dropped => {}
        }
    }
}
/// Whether SP moves by constants only: down for the frame, and up again.
fn moves_sp_once(function: &Function) -> bool {
    let mut simple = true;
    let mut down = 0;
    function.visit_statements(&mut |stmt| {
        if matches!(stmt, Stmt::Set(SP, _)) {
            match stmt.moved_sp() {
                Some(by) => down += u32::from(by < 0),
                None => simple = false,
            }
        }
    });
    simple && down <= 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passes::cases;
    use State::{Checked, Dropped, Open, Without};

    /// `given exported f3`, `given anew f4`, `given runtime f5`.
    #[test]
    fn cases() {
        cases::check_programs("drop-stack-checks", |code, given| {
            let positions = |what| -> Vec<Defined> {
                let functions = given.functions(what).into_iter();
                functions
                    .filter_map(|f| code.facts.imported.defined(f))
                    .collect()
            };
            let (exported, anew) = (positions("exported"), positions("anew"));
            drop_checks(code, &exported, &anew, &positions("runtime"));
        });
    }

    /// The stack use of these functions, given as state, frame and direct callees. Those in `indirect` also call
    /// through the table.
    fn depths(functions: &[(State, u64, &[usize])], indirect: &[usize]) -> Depths {
        let calls = (functions.iter().enumerate()).map(|(position, (_, _, direct))| Calls {
            direct: direct.iter().copied().map(Defined::nth).collect(),
            is_indirect: indirect.contains(&position),
            is_direct: !indirect.contains(&position),
        });
        Depths {
            calls: calls.collect(),
            frames: functions.iter().map(|(_, frame, _)| Some(*frame)).collect(),
            state: functions.iter().map(|(state, _, _)| *state).collect(),
            depth: PerFunction::all(UNBOUNDED, functions.len()),
            limit: LIMIT,
        }
    }

    fn decided(functions: &[(State, u64, &[usize])]) -> Vec<State> {
        let mut depths = depths(functions, &[]);
        depths.decide();
        depths.state.to_vec()
    }

    #[test]
    fn a_chain_may_use_what_is_left_below_the_guard() {
        // 8 + frame + 16 for the call of a function with a check.
        let fits = LIMIT - PUSHED - CHECKED_CALL;
        let none: &[usize] = &[];
        assert_eq!(decided(&[(Open, fits, none)]), [Dropped]);
        assert_eq!(decided(&[(Open, fits + 8, none)]), [Checked]);
        // The caller's share includes its callee's; of three, the outermost does not fit.
        let chain: [(State, u64, &[usize]); 3] =
            [(Open, 300, &[1]), (Open, 300, &[2]), (Open, 300, none)];
        assert_eq!(decided(&chain), [Checked, Dropped, Dropped]);
        let checked_between: [(State, u64, &[usize]); 3] =
            [(Open, 300, &[1]), (Checked, 300, &[2]), (Open, 300, none)];
        assert_eq!(decided(&checked_between), [Dropped, Checked, Dropped]);
        let unchecked_below: [(State, u64, &[usize]); 2] =
            [(Open, 300, &[1]), (Without, 700, none)];
        assert_eq!(decided(&unchecked_below), [Checked, Without]);
    }

    #[test]
    fn every_cycle_keeps_a_check() {
        assert_eq!(decided(&[(Open, 8, &[0])]), [Checked]);
        let cycle: [(State, u64, &[usize]); 3] =
            [(Open, 8, &[1]), (Open, 8, &[2]), (Open, 8, &[0])];
        let states = decided(&cycle);
        assert!(states.contains(&Checked), "{states:?}");
        // Without a check in it, nothing that leads into a cycle is bounded.
        let unchecked_cycle: [(State, u64, &[usize]); 2] = [(Open, 8, &[1]), (Without, 8, &[1])];
        assert_eq!(decided(&unchecked_cycle), [Checked, Without]);
    }

    #[test]
    fn chains_without_checks_leave_less_to_what_they_call_through_the_table() {
        let chain: [(State, u64, &[usize]); 4] = [
            (Checked, 8, &[1]),
            (Without, 100, &[2]),
            (Without, 200, &[3]),
            (Without, 50, &[]),
        ];
        let longest =
            |indirect: &[usize]| depths(&chain, indirect).longest_chain_to_indirect_call();
        assert_eq!(longest(&[2]), 2 * PUSHED + 300);
        assert_eq!(longest(&[1, 3]), 3 * PUSHED + 350);
        assert_eq!(longest(&[0]), 0, "whoever checks starts anew");
        assert!(depths(&chain, &[1, 3]).may_chain_through_the_table(&[]));
        assert!(depths(&chain, &[1, 3]).may_chain_through_the_table(&[Defined::nth(1)]));
        let both = [1, 3].map(Defined::nth);
        assert!(!depths(&chain, &[1, 3]).may_chain_through_the_table(&both));
        assert!(!depths(&chain, &[0]).may_chain_through_the_table(&[]));
        let wrapper: [(State, u64, &[usize]); 1] = [(Without, 0, &[])];
        assert!(!depths(&wrapper, &[0]).may_chain_through_the_table(&[]));
        let cycle: [(State, u64, &[usize]); 2] = [(Without, 8, &[1]), (Without, 8, &[0])];
        assert!(depths(&cycle, &[1]).longest_chain_to_indirect_call() >= LIMIT);
    }
}
