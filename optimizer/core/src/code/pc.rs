//! The width of program counters in calls: 32 bits if all of a module fit, otherwise 64.

use super::op::{Load, Type};
use crate::go::Pc;

/// The width of the PCs that calls of a module pass: the smaller one if all fit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum PcWidth {
    #[default]
    Bits32,
    Bits64,
}

impl PcWidth {
    /// The width for PCs of functions up to this PC_F.
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
