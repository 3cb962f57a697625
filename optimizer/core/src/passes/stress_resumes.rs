//! Test build only: functions unwind behind every call that they can be resumed behind.
//!
//! Goroutines seldom yield where a program is tested, so most resume points never run. With `--resume-stress` every one
//! that control comes past does: as soon as such a call has returned, its caller leaves the return PC of the call where
//! the trampoline reads it, and unwinds as if the callee had. The trampoline then enters it behind the call.
//!
//! ```wat
//! call $f  local.tee 1  i32.eqz  if  i32.const 0  return  end         ;; before
//! (behind the call)
//!
//! call $f  local.tee 1  i32.eqz  if  i32.const 0  return  end         ;; after
//! global.get $busy  i32.eqz
//! if  local.get 1  i32.const 8  i32.sub  i64.const PC  i64.store      ;; the slot that the callee's return has left
//!     i32.const 0  i32.const 1  i32.store $word                       ;; counts the resume point
//!     local.get 1  global.set 0  i32.const 0  return  end
//! (behind the call)
//! ```
//!
//! This stands only on the path from the call. Nobody may unwind while there is a call on wasm's stack that cannot be
//! resumed, so `$busy` counts these: calls that must not unwind (CALLNORESUME), and calls of functions outside the
//! convention, which are the write barriers. A callback of the host is no such call: each export has a trampoline of
//! its own (`wasm_pc_f_loop` in runtime/asm_wasm.s), which returns to what unwinds above it. A function that
//! `plain-calls` found not to unwind must contain no call with a resume point; that is checked.
//!
//! Each resume point behind a call has a word behind the program's data, which becomes 1 when its caller unwinds to be
//! entered there. A function whose callee was itself resumed is entered there as well, and the point counts itself,
//! unless jumps lead to it, too. A host finds the words by two exported globals. `moduledata.end` moves behind them, so
//! that Go allocates above.

use super::on_stack_replacement::unwind_to;
use super::{GoTables, Outcome};
use crate::code::callgraph::CallGraph;
use crate::code::{
    Access, After, At, BlockId, Callee, Code, Definition, Expr, Facts, Function, Located, Op, Role,
    Stmt, Store,
};
use crate::error::{Error, Result, Stage};
use crate::frame::Frame;
use crate::go::{Field, Pc, Program};
use crate::index::{FuncIndex, PerFunction};
use crate::input::PAGE;
use crate::options::Options;
use std::collections::{BTreeMap, BTreeSet};

/// Bytes that say of a resume point whether it was entered.
const WORD: usize = 4;
/// Exported: the address of the words, and how many there are.
const WORDS: &str = "gowasp.resume_points";
const COUNT: &str = "gowasp.resume_point_count";

pub(super) fn run(
    code: &mut Code,
    tables: &mut GoTables<'_>,
    options: &Options,
) -> Result<Outcome> {
    if !options.resume_stress {
        return Ok(Outcome::nothing("only with --resume-stress"));
    }
    let GoTables { program, frame, .. } = tables;
    check_plain_calls(&code.functions, &code.facts)?;
    let words = end_of_data(program)?;
    let points = resume_points(code);
    let stress = Stress {
        words: points
            .iter()
            .copied()
            .zip((words..).step_by(WORD))
            .collect(),
        busy: frame.add_global(0, true),
    };
    let graphs = code.functions.iter().filter_map(Definition::graph);
    let calls: u64 = graphs.map(resumed_calls).sum();
    let unwinding: u64 = (code.functions.iter_mut())
        .filter_map(|function| {
            let pc_f = function.pc_f?;
            Some(stress.apply(function.graph_mut()?, pc_f, &code.facts))
        })
        .sum();
    if unwinding < calls {
        let message = format!("{} calls return to no resume point", calls - unwinding);
        return Err(error(message));
    }
    let count = points.len() as u64;
    move_end(program, frame, words + WORD as u64 * count)?;
    for (name, value) in [(WORDS, words), (COUNT, count)] {
        let global = frame.add_global(value as i32, false);
        frame.export_global(global, name);
    }
    Ok(Outcome {
        note: format!("{unwinding} calls unwind, to {count} resume points"),
        ..Outcome::default()
    })
}

/// Return PCs of calls at which the trampoline can enter.
fn resume_points(code: &Code) -> BTreeSet<Pc> {
    let lifted = || {
        let functions = code.functions.iter();
        functions.filter_map(|function| Some((function.graph()?, function.pc_f?)))
    };
    let entered: BTreeSet<Pc> = lifted()
        .flat_map(|(function, pc_f)| {
            let points = function.blocks.iter().filter_map(|block| block.resume);
            points.map(move |b| Pc { f: pc_f, b })
        })
        .collect();
    let mut behind_calls = BTreeSet::new();
    for (function, pc_f) in lifted() {
        function.visit_statements(&mut |stmt| behind_calls.extend(returns_to(stmt, pc_f)));
    }
    &entered & &behind_calls
}

/// The PC at which the caller continues after this call, if it may be resumed there.
fn returns_to(stmt: &Stmt, own_pc_f: u32) -> Option<Pc> {
    match stmt {
        Stmt::GoCall {
            pc,
            after: After::Resume,
            ..
        } => Some(pc.within(own_pc_f)),
        _ => None,
    }
}

/// A caller that is not resumed behind a call must not see the callee unwind.
fn check_plain_calls(functions: &PerFunction<Definition>, facts: &Facts) -> Result<()> {
    let graph = CallGraph::new(functions, facts);
    let never_unwinds = graph.closed(|position, node| {
        let function = functions[position].graph();
        !node.is_indirect && function.is_some_and(|function| resumed_calls(function) == 0)
    });
    let mut wrong = None;
    for function in functions.iter().filter_map(Definition::graph) {
        function.visit_statements(&mut |stmt| match stmt {
            Stmt::GoCall {
                callee: Callee::Direct(callee),
                after: After::NotResumed | After::Returns,
                ..
            } if !(facts.imported.defined(*callee)).is_some_and(|at| never_unwinds[at]) => {
                wrong = Some(*callee);
            }
            _ => {}
        });
    }
    wrong.map_or(Ok(()), |callee| {
        let message = format!("function {callee} unwinds, and a caller of it is not resumed");
        Err(error(message))
    })
}

/// How many calls the function may be resumed behind.
fn resumed_calls(function: &Function) -> u64 {
    let mut count = 0;
    function.visit_statements(&mut |stmt| {
        let is_resumed = matches!(stmt, Stmt::GoCall { after, .. } if *after == After::Resume);
        count += u64::from(is_resumed);
    });
    count
}

fn error(message: impl Into<String>) -> Error {
    Error::new(Stage::Pass("stress-resumes"), message)
}

/// Where Go's data and variables end.
fn end_of_data(program: &Program) -> Result<u64> {
    let end = program.module().word(program.memory().bytes(), Field::End);
    let end = end.ok_or_else(|| error("no moduledata"))?;
    Ok(end.next_multiple_of(WORD as u64))
}

/// Makes Go's allocations begin at `end`, and declares the memory below it.
fn move_end(program: &mut Program, frame: &mut Frame, end: u64) -> Result<()> {
    let filled = frame.filled_memory();
    let filled = filled.ok_or_else(|| error("a segment has no constant address"))?;
    program.rewrite(|program, memory| {
        let at = program.module().address_of(Field::End);
        let word = at.and_then(|at| memory.slice_mut(at, 8));
        let word = word.ok_or_else(|| error("no moduledata"))?;
        word.copy_from_slice(&end.to_le_bytes());
        Ok(())
    })?;
    frame.store(filled, program.memory());
    for memory in frame.walrus.memories.iter_mut() {
        memory.initial = memory.initial.max(end.div_ceil(PAGE));
    }
    Ok(())
}

struct Stress {
    /// The address of the word of each resume point, by PC.
    words: BTreeMap<Pc, u64>,
    /// The global that counts calls on wasm's stack that cannot be resumed.
    busy: u32,
}

impl Stress {
    /// How many calls the function unwinds behind.
    fn apply(&self, function: &mut Function, pc_f: u32, facts: &Facts) -> u64 {
        for block in &mut function.blocks {
            self.count_busy(&mut block.body, facts);
        }
        for (block, pc) in only_behind_calls(function, pc_f) {
            if let Some(word) = self.words.get(&pc) {
                let block = &mut function.blocks[block];
                let at = block.body.first().map_or(function.start, |first| first.at);
                let counted = self.unless_busy(vec![count(*word, at)], at);
                block.body.insert(0, counted);
            }
        }
        let bodies = function.blocks.iter_mut().map(|block| &mut block.body);
        bodies.map(|body| self.unwind_behind(body, pc_f)).sum()
    }

    /// Unwinds behind calls; those of inlined bodies may stand anywhere in a block. Returns how many.
    fn unwind_behind(&self, body: &mut Vec<Located>, pc_f: u32) -> u64 {
        let mut unwinding = 0;
        for stmt in std::mem::take(body) {
            let (to, at) = (returns_to(&stmt, pc_f), stmt.at);
            body.push(stmt);
            if let Some((pc, word)) = to.and_then(|pc| Some((pc, self.words.get(&pc)?))) {
                body.push(self.unless_busy(counted_unwind_to(pc, *word, at), at));
                unwinding += 1;
            }
        }
        unwinding
    }

    /// Counts calls during which nobody may unwind.
    fn count_busy(&self, body: &mut Vec<Located>, facts: &Facts) {
        let statements = std::mem::take(body);
        for mut stmt in statements {
            (stmt.bodies_mut()).for_each(|nested| self.count_busy(nested, facts));
            if must_not_unwind(&stmt, facts) {
                let at = stmt.at;
                body.extend([self.add_busy(1).at(at), stmt, self.add_busy(-1).at(at)]);
            } else {
                body.push(stmt);
            }
        }
    }

    fn add_busy(&self, change: i32) -> Stmt {
        let busy = Expr::GetGlobal(self.busy);
        let sum = Expr::binary(Op::I32_ADD, busy, Expr::I32(change));
        Stmt::SetGlobal(self.busy, sum)
    }

    fn unless_busy(&self, body: Vec<Stmt>, at: At) -> Located {
        let body = body.into_iter().map(|stmt| stmt.at(at)).collect();
        let idle = Expr::unary(Op::I32_EQZ, Expr::GetGlobal(self.busy));
        Stmt::If(idle, body, Vec::new()).at(at)
    }
}

/// Unwinds to this PC, and counts its word.
fn counted_unwind_to(pc: Pc, word: u64, at: At) -> Vec<Stmt> {
    let [store, unwind] = unwind_to(pc, at);
    vec![store, count(word, at), unwind]
}

/// Notes that the resume point with this word is entered.
fn count(word: u64, at: At) -> Stmt {
    let access = Access {
        offset: word as u32,
        at,
    };
    Stmt::Store(Store::I32, access, Expr::I32(0), Expr::I32(1))
}

/// Resume points, with their PC, that control only reaches by the trampoline, unless a call returns to them.
fn only_behind_calls(function: &Function, pc_f: u32) -> Vec<(BlockId, Pc)> {
    let resume = |block: BlockId| {
        let b = function.blocks[block].resume?;
        Some(Pc { f: pc_f, b })
    };
    let mut jumped_to = vec![false; function.blocks.len()];
    jumped_to[function.entry] = true;
    for block in &function.blocks {
        let last = block.last();
        let returns_to = last.and_then(|stmt| returns_to(stmt, pc_f));
        for to in block.end.targets() {
            jumped_to[to] |= returns_to.is_none() || returns_to != resume(to);
        }
    }
    let entered = (0..function.blocks.len()).filter(|block| !jumped_to[*block]);
    entered
        .filter_map(|block| Some((block, resume(block)?)))
        .collect()
}

/// Whether nothing is resumed behind this statement's call, although it calls what could unwind.
fn must_not_unwind(stmt: &Stmt, facts: &Facts) -> bool {
    let special = |function: FuncIndex| facts.role(function) == Role::Special;
    let mut found = match stmt {
        Stmt::GoCall { after, .. } => *after == After::MustNotUnwind,
        Stmt::Call(function, _) | Stmt::PushedCall { function, .. } => special(*function),
        _ => false,
    };
    for expr in stmt.exprs() {
        expr.visit(&mut |expr| {
            found |= matches!(expr, Expr::Call(call, _) if special(call.0));
        });
    }
    found
}

#[cfg(test)]
mod tests;
