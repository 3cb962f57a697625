//! Program counters: where a call returns to, `PC_F << 16 | PC_B`.
//!
//! Go keeps each in eight bytes of memory. Up to Go 1.24 none has more than 32 bits (golang/go#64856). From 1.25 on PC_F
//! may have more than 16, in a program of more than 61,440 functions.

use super::op::{Load, Type};

/// Bits of a PC below PC_F, so many that a function has fewer PCs (`preprocess` in cmd/internal/obj/wasm/wasmobj.go).
pub(crate) const PC_B_BITS: u32 = 16;
/// Where PC_F begins in a PC in memory.
pub(crate) const PC_F_OFFSET: u32 = 2;

/// The PC of a function's PC_B.
pub(crate) fn pc(pc_f: u32, pc_b: u32) -> i64 {
    i64::from(pc_f) << PC_B_BITS | i64::from(pc_b)
}

/// PC_B of a PC. What Go's tables hold of one, without the upper half, has it as well.
pub(crate) fn pc_b(pc: i64) -> u32 {
    let mask = (1 << PC_B_BITS) - 1;
    (pc & mask) as u32
}

/// How PCs are passed in a module: all as the same type, which is the smaller one if it can.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum PcWidth {
    #[default]
    Bits32,
    Bits64,
}

impl PcWidth {
    /// The width that holds PCs of functions up to this one.
    pub(crate) fn of(largest_pc_f: u32) -> PcWidth {
        match u16::try_from(largest_pc_f) {
            Ok(_) => PcWidth::Bits32,
            Err(_) => PcWidth::Bits64,
        }
    }

    pub(crate) fn ty(self) -> Type {
        match self {
            PcWidth::Bits32 => Type::I32,
            PcWidth::Bits64 => Type::I64,
        }
    }

    /// How PC_F is loaded from a PC in memory.
    pub(crate) fn pc_f_load(self) -> Load {
        match self {
            PcWidth::Bits32 => Load::I32_16_U,
            PcWidth::Bits64 => Load::I32,
        }
    }
}
