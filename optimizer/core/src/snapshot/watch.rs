//! Counts calls of functions whose results may be kept by the program although they differ between instances.
//!
//! ```text
//! before   (func $main.init … call $syscall.Getenv …)
//! after    (func $main.init … call $counted …)     $counted: count += 1; call $syscall.Getenv
//! ```
//!
//! Only in the module that is run, not in the snapshot. Calls through the table, and of what was inlined, are not seen.

use super::go_call::{function, has};
use crate::edit::{Edit, forward};
use crate::error::Result;
use crate::go::Program;
use crate::go::known::READ_PREOPENS;
use crate::index::FuncIndex;
use wasm_encoder::{ConstExpr, Function, ValType};

/// A function that is watched.
#[derive(Debug, Clone, Copy)]
pub(super) struct Watched {
    name: &'static str,
    /// A function whose initialization calls it once.
    own: Option<&'static str>,
    /// What the user is told.
    pub(super) warning: &'static str,
}

const WATCHED: [Watched; 2] = [
    Watched {
        name: "syscall.Getenv",
        own: Some(READ_PREOPENS),
        warning: "the initialization reads environment variables: none are set there, and what it makes of that stays",
    },
    Watched {
        name: "syscall.Environ",
        own: None,
        warning: "the initialization lists environment variables: what it keeps of them is the same in every instance",
    },
];

/// How calls of one function are counted.
#[derive(Debug)]
pub(super) struct Counter {
    pub(super) watched: Watched,
    /// How many calls are the runtime's own.
    pub(super) own: i32,
    /// The export that returns how many there were.
    pub(super) export: String,
}

pub(super) fn run(edit: &mut Edit<'_>, program: &Program) -> Result<Vec<Counter>> {
    let mut counters = Vec::new();
    for watched in WATCHED {
        let Some(entry) = function(program, watched.name) else {
            continue;
        };
        let count = edit.add_global(ValType::I32, ConstExpr::i32_const(0));
        let signature = edit.signature(entry.wasm_index)?;
        let counted = counted(signature.0.len(), entry.wasm_index, count);
        let counted = edit.add_function(signature, counted);
        edit.redirect_calls(entry.wasm_index, counted);
        let export = format!("gowasp:{}", watched.name);
        let getter = edit.add_function((Vec::new(), vec![ValType::I32]), getter(count));
        edit.export(&export, getter);
        counters.push(Counter {
            own: i32::from(watched.own.is_some_and(|name| has(program, name))),
            watched,
            export,
        });
    }
    Ok(counters)
}

fn counted(parameters: usize, function: FuncIndex, count: u32) -> Function {
    let mut body = Function::new([]);
    let mut code = body.instructions();
    code.global_get(count)
        .i32_const(1)
        .i32_add()
        .global_set(count);
    forward(&mut code, parameters, function);
    code.end();
    body
}

/// A function that returns a global.
pub(super) fn getter(global: u32) -> Function {
    let mut body = Function::new([]);
    body.instructions().global_get(global).end();
    body
}
