//! The PCs that tracebacks can print, and which PC they look up for each.
//!
//! A traceback prints the return PC, and looks up the one before, which is that of the call; where a fault was raised, it looks
//! up the return PC itself (`symPC` in runtime/traceback.go, go1.26).

use crate::code::{Callee, Code, Definition, Stmt};
use crate::go::{FrameTables, Function, Program};
use crate::positions::PrintedPcs;

/// The PCs of all functions; of one that was not lifted, all that mean the same for calls and faults.
pub(super) fn printed(program: &Program, code: Option<&Code>) -> PrintedPcs {
    let mut all = PrintedPcs::new();
    for definition in code.iter().flat_map(|code| code.functions.iter()) {
        if let Some(code) = code {
            of_code(definition, code, &mut all);
        }
    }
    for function in program.functions() {
        let lifted = code.is_some_and(|code| is_lifted(&function, code));
        if !lifted {
            of_tables(&function, &mut all);
        }
    }
    all
}

fn of_code(definition: &Definition, code: &Code, all: &mut PrintedPcs) {
    let (Some(own), Some(graph)) = (definition.pc_f, definition.graph()) else {
        return;
    };
    let mut add = |f: u32, b: u32, is_fault: bool| {
        let asked = match is_fault {
            true => b,
            false => b.saturating_sub(1),
        };
        all.entry(f).or_default().insert(b, asked);
    };
    for b in graph.blocks.iter().filter_map(|block| block.resume) {
        add(own, b, false);
    }
    if let Some(b) = definition.deferreturn {
        add(own, b, false);
    }
    graph.visit_statements(&mut |stmt| match stmt {
        Stmt::GoCall { pc, callee, .. } => {
            let pc = pc.within(own);
            let sigpanic = code.facts.sigpanic;
            let is_fault = matches!(callee, Callee::Direct(f) if sigpanic == Some(*f));
            add(pc.f, pc.b, is_fault);
        }
        Stmt::PushedCall { pc_b, .. } => add(own, *pc_b, false),
        _ => {}
    });
}

fn is_lifted(function: &Function<'_>, code: &Code) -> bool {
    let position = code.facts.imported.defined(function.wasm_index());
    position.is_some_and(|position| code.functions[position].graph().is_some())
}

fn of_tables(function: &Function<'_>, all: &mut PrintedPcs) {
    let Ok(tables) = FrameTables::of(*function) else {
        return;
    };
    let of_function = all.entry(function.pc_f()).or_default();
    let mut before = tables.at(0).ok();
    for b in 1..=function.pcs().unwrap_or(0) {
        let at = tables.at(b).ok();
        if before.is_some() && (at == before || function.record().is_assembly()) {
            of_function.insert(b, b - 1);
        }
        before = at;
    }
}
