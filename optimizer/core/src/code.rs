//! Go's functions as an IR: lifted from bytes to graphs of blocks and expression trees, rewritten, encoded again.

mod adapt;
mod assigned;
pub(crate) mod callgraph;
mod copied;
mod definition;
mod dispatch;
mod encode;
mod facts;
mod flow;
mod graph;
pub(crate) mod in_place;
mod ir;
mod lift;
pub(crate) mod locals;
mod lower;
mod marks;
mod op;
mod origin;
mod pc;
mod predecessors;
pub(crate) mod rules;
mod stack_pointer;
mod structure;
mod switches;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod text;
mod tokens;
mod unlifted;

pub(crate) use assigned::reads_unset;
pub(crate) use copied::{Original, copied};
pub(crate) use definition::{Body, Definition};
pub(crate) use encode::Style;
pub(crate) use facts::{Facts, Nesting, Role};
pub(crate) use flow::Flow;
pub(crate) use graph::simplify as simplify_graph;
pub(crate) use ir::{
    Access, After, Block, BlockId, Callee, End, Expr, FIRST_FREE, Function, Local, Located, SP,
    Stmt,
};
pub(crate) use lift::positions::{Numbered, Position, positions};
pub(crate) use lower::{Code, Target, adapted};
pub(crate) use marks::{Mark, Written};
pub(crate) use op::{Load, Op, Store, Type};
pub(crate) use origin::{At, Inlined, Place};
pub(crate) use pc::{PcWidth, ReturnPc};
pub(crate) use predecessors::Predecessors;
pub(crate) use stack_pointer::StackPointer;
pub(crate) use tokens::{Token, calls, is_partial};

pub(crate) use unlifted::Unlifted;

/// The globals that a body sets; none if it cannot be decoded.
pub(crate) fn globals_set(body: &[u8]) -> Vec<u32> {
    let tokens = tokens::decode(body).unwrap_or_default();
    let global = |token: &Token<'_>| match token.operator {
        wasmparser::Operator::GlobalSet { global_index } => Some(global_index),
        _ => None,
    };
    tokens.iter().filter_map(global).collect()
}

/// Lifts one function of Go's convention, by its PC_F and the offset of its body in the code section, to its graph.
///
/// `deferreturn` is that of a [`Definition`], `tokens` room for the body's operators.
///
/// # Errors
/// The first way in which the body differs from what Go emits.
pub(crate) fn lift_function<'b>(
    body: &'b [u8],
    (pc_f, base): (u32, u32),
    deferreturn: Option<u32>,
    facts: &Facts,
    tokens: &mut Vec<Token<'b>>,
) -> Result<Function, &'static str> {
    let lifted = lift::lift(body, facts, (pc_f, base), tokens)?;
    let mut function = graph::build(lifted, deferreturn, facts)?;
    switches::show_sp(&mut function);
    Ok(function)
}
