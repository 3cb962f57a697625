//! Lets the monotonic clock of an instance go on from where it was when the snapshot was made.
//!
//! ```text
//! before   (func $runtime.nanotime … call $clock_time_get …)
//! after    (func $runtime.nanotime … call $rebased …)
//!          $rebased: call $clock_time_get; monotonic ? add (snapshot's time - the first that is told) : nothing
//! ```
//!
//! A host may begin its monotonic clock anew with each instance. Go keeps times of it: the runtime for timers and the
//! garbage collector, the program in `time.Time`. The time of day is the host's.

use super::{fail, word};
use crate::edit::Edit;
use crate::error::Result;
use crate::go::abi::wasi;
use crate::index::FuncIndex;
use wasm_encoder::{BlockType, ConstExpr, Function, ValType};

/// `clockid` of preview 1.
const MONOTONIC: i32 = 1;

pub(super) fn run(edit: &mut Edit<'_>, snapshot: u64) -> Result<()> {
    let Some(import) = edit
        .input()
        .imported_function(wasi::MODULE, wasi::CLOCK_TIME_GET)
    else {
        return Err(fail("the module does not import clock_time_get"));
    };
    let is_rebased = edit.add_global(ValType::I32, ConstExpr::i32_const(0));
    let offset = edit.add_global(ValType::I64, ConstExpr::i64_const(0));
    let signature = edit.signature(import)?;
    let body = rebased(import, is_rebased, offset, snapshot);
    let rebased = edit.add_function(signature, body);
    edit.redirect_calls(import, rebased);
    Ok(())
}

/// `clock_time_get(id, precision, address)`.
fn rebased(import: FuncIndex, is_rebased: u32, offset: u32, snapshot: u64) -> Function {
    let [id, precision, address, errno] = [0, 1, 2, 3];
    let mut function = Function::new([(1, ValType::I32)]);
    let mut code = function.instructions();
    code.local_get(id)
        .local_get(precision)
        .local_get(address)
        .call(import.0)
        .local_tee(errno);
    code.if_(BlockType::Empty).local_get(errno).return_().end();
    code.local_get(id)
        .i32_const(MONOTONIC)
        .i32_eq()
        .if_(BlockType::Empty);
    code.global_get(is_rebased).i32_eqz().if_(BlockType::Empty);
    code.i32_const(1).global_set(is_rebased);
    code.i64_const(snapshot.cast_signed())
        .local_get(address)
        .i64_load(word(0))
        .i64_sub()
        .global_set(offset)
        .end();
    code.local_get(address)
        .local_get(address)
        .i64_load(word(0))
        .global_get(offset)
        .i64_add()
        .i64_store(word(0))
        .end();
    code.i32_const(0).end();
    function
}
