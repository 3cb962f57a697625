//! Answers the runtime's own host calls in the module while the host may not be called.
//!
//! ```text
//! before   (export "cabi_realloc" (func $go))     (func $runtime.nanotime … call $clock_time_get …)
//! after    (export "cabi_realloc" (func $wrap))   (func $runtime.nanotime … call $guarded …)
//!          $wrap:     inside = 1; call $go; inside = 0
//!          $guarded:  inside ? the time that was told last : call $clock_time_get
//! ```
//!
//! While a component allocates for its caller (`cabi_realloc`) or frees what it returned (`cabi_post_…`), it may not
//! call imports (`may_leave` in the canonical ABI): hosts trap. A `cabi_realloc` written in Go allocates on Go's heap,
//! where the garbage collector may ask for the time or let another goroutine wait. So these calls are answered here:
//! time stands still, waits end at once, 1 ms later each time. Times that are told never go back because of it.
//!
//! Left alone: other calls of goroutines that happen to run meanwhile; they trap as before. Modules that export neither.

use crate::edit::{Edit, Signature, forward};
use crate::error::Result;
use crate::go::abi::{is_canonical, wasi};
use crate::index::FuncIndex;
use wasm_encoder::{BlockType, ConstExpr, Function, MemArg, ValType};
use wasmparser::ExternalKind;

/// Nanoseconds by which the clocks go on when a wait ends at once.
const PAUSE: i64 = 1_000_000;

pub(super) fn run(edit: &mut Edit<'_>) -> Result<()> {
    let exports = edit.input().exports.iter().enumerate();
    let canonical: Vec<(usize, FuncIndex)> = exports
        .filter(|(_, export)| export.kind == ExternalKind::Func && is_canonical(export.name))
        .map(|(position, export)| (position, FuncIndex(export.index)))
        .collect();
    if canonical.is_empty() {
        return Ok(());
    }
    let inside = edit.add_global(ValType::I32, ConstExpr::i32_const(0));
    for (position, function) in canonical {
        let signature = edit.signature(function)?;
        let wrapper = wrapper(&signature, function, inside);
        let wrapper = edit.add_function(signature, wrapper);
        edit.redirect_export(position, wrapper);
    }
    let clocks = Clocks {
        realtime: edit.add_global(ValType::I64, ConstExpr::i64_const(0)),
        monotonic: edit.add_global(ValType::I64, ConstExpr::i64_const(0)),
    };
    /// Makes the guard of an import: by its index, that of the flag, and the clocks.
    type Guard = fn(FuncIndex, u32, Clocks) -> Function;
    let guards: [(&str, Guard); 3] = [
        (wasi::CLOCK_TIME_GET, clock_time_get),
        (wasi::POLL_ONEOFF, poll_oneoff),
        (wasi::SCHED_YIELD, sched_yield),
    ];
    for (name, guard) in guards {
        if let Some(import) = edit.input().imported_function(wasi::MODULE, name) {
            let signature = edit.signature(import)?;
            let guard = edit.add_function(signature, guard(import, inside, clocks));
            edit.redirect_calls(import, guard);
        }
    }
    Ok(())
}

/// Globals with the time that was told last, in nanoseconds.
#[derive(Clone, Copy)]
struct Clocks {
    realtime: u32,
    monotonic: u32,
}

fn wrapper((parameters, results): &Signature, function: FuncIndex, inside: u32) -> Function {
    let mut wrapper = Function::new([]);
    let mut code = wrapper.instructions();
    code.i32_const(1).global_set(inside);
    forward(&mut code, parameters.len(), function);
    // Results stay on the stack.
    debug_assert!(results.len() <= 1, "as the canonical ABI has it");
    code.i32_const(0).global_set(inside).end();
    wrapper
}

/// `clock_time_get(id, precision, address)`.
fn clock_time_get(import: FuncIndex, inside: u32, clocks: Clocks) -> Function {
    let [id, precision, address, errno] = [0, 1, 2, 3];
    let word = MemArg {
        offset: 0,
        align: 3,
        memory_index: 0,
    };
    let mut function = Function::new([(1, ValType::I32)]);
    let mut code = function.instructions();
    code.global_get(inside).if_(BlockType::Empty);
    code.local_get(address);
    code.local_get(id).if_(BlockType::Result(ValType::I64));
    code.global_get(clocks.monotonic)
        .else_()
        .global_get(clocks.realtime)
        .end();
    code.i64_store(word).i32_const(0).return_().end();
    code.local_get(id)
        .local_get(precision)
        .local_get(address)
        .call(import.0)
        .local_tee(errno);
    code.if_(BlockType::Empty).local_get(errno).return_().end();
    code.local_get(id).if_(BlockType::Empty);
    // Never before what was told inside.
    code.local_get(address)
        .i64_load(word)
        .global_get(clocks.monotonic)
        .i64_lt_u();
    code.if_(BlockType::Empty);
    code.local_get(address)
        .global_get(clocks.monotonic)
        .i64_store(word);
    code.else_()
        .local_get(address)
        .i64_load(word)
        .global_set(clocks.monotonic)
        .end();
    code.else_()
        .local_get(address)
        .i64_load(word)
        .global_set(clocks.realtime)
        .end();
    code.i32_const(0).end();
    function
}

/// `poll_oneoff(subscriptions, events, count, address of the number of events)`.
fn poll_oneoff(import: FuncIndex, inside: u32, clocks: Clocks) -> Function {
    let count = 3;
    let half_word = MemArg {
        offset: 0,
        align: 2,
        memory_index: 0,
    };
    let mut function = Function::new([]);
    let mut code = function.instructions();
    code.global_get(inside).if_(BlockType::Empty);
    code.local_get(count).i32_const(0).i32_store(half_word);
    for clock in [clocks.realtime, clocks.monotonic] {
        code.global_get(clock)
            .i64_const(PAUSE)
            .i64_add()
            .global_set(clock);
    }
    code.i32_const(0).return_().end();
    (0..=count).for_each(|parameter| {
        code.local_get(parameter);
    });
    code.call(import.0).end();
    function
}

/// `sched_yield()`.
fn sched_yield(import: FuncIndex, inside: u32, _: Clocks) -> Function {
    let mut function = Function::new([]);
    let mut code = function.instructions();
    code.global_get(inside)
        .if_(BlockType::Empty)
        .i32_const(0)
        .return_()
        .end();
    code.call(import.0).end();
    function
}
