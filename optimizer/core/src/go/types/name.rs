//! Names of types, fields and methods (`abi.Name` in src/internal/abi/type.go).

use crate::bytes::Bytes;

/// A name where it lies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name<'a> {
    pub(super) text: &'a str,
    /// Address and length of all of it: flags, name, tag and the offset of its package.
    pub(super) range: (u64, u64),
}

/// Longest name that is read: those of types without a name of their own may be long.
const LONGEST: u64 = 64 << 10;
/// A tag follows the name.
const HAS_TAG: u8 = 2;
/// The offset of an import path follows.
const HAS_PATH: u8 = 4;
/// All flags there are: exported, tag, path, embedded.
const FLAGS: u8 = 15;

impl<'a> Name<'a> {
    /// `None` if there is no name at `address`.
    pub(super) fn read(memory: Bytes<'a>, address: u64) -> Option<Name<'a>> {
        let flags = memory.u8(address)?;
        if flags & !FLAGS != 0 {
            return None;
        }
        let (len, digits) = memory.uvarint(address.checked_add(1)?)?;
        if len > LONGEST {
            return None;
        }
        let start = address.checked_add(1)?.checked_add(digits)?;
        let text = memory.slice(start, len)?;
        let mut end = start.checked_add(len)?;
        if flags & HAS_TAG != 0 {
            let (len, digits) = memory.uvarint(end)?;
            end = end.checked_add(digits)?.checked_add(len)?;
        }
        if flags & HAS_PATH != 0 {
            end = end.checked_add(4)?;
        }
        let len = end.checked_sub(address)?;
        memory.slice(address, len)?;
        Some(Name {
            text: std::str::from_utf8(text.as_slice()).ok()?,
            range: (address, len),
        })
    }
}
