//! Addresses and offsets; stored values; slots of indirect calls.

use super::wrapped;
use crate::code::ir::{Access, Expr, SP};
use crate::code::op::{Load, Op, Store};
use crate::code::pc::PcWidth;
use crate::go::Pc;
use crate::go::abi::FIRST_ADDRESS;

/// Constants below this may move from an address into an offset.
const FOLDABLE: i64 = FIRST_ADDRESS as i64;
/// Offsets stay below this, far from where address plus offset could pass 4 GiB.
const LARGEST_OFFSET: i64 = 1 << 31;
/// Frames are smaller than this.
const LARGEST_FRAME: i64 = 1 << 30;

/// Moves constant parts of an address into the offset, and merges a constant address with its offset.
pub(super) fn fold_address(offset: &mut u32, address: &mut Expr) {
    loop {
        match address {
            Expr::Unary(Op::I32_WRAP_I64, inner, _) => {
                let Expr::Binary(Op::I64_ADD, operands, _) = &mut **inner else {
                    return;
                };
                let Expr::I64(constant) = operands[1] else {
                    return;
                };
                let of_sp = matches!(&operands[0], Expr::Unary(Op::I64_EXTEND_I32_U, base, _) if **base == Expr::Get(SP));
                let limit = if of_sp { LARGEST_FRAME } else { FOLDABLE };
                if !(0..limit).contains(&constant)
                    || i64::from(*offset) + constant >= LARGEST_OFFSET
                {
                    return;
                }
                *offset += constant as u32;
                *address = wrapped(operands[0].take());
            }
            Expr::Binary(Op::I32_ADD, operands, _) => {
                let [Expr::Get(SP), Expr::I32(constant)] = &**operands else {
                    return;
                };
                if *constant < 0 || i64::from(*offset) + i64::from(*constant) >= LARGEST_OFFSET {
                    return;
                }
                *offset += constant.cast_unsigned();
                *address = Expr::Get(SP);
            }
            Expr::I32(constant) => {
                let sum = i64::from(*constant) + i64::from(*offset);
                if *offset > 0 && i64::from(*constant) >= FOLDABLE && sum < LARGEST_OFFSET {
                    *constant = sum as i32;
                    *offset = 0;
                }
                return;
            }
            _ => return,
        }
    }
}

/// A truncating store takes its value without widening, and without a mask that it repeats.
pub(super) fn narrow_stored(store: &mut Store, value: &mut Expr) {
    loop {
        if let Some(narrow) = store.narrowed() {
            let narrowed = match value {
                Expr::Unary(Op::I64_EXTEND_I32_S | Op::I64_EXTEND_I32_U, inner, _) => inner.take(),
                Expr::I64(constant) => Expr::I32(sign_extended(*constant, store.width())),
                _ => {
                    if strip_mask(*store, value) {
                        continue;
                    }
                    return;
                }
            };
            *value = narrowed;
            *store = narrow;
        } else if !strip_mask(*store, value) {
            return;
        }
    }
}

/// The shortest constant with these low bytes.
fn sign_extended(constant: i64, width: u32) -> i32 {
    match width {
        1 => i32::from(constant as i8),
        2 => i32::from(constant as i16),
        _ => constant as i32,
    }
}

fn strip_mask(store: Store, value: &mut Expr) -> bool {
    if !store.takes_integer() || store.width() == 8 {
        return false;
    }
    let bits = (1u64 << (store.width() * 8)) - 1;
    let Expr::Binary(Op::I64_AND, operands, _) = value else {
        return false;
    };
    match operands[1] {
        Expr::I64(mask) if mask as u64 & bits == bits => {
            *value = operands[0].take();
            true
        }
        _ => false,
    }
}

/// The slot of an indirect call is PC_F. If the PC is in memory, PC_F is loaded from its part of it.
pub(super) fn load_slot(slot: &mut Expr, pcs: PcWidth) {
    let Expr::Unary(Op::I32_WRAP_I64, shifted, _) = slot else {
        return;
    };
    let Expr::Binary(Op::I64_SHR_U, operands, _) = &mut **shifted else {
        return;
    };
    if let [Expr::Load(Load::I64, access, address), Expr::I64(16)] = &mut **operands {
        let Some(offset) = access.offset.checked_add(Pc::F_OFFSET) else {
            return;
        };
        let access = Access {
            offset,
            at: access.at,
        };
        *slot = Expr::Load(pcs.pc_f_load(), access, Box::new(address.take()));
    }
}
