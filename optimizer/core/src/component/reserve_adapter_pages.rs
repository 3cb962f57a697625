//! Reserves two pages of memory for the adapter, which Go's heap would overwrite elsewhere.
//!
//! ```text
//! before   variables … | end | heap, from the page behind `end` on
//! after    variables … |     | 2 pages: adapter | end | heap        ;; export cabi_realloc_adapter hands them out
//! ```
//!
//! Without that export, the adapter takes pages by `memory.grow`, and Go 1.24 and later never looks where pages that it
//! did not ask for are (`go/declared.rs`): the heap grows over them. Go reads `moduledata.end` once, to know where its
//! heap begins, so raising it in the initial memory is all there is to change. Where the module declares less memory
//! than that, it declares more.
//!
//! The adapter asks for two things in its life, both of one page: its state and its stack. A call for anything else traps.

use super::fail;
use super::refuse::REALLOC;
use crate::edit::Edit;
use crate::error::Result;
use crate::go::{Field, Program};
use crate::input::PAGE;
use wasm_encoder::{BlockType, ConstExpr, Function, ValType};

/// Pages that wasmtime's adapters ask for (`State::new` and `allocate_stack` in crates/wasi-preview1-component-adapter).
const PAGES: u64 = 2;

pub(super) fn run(edit: &mut Edit<'_>, program: &Program) -> Result<()> {
    let end = program
        .declared_bytes()
        .map_err(|reason| fail(reason).with_hint(SNAPSHOT))?;
    let address = program.module().address_of(Field::End);
    let address = address.ok_or_else(|| fail("moduledata has no end"))?;
    let start = end.next_multiple_of(PAGE);
    let end = start + PAGES * PAGE;
    let (Ok(first), Ok(behind)) = (u32::try_from(start), u32::try_from(end)) else {
        return Err(fail(
            "the variables end at 4 GiB: there is no room for the adapter",
        ));
    };
    edit.set_word(address, end);
    edit.need_pages(end.div_ceil(PAGE));
    let next = edit.add_global(ValType::I32, ConstExpr::i32_const(first.cast_signed()));
    let i32s = |count| vec![ValType::I32; count];
    let function = edit.add_function((i32s(4), i32s(1)), allocate(next, behind));
    edit.export(REALLOC, function);
    Ok(())
}

const SNAPSHOT: &str =
    "give the module as `go build` or `gowasp optimize` wrote it: this one has run already";

/// `cabi_realloc(old, old_len, align, new_len)`: the next bytes of what lies before `end`.
fn allocate(next: u32, end: u32) -> Function {
    let [old, align, len, place] = [0, 2, 3, 4];
    let mut function = Function::new([(1, ValType::I32)]);
    let mut code = function.instructions();
    // Nothing is ever made larger.
    code.local_get(old)
        .if_(BlockType::Empty)
        .unreachable()
        .end();
    code.global_get(next)
        .local_get(align)
        .i32_add()
        .i32_const(1)
        .i32_sub();
    code.i32_const(0)
        .local_get(align)
        .i32_sub()
        .i32_and()
        .local_tee(place);
    code.local_get(len).i32_add().global_set(next);
    code.global_get(next)
        .i32_const(end.cast_signed())
        .i32_gt_u();
    code.if_(BlockType::Empty).unreachable().end();
    code.local_get(place).end();
    function
}
