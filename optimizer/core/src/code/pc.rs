//! How program counters are passed: in 32 bits where all of a module's fit, else in 64.

use super::op::{Load, Type};
use crate::go::Pc;

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
        match u32::try_from(Pc::start(largest_pc_f).bits()) {
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
