//! Program counters in calls: which one a call pushes, and their width, 32 bits if all of a module fit, otherwise 64.

use super::op::{Load, Type};
use crate::go::Pc;

/// The return PC of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReturnPc {
    /// This PC_B in the function that the call stands in.
    Own(u32),
    /// In the function that the call was inlined from.
    Of(Pc),
}

impl ReturnPc {
    /// PC_B, in whichever function.
    pub(crate) fn b(self) -> u32 {
        match self {
            ReturnPc::Own(b) | ReturnPc::Of(Pc { b, .. }) => b,
        }
    }

    /// As [`ReturnPc::b`], to change it.
    pub(crate) fn b_mut(&mut self) -> &mut u32 {
        match self {
            ReturnPc::Own(b) | ReturnPc::Of(Pc { b, .. }) => b,
        }
    }

    /// The whole PC, of a call that stands in the function with this PC_F.
    pub(crate) fn within(self, pc_f: u32) -> Pc {
        match self {
            ReturnPc::Own(b) => Pc { f: pc_f, b },
            ReturnPc::Of(pc) => pc,
        }
    }
}

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
