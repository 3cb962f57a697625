//! A function of a Go program: its code, and what Go's tables say about it.

use super::ir::{Expr, Function};
use super::unlifted::Unlifted;
use crate::index::{FuncIndex, Imported, PerFunction};
use crate::part::{Part, Parts};

/// A function that the module defines.
#[derive(Debug, Clone)]
pub(crate) struct Definition {
    pub(crate) index: FuncIndex,
    /// `None` for a function that is not in Go's tables.
    pub(crate) pc_f: Option<u32>,
    /// PC_B of its call of `runtime.deferreturn`, if it has one. A recovered panic enters there, although no code names
    /// that PC.
    pub(crate) deferreturn: Option<u32>,
    /// Bytes of its frame as Go made it, where that is known.
    pub(crate) frame: Option<u32>,
    /// It is written in assembly, and may be entered at fixed PCs.
    pub(crate) is_assembly: bool,
    /// The module that it is written to.
    pub(crate) part: Part,
    pub(crate) body: Body,
}

/// The code of a function.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    /// Lifted to a graph.
    Lifted(Function),
    /// Left as it was, to be adapted; and what it calls.
    Adapted(Unlifted),
}

/// Which part each function is in.
pub(crate) fn parts(functions: &PerFunction<Definition>, imported: Imported) -> Parts {
    let parts = functions.iter().map(|function| function.part);
    Parts::new(parts.collect(), imported)
}

impl Definition {
    /// The graph of a function that was lifted.
    pub(crate) fn graph(&self) -> Option<&Function> {
        match &self.body {
            Body::Lifted(function) => Some(function),
            Body::Adapted(_) => None,
        }
    }

    /// As [`Definition::graph`], to change it.
    pub(crate) fn graph_mut(&mut self) -> Option<&mut Function> {
        match &mut self.body {
            Body::Lifted(function) => Some(function),
            Body::Adapted(_) => None,
        }
    }

    /// The functions that its code names.
    pub(crate) fn named(&self) -> Vec<FuncIndex> {
        let graph = match &self.body {
            Body::Lifted(graph) => graph,
            Body::Adapted(unlifted) => return unlifted.calls.clone(),
        };
        let mut named = Vec::new();
        graph.visit_statements(&mut |stmt| named.extend(stmt.called()));
        let mut in_expr = |expr: &Expr| {
            expr.visit(&mut |expr| {
                if let Expr::Call(call, _) = expr {
                    named.push(call.0);
                }
            });
        };
        graph.visit_statements(&mut |stmt| stmt.exprs().for_each(&mut in_expr));
        for block in &graph.blocks {
            block.end.exprs().for_each(&mut in_expr);
        }
        named
    }

    /// The graph of a function that was lifted and that Go's compiler emitted. Assembly is left out: it may be entered
    /// at any PC.
    pub(crate) fn compiled(&self) -> Option<&Function> {
        self.graph().filter(|_| !self.is_assembly)
    }

    /// As [`Definition::compiled`], to change it.
    pub(crate) fn compiled_mut(&mut self) -> Option<&mut Function> {
        match self.is_assembly {
            true => None,
            false => self.graph_mut(),
        }
    }
}
