//! Go's functions as an IR: lifted from bytes to graphs of blocks and expression trees, rewritten, encoded again.

mod adapt;
mod assigned;
pub(crate) mod callgraph;
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
mod op;
mod pc;
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
pub(crate) use definition::{Body, Definition};
pub(crate) use encode::Style;
pub(crate) use facts::Facts;
#[cfg(any(test, feature = "resume-stress"))]
pub(crate) use facts::Role;
pub(crate) use flow::Flow;
pub(crate) use graph::simplify as simplify_graph;
pub(crate) use ir::{
    Access, After, Block, BlockId, Callee, End, Expr, FIRST_FREE, Function, Local, SP, Stmt,
};
pub(crate) use lift::positions::{Numbered, positions};
pub(crate) use lower::{Code, adapted};
pub(crate) use op::{Load, Op, Store, Type};
pub(crate) use pc::PcWidth;
pub(crate) use stack_pointer::StackPointer;

pub(crate) use unlifted::Unlifted;

/// The globals that a body sets; none if it cannot be decoded.
pub(crate) fn globals_set(body: &[u8]) -> Vec<u32> {
    let tokens = tokens::decode(body).unwrap_or_default();
    let global = |token: &tokens::Token<'_>| match token.operator {
        wasmparser::Operator::GlobalSet { global_index } => Some(global_index),
        _ => None,
    };
    tokens.iter().filter_map(global).collect()
}

/// Lifts one function of Go's convention to its graph.
///
/// `deferreturn` is that of a [`Definition`].
///
/// # Errors
/// The first way in which the body differs from what Go emits.
pub(crate) fn lift_function(
    body: &[u8],
    pc_f: u32,
    deferreturn: Option<u32>,
    facts: &Facts,
) -> Result<Function, &'static str> {
    let mut function = graph::build(lift::lift(body, facts, pc_f)?, deferreturn, facts)?;
    switches::show_sp(&mut function);
    Ok(function)
}
