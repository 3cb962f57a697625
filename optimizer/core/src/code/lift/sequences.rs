//! Go's fixed instruction sequences, which stand for one thing each.
//!
//! Sources: `preprocess` and `assemble` in `cmd/internal/obj/wasm/wasmobj.go`, go1.21 to go1.27.

use super::cursor::Cursor;
use crate::code::facts::Facts;
use crate::code::ir::Local;
use crate::index::FuncIndex;
use wasmparser::Operator as Wasm;

/// `SP -= 8; mem[SP] = pc`: the first half of a call. Gives the PC and moves the cursor behind it.
///
/// ```wat
/// local.get 1  i32.const 8  i32.sub  local.tee 1  global.set 0
/// local.get 1  i64.const pc  i64.store 0
/// ```
pub(super) fn pushed_return_pc(cursor: &mut Cursor<'_, '_>) -> Option<i64> {
    let matches = matches!(cursor.peek(0)?, Wasm::LocalGet { local_index: 1 })
        && matches!(cursor.peek(1)?, Wasm::I32Const { value: 8 })
        && matches!(cursor.peek(2)?, Wasm::I32Sub)
        && matches!(cursor.peek(3)?, Wasm::LocalTee { local_index: 1 })
        && matches!(cursor.peek(4)?, Wasm::GlobalSet { global_index: 0 })
        && matches!(cursor.peek(5)?, Wasm::LocalGet { local_index: 1 });
    let (Wasm::I64Const { value }, Wasm::I64Store { memarg }) = (cursor.peek(6)?, cursor.peek(7)?)
    else {
        return None;
    };
    if !matches || memarg.offset != 0 {
        return None;
    }
    cursor.advance(8);
    Some(*value)
}

/// `SP -= frame`, at the beginning of a function. Whether it stands at the cursor, which then moves behind it.
///
/// ```wat
/// local.get 1  i32.const frame  i32.sub  local.tee 1  global.set 0
/// ```
pub(super) fn skip_frame_made(cursor: &mut Cursor<'_, '_>) -> bool {
    let matches = matches!(cursor.peek(0), Some(Wasm::LocalGet { local_index: 1 }))
        && matches!(cursor.peek(1), Some(Wasm::I32Const { .. }))
        && matches!(cursor.peek(2), Some(Wasm::I32Sub))
        && matches!(cursor.peek(3), Some(Wasm::LocalTee { local_index: 1 }))
        && matches!(cursor.peek(4), Some(Wasm::GlobalSet { global_index: 0 }));
    if matches {
        cursor.advance(5);
    }
    matches
}

/// What the code at the cursor enters at PC_B 0.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    /// `i32.const 0; call f`.
    Direct(FuncIndex),
    /// The i64 PC on the operand stack, or kept in a local, shifted right by 16; see [`indirect`].
    Indirect(Option<Local>),
}

/// `i32.const 0; call f` or an indirect call by a PC on the operand stack; moves the cursor behind it.
pub(super) fn entered(cursor: &mut Cursor<'_, '_>, facts: &Facts) -> Option<Target> {
    if let (Some(Wasm::I32Const { value: 0 }), Some(Wasm::Call { function_index })) =
        (cursor.peek(0), cursor.peek(1))
    {
        cursor.advance(2);
        return Some(Target::Direct(FuncIndex(*function_index)));
    }
    if indirect(cursor, facts) {
        return Some(Target::Indirect(None));
    }
    // Binaryen has no operand stack, and keeps the PC in a local while the return PC is pushed.
    let Some(Wasm::LocalGet { local_index }) = cursor.peek(0) else {
        return None;
    };
    let mut ahead = *cursor;
    ahead.advance(1);
    indirect(&mut ahead, facts).then(|| {
        *cursor = ahead;
        Target::Indirect(Some(*local_index))
    })
}

/// The end of an indirect call: PC to PC_F, then `local.set 0; i32.const 0; local.get 0; call_indirect`.
///
/// Up to Go 1.24 the PC is truncated to 32 bits before the shift, from 1.25 on after it.
fn indirect(cursor: &mut Cursor<'_, '_>, facts: &Facts) -> bool {
    let shift = (cursor.peek(0), cursor.peek(1), cursor.peek(2));
    let known = matches!(
        shift,
        (
            Some(Wasm::I32WrapI64),
            Some(Wasm::I32Const { value: 16 }),
            Some(Wasm::I32ShrU)
        ) | (
            Some(Wasm::I64Const { value: 16 }),
            Some(Wasm::I64ShrU),
            Some(Wasm::I32WrapI64)
        )
    );
    let matches = known
        && matches!(cursor.peek(3), Some(Wasm::LocalSet { local_index: 0 }))
        && matches!(cursor.peek(4), Some(Wasm::I32Const { value: 0 }))
        && matches!(cursor.peek(5), Some(Wasm::LocalGet { local_index: 0 }))
        && matches!(
            cursor.peek(6),
            Some(Wasm::CallIndirect { table_index: 0, type_index }) if facts.is_go_type(*type_index)
        );
    if matches {
        cursor.advance(7);
    }
    matches
}

/// `i32.const pc; local.set 0; br depth`: a jump through the entry table. Returns PC_B and depth; the cursor stays.
pub(super) fn jump(cursor: &Cursor<'_, '_>) -> Option<(u32, u32)> {
    let (Wasm::I32Const { value }, Wasm::LocalSet { local_index: 0 }, Wasm::Br { relative_depth }) =
        (cursor.peek(0)?, cursor.peek(1)?, cursor.peek(2)?)
    else {
        return None;
    };
    Some((u32::try_from(*value).ok()?, *relative_depth))
}

/// Length of [`jump`] in operators.
pub(super) const JUMP_LENGTH: usize = 3;
