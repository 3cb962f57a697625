//! A function in the form in which it replaces its calls.

use crate::code::locals::{Liveness, MOST_LOCALS};
use crate::code::{After, End, Expr, FIRST_FREE, Function, SP, Stmt, in_place};
use crate::go::abi::RETURN_PC;

/// A function that can replace its calls.
#[derive(Debug)]
pub(super) struct Template {
    /// Its graph, without the statement that makes the frame.
    pub(super) function: Function,
    pub(super) pc_f: u32,
    /// By how much its first statement lowers SP; 0 if that does something else.
    pub(super) frame: u32,
    /// Statements, expressions and blocks.
    pub(super) nodes: usize,
    /// It has no frame and only calls for good: slots are at the caller's distances, and the return PC is pushed in
    /// front of those calls.
    pub(super) is_leaf: bool,
    /// It calls by Go's convention.
    pub(super) calls: bool,
}

impl Template {
    /// `None` for a function of more than `most` nodes, and for one that does something that needs a function of its
    /// own: a tail call, an unwind of its own, a return from within a statement.
    pub(super) fn of(function: &Function, pc_f: u32, most: usize) -> Option<Template> {
        let nodes = nodes(function, most)?;
        if function.locals.len() > MOST_LOCALS || !is_plain(function) {
            return None;
        }
        // A local that is read before it is set is zero in a function of its own, but anything in the caller.
        if Liveness::of(function).at_start[function.entry] >> FIRST_FREE != 0 {
            return None;
        }
        let mut calls = false;
        function.visit_statements(&mut |stmt| calls |= matches!(stmt, Stmt::GoCall { .. }));
        let leaf = as_leaf(function);
        let is_leaf = leaf.is_some();
        let mut function = leaf.unwrap_or_else(|| function.clone());
        let frame = take_frame(&mut function);
        Some(Template {
            function,
            pc_f,
            frame,
            nodes,
            is_leaf,
            calls,
        })
    }
}

/// Statements, expressions and blocks of a function; `None` if they are more than `most`.
fn nodes(function: &Function, most: usize) -> Option<usize> {
    let mut count = 0;
    for block in &function.blocks {
        count += 1;
        count += block.body.iter().map(|stmt| stmt.nodes()).sum::<usize>();
        (block.end.exprs()).for_each(|expr| expr.visit(&mut |_| count += 1));
        if count > most {
            return None;
        }
    }
    Some(count)
}

/// Whether everything that a function does can be done inside another.
fn is_plain(function: &Function) -> bool {
    let mut plain = true;
    let mut expr_is_plain = |expr: &Expr| {
        let mut plain = true;
        expr.visit(&mut |node| match node {
            // The selector, and parameters that change other than by `Set`.
            Expr::Get(local) => plain &= *local >= SP,
            Expr::Tee(local, _) => plain &= *local >= FIRST_FREE,
            _ => {}
        });
        plain
    };
    for block in &function.blocks {
        let returns_last = block.end == End::Stop;
        for (position, stmt) in block.body.iter().enumerate() {
            let is_last = returns_last && position + 1 == block.body.len();
            stmt.visit(&mut |nested| {
                plain &= nested.exprs().all(&mut expr_is_plain);
                plain &= match nested {
                    Stmt::Set(SP, _) => nested.moved_sp().is_some(),
                    Stmt::Set(local, _) => *local >= FIRST_FREE,
                    Stmt::Return(_) => is_last && std::ptr::eq(nested, &raw const stmt.stmt),
                    Stmt::GoCall { after, .. } => *after != After::MustNotUnwind,
                    Stmt::SetGlobal(..)
                    | Stmt::Store(..)
                    | Stmt::Drop(_)
                    | Stmt::If(..)
                    | Stmt::Call(..)
                    | Stmt::Unreachable
                    | Stmt::MemoryCopy(..)
                    | Stmt::MemoryFill(..) => true,
                    Stmt::PushedCall { .. }
                    | Stmt::TailCall(_)
                    | Stmt::Unwind
                    | Stmt::Block(_)
                    | Stmt::Loop(_)
                    | Stmt::Br(_)
                    | Stmt::BrIf(..)
                    | Stmt::BrTable(..) => false,
                };
            });
        }
        plain &= block.end.exprs().all(&mut expr_is_plain)
            && !matches!(block.end, End::Dispatch(_) | End::Reenter(..));
    }
    plain
}

/// Removes the first statement if it makes the frame and nothing jumps back to it. Returns the bytes of the frame.
fn take_frame(function: &mut Function) -> u32 {
    let entry = function.entry;
    let comes_back =
        (function.blocks.iter()).any(|block| block.end.targets().any(|to| to == entry));
    let body = &mut function.blocks[entry].body;
    match body
        .first()
        .filter(|_| !comes_back)
        .and_then(|first| first.moved_sp())
    {
        Some(by) if by < 0 => {
            body.remove(0);
            by.unsigned_abs()
        }
        _ => 0,
    }
}

/// The function with slots as its caller sees them, if it has no frame, only calls for good, and uses SP for nothing
/// but its arguments and results.
fn as_leaf(function: &Function) -> Option<Function> {
    let mut leaf = function.clone();
    for block in &mut leaf.blocks {
        let mut fits = true;
        for stmt in &mut block.body {
            stmt.visit_mut(&mut |stmt| fits &= as_leaf_statement(stmt).is_some());
        }
        for expr in block.end.exprs_mut() {
            fits &= in_place::as_callers_slots_in_expr(expr).is_some();
        }
        if !fits {
            return None;
        }
    }
    Some(leaf)
}

/// As [`as_leaf`] for one statement, without those nested in it.
fn as_leaf_statement(stmt: &mut Stmt) -> Option<()> {
    match stmt {
        // A trap shows SP.
        Stmt::Set(SP, _) | Stmt::Unreachable => None,
        Stmt::GoCall { after, .. } if *after != After::Never => None,
        Stmt::Return(popped) if *popped != RETURN_PC => None,
        stmt => in_place::as_callers_slots(stmt),
    }
}
