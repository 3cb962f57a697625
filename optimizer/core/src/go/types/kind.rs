//! Kinds of types, as far as their descriptors differ.

use crate::go::layout::Layout;

/// What follows the header of a descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing: numbers, strings, `unsafe.Pointer`.
    Basic,
    /// Element, slice, length.
    Array,
    /// Element, direction.
    Chan,
    /// Numbers of parameters and results.
    Func,
    /// Package, methods.
    Interface,
    /// Key, element, group, hash function and sizes.
    Map,
    /// Element.
    Pointer,
    /// Element.
    Slice,
    /// Package, fields.
    Struct,
}

/// `abi.KindMask`.
const MASK: u8 = 31;

impl Kind {
    /// The kind of a descriptor's byte; `None` for a number that is none.
    pub(super) fn of(byte: u8) -> Option<Kind> {
        Some(match byte & MASK {
            1..=16 | 24 | 26 => Kind::Basic,
            17 => Kind::Array,
            18 => Kind::Chan,
            19 => Kind::Func,
            20 => Kind::Interface,
            21 => Kind::Map,
            22 => Kind::Pointer,
            23 => Kind::Slice,
            25 => Kind::Struct,
            _ => return None,
        })
    }

    /// Bytes of what follows the header.
    pub(super) fn extra(self, layout: &Layout) -> u64 {
        match self {
            Kind::Basic => 0,
            Kind::Array => 24,
            Kind::Chan => 16,
            Kind::Func | Kind::Pointer | Kind::Slice => 8,
            Kind::Interface | Kind::Struct => 32,
            Kind::Map => layout.map_type,
        }
    }
}
