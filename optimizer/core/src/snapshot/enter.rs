//! Makes anew, in each instance, what must not be the snapshot's: whichever export is called first does it.
//!
//! ```text
//! before   (export "_initialize" (func $init))     (export "add" (func $add))
//! after    (export "_initialize" (func $nothing))  (export "add" (func ;; entered ? $add : $first, $add))
//! $first:  random states and cheap random state from random_get
//!          runtime.goenvs; os.Args, syscall.envs = runtime.argslice, runtime.envs
//!          strings that are os.Args[0] = runtime.argslice[0]
//!          syscall.copyenv; syscall.init.1             ;; the map of variables, the preopened directories
//! ```
//!
//! `_initialize` stays, because hosts that are written for a reactor of Go call it (`instance.exports._initialize()`), and
//! does nothing, so hosts that forget it are right as well, and an instance that is never called costs nothing. Exports that
//! the host calls while the module may not call it (`cabi_realloc`) leave it to the next one.

use super::find::{Kept, Slices, chacha8};
use super::go_call::{Calls, function};
use super::{fail, word};
use crate::edit::{Edit, Signature, forward};
use crate::error::Result;
use crate::go::abi::{INITIALIZE, START, is_canonical, wasi};
use crate::go::known::{READ_ENVIRONMENT, READ_PREOPENS};
use crate::go::{Program, Renewed};
use crate::index::FuncIndex;
use wasm_encoder::{BlockType, ConstExpr, Function, InstructionSink, ValType};
use wasmparser::ExternalKind;

/// The code that runs once.
#[derive(Debug, Clone, Copy)]
pub(super) struct First {
    /// Global that is not 0 once it has run.
    entered: u32,
    /// Runs it.
    code: FuncIndex,
}

impl First {
    fn unless_entered(self, code: &mut InstructionSink<'_>) {
        code.global_get(self.entered)
            .i32_eqz()
            .if_(BlockType::Empty)
            .call(self.code.0)
            .end();
    }
}

pub(super) fn run(
    edit: &mut Edit<'_>,
    program: &Program,
    calls: Calls,
    kept: &Kept,
    renewed: Renewed,
) -> Result<First> {
    let random_get = (edit
        .input()
        .imported_function(wasi::MODULE, wasi::RANDOM_GET))
    .ok_or_else(|| fail("the module does not import random_get"))?;
    let caller = calls.caller(edit);
    let entered = edit.add_global(ValType::I32, ConstExpr::i32_const(0));
    let mut body = Function::new([]);
    let mut code = body.instructions();
    for state in kept.chacha8 {
        random(&mut code, random_get, state, chacha8::RANDOM);
        for (offset, value) in [
            (chacha8::NEXT, 0),
            (chacha8::WORDS, chacha8::CHUNK),
            (chacha8::COUNTER, 0),
        ] {
            code.i32_const((state + offset).cast_signed())
                .i32_const(value.cast_signed())
                .i32_store(word(0));
        }
    }
    random(&mut code, random_get, kept.cheaprand, renewed.cheaprand_len);
    // Not before: an instance that has no random bytes traps at every call. Not later: what follows is Go's code.
    code.i32_const(1).global_set(entered);
    let environment = function(program, READ_ENVIRONMENT);
    let environment = environment.ok_or_else(|| fail(format!("there is no {READ_ENVIRONMENT}")))?;
    caller.call(&mut code, environment);
    copy(&mut code, &kept.arguments);
    copy(&mut code, &kept.environment);
    kept.name.renew(edit, &mut code, kept.arguments.own);
    if let Some(preopens) = function(program, READ_PREOPENS) {
        let name = renewed.copy_environment;
        let variables =
            function(program, name).ok_or_else(|| fail(format!("there is no {name}")))?;
        caller.call(&mut code, variables);
        caller.call(&mut code, preopens);
    }
    code.end();
    let code = edit.add_function((Vec::new(), Vec::new()), body);
    Ok(First { entered, code })
}

/// Lets each export run the first code if it has not run.
pub(super) fn guard_exports(edit: &mut Edit<'_>, calls: Calls, first: First) -> Result<()> {
    let exports = edit.input().exports.iter().enumerate();
    let functions: Vec<(usize, &str, FuncIndex)> = exports
        .filter(|(_, export)| export.kind == ExternalKind::Func)
        .map(|(position, export)| (position, export.name, FuncIndex(export.index)))
        .collect();
    for (position, name, function) in functions {
        if name == INITIALIZE {
            let mut nothing = Function::new([]);
            nothing.instructions().end();
            let nothing = edit.add_function((Vec::new(), Vec::new()), nothing);
            edit.redirect_export(position, nothing);
            continue;
        }
        if let (Calls::Command(command), START) = (calls, name) {
            let start = command.start(|code| first.unless_entered(code));
            let start = edit.add_function((Vec::new(), Vec::new()), start);
            edit.redirect_export(position, start);
            continue;
        }
        if leaves_it_to_the_next(name) {
            continue;
        }
        let signature = edit.signature(function)?;
        let guarded = guarded(&signature, function, first);
        let guarded = edit.add_function(signature, guarded);
        edit.redirect_export(position, guarded);
    }
    Ok(())
}

/// Whether the host may not be called while it calls this export; `cabi_realloc_adapter` is what `gowasp component --core`
/// adds.
fn leaves_it_to_the_next(name: &str) -> bool {
    is_canonical(name) || name.starts_with("cabi_realloc")
}

fn guarded((parameters, _): &Signature, function: FuncIndex, first: First) -> Function {
    let mut body = Function::new([]);
    let mut code = body.instructions();
    first.unless_entered(&mut code);
    forward(&mut code, parameters.len(), function);
    code.end();
    body
}

/// Fills bytes from the host; without them the instance must not go on.
fn random(code: &mut InstructionSink<'_>, random_get: FuncIndex, address: u32, len: u32) {
    code.i32_const(address.cast_signed())
        .i32_const(len.cast_signed())
        .call(random_get.0)
        .if_(BlockType::Empty)
        .unreachable()
        .end();
}

/// Copies a slice's three words.
fn copy(code: &mut InstructionSink<'_>, slices: &Slices) {
    for copy in &slices.copies {
        for offset in [0, 8, 16] {
            code.i32_const(copy.cast_signed())
                .i32_const(slices.own.cast_signed())
                .i64_load(word(offset))
                .i64_store(word(offset));
        }
    }
}
