//! Takes out what nobody can reach by what Go's own tables say: methods, what only they call, and what only they need.
//!
//! Go's linker keeps a method if any call through an interface that it reaches has the same name and signature, and every
//! exported one once reflection may call methods by name (cmd/link/internal/ld/deadcode.go). Whether the type has the other
//! methods of such an interface it does not ask:
//!
//! ```go
//! type list []string
//! func (l list) Swap(i, j int) { … }       // without Less and Len nobody can call it: sort.Interface wants all three
//! ```
//!
//! A method can be called through its table in three ways. An itab that the linker has made holds its PC, as other data may:
//! each aligned word of memory counts. An itab that the runtime makes needs an interface that the program has, and of which
//! the type has every method (`itabInit` in runtime/iface.go). And reflection may show it: where one of the functions in
//! `go/known/reflected.rs` is reached, or inlined into one that is, all exported methods stay, or all of them. A function is
//! reached if code that is reached calls it, or has its PC, or a word of memory has it, or the host or assembly calls it. One
//! that is neither reached, nor in a method table, nor named by one that is, has a reason to be there that is not seen here,
//! and stays.
//!
//! Of such a method, its entry in the table gets what Go's linker writes for one that nobody can call, -1, for which the
//! runtime has a function that throws. The body becomes `unreachable`; table slot, PC and record in pclntab stay, so that
//! everything else keeps its place, but tables and names of the record go. If reflection shows no methods, entries that no
//! interface asks for by name are never looked for: they become zero, those that the linker has emptied as well, and so do
//! their names. Linear in the size of the module; types are compared with interfaces that share their rarest method.
//!
//! Nothing is done where the types cannot be read, or code outside of Go's own packages reads method tables.

mod callable;
mod clear;
mod descriptors;
mod method_names;
mod named;
mod reach;
mod rows;

use super::{GoTables, Outcome, left_alone};
use crate::code::{Code, Definition};
use crate::error::{Error, Result, Stage};
use crate::go::types::UNREACHABLE;
use crate::go::{Function, Memory, Program};
use crate::index::{Defined, Imported};
use crate::options::Options;
use reach::Dead;

pub(super) fn run(
    code: &mut Code,
    tables: &mut GoTables<'_>,
    _options: &Options,
) -> Result<Outcome> {
    let GoTables {
        program,
        frame,
        input,
    } = tables;
    let count = program.functions().len();
    let Some(filled) = frame.filled_memory() else {
        return Ok(left_alone("a data segment has no constant address", count));
    };
    let dead = match reach::dead(program, input, code) {
        Ok(dead) => dead,
        Err(reason) => return Ok(left_alone(reason, count)),
    };
    let names = names(program, &dead, input.imported_functions);
    let outside = || Error::new(Stage::Pass("dead-strip"), "a table lies outside the data");
    let rewritten = program.rewrite(|program, memory| {
        rewrite(program, memory, &dead, input.imported_functions).ok_or_else(outside)
    });
    let name_bytes = match rewritten {
        Ok(name_bytes) => name_bytes,
        Err(error) => return Ok(left_alone(error.message(), count)),
    };
    frame.store(filled, program.memory());
    let bodies = dead
        .functions
        .iter()
        .filter_map(|at| input.bodies.get(at.place()));
    let bytes: usize = bodies.map(ExactSizeIterator::len).sum();
    for at in &dead.functions {
        empty(&mut code.functions[*at]);
    }
    Ok(Outcome {
        note: format!(
            "{} of {count} functions, {bytes} bytes of code; {} entries of method tables, {name_bytes} bytes of names",
            dead.functions.len(),
            dead.entries.len() + dead.cells.len(),
        ),
        removed: names,
        ..Outcome::default()
    })
}

/// Names of the functions that go.
fn names(program: &Program, dead: &Dead, imported: Imported) -> Vec<String> {
    let functions = functions(program, dead, imported);
    functions
        .iter()
        .map(|function| function.name().to_owned())
        .collect()
}

fn functions<'p>(program: &'p Program, dead: &Dead, imported: Imported) -> Vec<Function<'p>> {
    let function = |at: &Defined| program.by_wasm_index(imported.index(*at));
    dead.functions.iter().filter_map(function).collect()
}

/// Changes the tables; returns how many bytes of names went.
fn rewrite(program: &Program, memory: &mut Memory, dead: &Dead, imported: Imported) -> Option<u64> {
    for cell in &dead.cells {
        memory.write_u32(*cell, UNREACHABLE)?;
    }
    let names = method_names::clear(program, memory, &dead.entries, &dead.still_named)?;
    rows::empty(program, memory, &functions(program, dead, imported))?;
    Some(names)
}

/// Leaves a function that traps.
fn empty(definition: &mut Definition) {
    definition.deferreturn = None;
    if let Some(graph) = definition.graph_mut() {
        graph.take_out();
    }
}
