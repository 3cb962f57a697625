//! Go's functions as graphs of blocks and expression trees: lifted from bytes, rewritten, encoded again.

mod adapt;
pub(crate) mod callgraph;
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
pub(crate) mod rules;
mod stack_pointer;
mod structure;
mod switches;
#[cfg(test)]
pub(crate) mod tests;
mod tokens;

pub(crate) use adapt::Types;
pub(crate) use encode::Style;
pub(crate) use facts::Facts;
pub(crate) use flow::Flow;
pub(crate) use graph::simplify as simplify_graph;
pub(crate) use ir::{
    Access, After, Block, BlockId, Callee, End, Expr, FIRST_FREE, Function, GLOBAL_CTXT, Local, SP,
    Stmt,
};
pub(crate) use lower::Code;
pub(crate) use op::{Load, Op, Store, Type};
pub(crate) use stack_pointer::{RETURN_PC, StackPointer};

/// Wasm indices of the functions that a body calls directly; none if it cannot be decoded.
pub(crate) fn called_directly(body: &[u8]) -> Vec<u32> {
    let tokens = tokens::decode(body).unwrap_or_default();
    let callee = |token: &tokens::Token<'_>| match token.operator {
        wasmparser::Operator::Call { function_index } => Some(function_index),
        _ => None,
    };
    tokens.iter().filter_map(callee).collect()
}

/// Lifts one function of Go's convention to its graph.
///
/// `deferreturn` is PC_B of the function's call of `runtime.deferreturn`, 0 without one.
///
/// # Errors
/// The first way in which the body differs from what Go writes.
pub(crate) fn lift_function(
    body: &[u8],
    pc_f: u32,
    deferreturn: u32,
    facts: &Facts,
) -> Result<Function, &'static str> {
    let mut function = graph::build(lift::lift(body, facts, pc_f)?, deferreturn, facts)?;
    switches::show_sp(&mut function);
    Ok(function)
}
