//! Local coalescing: locals that are never live at the same time share one.
//!
//! Go uses one local per register, and earlier passes add one per slot that they keep. In their baseline tier engines
//! hold state for each local at each branch target; and the fewer locals there are, the more the code of different
//! functions looks alike, which is what compressors live on.
//!
//! # Algorithm
//!
//! Greedy colouring of an [`InterferenceGraph`]. Nodes are the locals that are used, except the selector and SP; an edge
//! joins a local, where it is set, with every local that is live after that. Locals that are live at
//! the entry hold zero from the start, and interfere with each other. Locals are coloured in order of falling use, each
//! with the first colour of its type that no neighbour has. Colours are named after their first local.
//!
//! One walk over the function on top of liveness, and `O(locals^2)` for the colours, of at most 128 locals. Functions
//! with more, or with structured control flow of their own, are left alone.
//!
//! Measured on esbuild: nothing before compression, 12 kB by brotli 9.

use super::{Go, Outcome};
use crate::code::locals::{Liveness, LocalSet, MOST_LOCALS, before_list};
use crate::code::{Code, Expr, FIRST_FREE, Function, Local, Located, Stmt, Type};
use crate::options::Options;
use crate::parallel::prelude::*;

pub(super) fn run(code: &mut Code, _go: &Go<'_>, _options: &Options) -> Outcome {
    let mut functions = code.lifted_functions();
    let merged: usize = functions
        .par_iter_mut()
        .map(|function| merge(function))
        .sum();
    Outcome {
        note: format!("{merged} locals"),
        ..Outcome::default()
    }
}

fn merge(function: &mut Function) -> usize {
    let Some((graph, colours)) = coloured(function) else {
        return 0;
    };
    let merged = (FIRST_FREE as usize..function.locals.len())
        .filter(|local| graph.uses[*local] > 0 && colours[*local] != *local as Local)
        .count();
    rename(function, &colours);
    merged
}

/// Bytes that the locals of a function take once they are merged, SP and the selector aside; `None` where they stay as
/// they are.
pub(super) fn merged_bytes(function: &Function) -> Option<u32> {
    let (graph, colours) = coloured(function)?;
    let names = (FIRST_FREE as usize..function.locals.len())
        .filter(|local| graph.uses[*local] > 0 && colours[*local] == *local as Local);
    Some(names.map(|local| function.locals[local].width()).sum())
}

fn coloured(function: &Function) -> Option<(InterferenceGraph, Vec<Local>)> {
    if function.has_loops() || function.locals.len() > MOST_LOCALS {
        return None;
    }
    let graph = InterferenceGraph::of(function);
    let colours = graph.colours(&function.locals);
    Some((graph, colours))
}

/// The interference graph: which locals are live where another is set.
struct InterferenceGraph {
    with: Vec<LocalSet>,
    uses: Vec<u32>,
}

impl InterferenceGraph {
    fn of(function: &Function) -> InterferenceGraph {
        let count = function.locals.len();
        let mut graph = InterferenceGraph {
            with: vec![0; count],
            uses: vec![0; count],
        };
        let liveness = Liveness::of(function);
        // Locals that are read before they are set hold zero from the start.
        let entry = liveness.at_start[function.entry];
        for (local, with) in graph.with.iter_mut().enumerate() {
            if entry >> local & 1 == 1 {
                *with |= entry;
            }
        }
        for block in &function.blocks {
            let mut behind = liveness.behind(&block.end);
            for expr in block.end.exprs().rev() {
                graph.expr(expr, &mut behind);
            }
            graph.list(&block.body, behind);
        }
        graph
    }

    fn list(&mut self, body: &[Located], mut behind: LocalSet) {
        for stmt in body.iter().rev() {
            for nested in stmt.bodies() {
                self.list(nested, behind);
            }
            let mut live = match &stmt.stmt {
                stmt if stmt.stops() => 0,
                Stmt::Set(local, _) => {
                    self.define(*local, behind);
                    behind & !(1 << *local)
                }
                Stmt::If(_, yes, no) => before_list(yes, behind) | before_list(no, behind),
                _ => behind,
            };
            stmt.exprs()
                .rev()
                .for_each(|expr| self.expr(expr, &mut live));
            behind = live;
        }
    }

    fn define(&mut self, local: Local, behind: LocalSet) {
        self.uses[local as usize] += 1;
        self.with[local as usize] |= behind & !(1 << local);
    }

    /// From the last node evaluated to the first.
    fn expr(&mut self, expr: &Expr, live: &mut LocalSet) {
        match expr {
            Expr::Get(local) => {
                *live |= 1 << *local;
                self.uses[*local as usize] += 1;
            }
            Expr::Tee(local, value) => {
                self.define(*local, *live);
                *live &= !(1 << *local);
                self.expr(value, live);
            }
            _ => expr
                .operands()
                .iter()
                .rev()
                .for_each(|operand| self.expr(operand, live)),
        }
    }

    /// The local that each one becomes: a colour, named after its first local.
    fn colours(&self, types: &[Type]) -> Vec<Local> {
        let count = types.len();
        let mut with = self.with.clone();
        for local in 0..count {
            for other in 0..count {
                if with[local] >> other & 1 == 1 {
                    with[other] |= 1 << local;
                }
            }
        }
        let mut order: Vec<usize> = (FIRST_FREE as usize..count)
            .filter(|local| self.uses[*local] > 0)
            .collect();
        order.sort_by_key(|local| std::cmp::Reverse(self.uses[*local]));
        let mut colours: Vec<Local> = (0..count as Local).collect();
        // Members of each colour, and the local that it is named after.
        let mut members: Vec<(usize, LocalSet)> = Vec::new();
        for local in order {
            let free = members
                .iter_mut()
                .find(|(name, held)| types[*name] == types[local] && *held & with[local] == 0);
            match free {
                Some((name, held)) => {
                    *held |= 1 << local;
                    colours[local] = *name as Local;
                }
                None => members.push((local, 1 << local)),
            }
        }
        colours
    }
}

fn rename(function: &mut Function, colours: &[Local]) {
    let in_expr = |expr: &mut Expr| {
        expr.visit_mut(&mut |node| {
            if let Expr::Get(local) | Expr::Tee(local, _) = node {
                *local = colours[*local as usize];
            }
        });
    };
    for block in &mut function.blocks {
        for stmt in &mut block.body {
            stmt.visit_mut(&mut |stmt| {
                stmt.exprs_mut().for_each(in_expr);
                if let Stmt::Set(local, _) = stmt {
                    *local = colours[*local as usize];
                }
            });
        }
        block.end.exprs_mut().for_each(in_expr);
    }
}

#[cfg(test)]
mod tests {
    use super::merge;
    use crate::code::At;
    use crate::code::tests::choices::Choices;
    use crate::code::tests::program::{self, run_function};
    use crate::code::tests::values::{self, LOCALS};
    use crate::code::{End, Expr, Local, Op, Stmt, Type};
    use crate::passes::cases;
    use proptest::prelude::*;

    #[test]
    fn cases() {
        cases::check("merge-locals", |function| {
            merge(function);
        });
    }

    proptest! {
        #[test]
        fn merging_changes_nothing_that_shows(choices in Choices::up_to(200)) {
            let mut choices = choices;
            let mut first = program::setup(&mut choices);
            let sets = |choices: &mut Choices| -> Vec<Stmt> {
                (0..choices.pick(6)).map(|_| set(choices)).collect()
            };
            first.extend(sets(&mut choices));
            let condition = Expr::Get(values::local(&mut choices, Type::I32));
            let live: Vec<Local> = (2..LOCALS.len() as Local).filter(|_| choices.flip()).collect();
            let original = program::function(vec![
                (first, End::Branch(condition, 1, 2, At::NOWHERE)),
                ([sets(&mut choices), program::store_locals(live.clone())].concat(), End::Stop),
                ([sets(&mut choices), program::store_locals(live)].concat(), End::Stop),
            ]);
            let mut merged = original.clone();
            merge(&mut merged);
            prop_assert_eq!(run_function(&merged), run_function(&original));
        }
    }

    #[test]
    fn locals_share_a_place_one_after_the_other_and_not_at_once() {
        let (a, b) = (4, 5);
        let use_of = |local| Stmt::Drop(Expr::Get(local));
        let one_after_the_other = vec![
            Stmt::Set(a, Expr::I64(1)),
            use_of(a),
            Stmt::Set(b, Expr::I64(2)),
            use_of(b),
            Stmt::Return(8),
        ];
        let at_once = vec![
            Stmt::Set(a, Expr::I64(1)),
            Stmt::Set(b, Expr::I64(2)),
            use_of(a),
            use_of(b),
            Stmt::Return(8),
        ];
        for (body, merged) in [(one_after_the_other, 1), (at_once, 0)] {
            let mut function = program::function(vec![(body, End::Stop)]);
            assert_eq!(merge(&mut function), merged, "{:#?}", function.blocks);
        }
    }

    fn set(choices: &mut Choices) -> Stmt {
        let value = |choices: &mut Choices| Expr::Get(values::local(choices, Type::I64));
        let sum = Expr::binary(Op::I64_SUB, value(choices), value(choices));
        let teed = Expr::Tee(values::local(choices, Type::I64), Box::new(sum));
        Stmt::Set(values::local(choices, Type::I64), teed)
    }
}
