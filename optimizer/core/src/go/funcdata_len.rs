//! How long funcdata are: nothing in the file says so, but their formats.

use super::layout::{Layout, funcdata};
use crate::bytes::Bytes;

/// Bytes of a stack object's record (`stackObjectRecord` in src/runtime/stack.go): offset, size, pointers, bitmap.
const STACK_OBJECT: u64 = 16;
/// Ends the description of arguments (`abi.TraceArgsEndSeq`).
const END_OF_ARGUMENTS: u8 = 0xff;
/// Longest description of arguments: `abi.TraceArgsMaxLen` is below this.
const MOST_ARGUMENTS: u64 = 256;

/// Bytes of funcdata `id`, one of [`funcdata`], at `address`; `None` if its format does not tell. `inlined` is the number of
/// records of an inline tree.
pub(crate) fn len(
    memory: Bytes<'_>,
    layout: &Layout,
    id: u32,
    address: u64,
    inlined: u64,
) -> Option<u64> {
    let at = |offset: u64| address.checked_add(offset);
    match id {
        // `stackmap` in src/runtime/symtab.go: how many bit vectors of how many bits, then these.
        funcdata::ARGS_POINTER_MAPS | funcdata::LOCALS_POINTER_MAPS => {
            let (count, bits) = (memory.u32(address)?, memory.u32(at(4)?)?);
            let vectors = u64::from(count).checked_mul(u64::from(bits.div_ceil(8)))?;
            vectors.checked_add(8)
        }
        funcdata::STACK_OBJECTS => {
            let records = memory.u64(address)?.checked_mul(STACK_OBJECT)?;
            records.checked_add(8)
        }
        funcdata::INL_TREE => inlined.checked_mul(layout.inline.size),
        funcdata::ARG_INFO => {
            let bytes = memory.from(address)?.as_slice().iter();
            let end = (1..=MOST_ARGUMENTS).zip(bytes);
            let mut end = end.filter(|(_, byte)| **byte == END_OF_ARGUMENTS);
            end.next().map(|(len, _)| len)
        }
        funcdata::WRAP_INFO => Some(4),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_tell_how_long_funcdata_are() {
        let layout = Layout::of_minor(21).expect("has a row");
        let bytes = [3, 0, 0, 0, 9, 0, 0, 0, 1, 2, 0xff, 0];
        let memory = Bytes::new(0x100, &bytes);
        let len = |id, at| len(memory, layout, id, at, 5);
        assert_eq!(len(funcdata::LOCALS_POINTER_MAPS, 0x100), Some(8 + 3 * 2));
        assert_eq!(len(funcdata::INL_TREE, 0x100), Some(5 * 16));
        assert_eq!(len(funcdata::ARG_INFO, 0x108), Some(3));
        assert_eq!(len(funcdata::ARG_INFO, 0x10b), None);
        assert_eq!(len(funcdata::OPEN_CODED_DEFER_INFO, 0x100), None);
        assert_eq!(len(funcdata::STACK_OBJECTS, 0x10a), None);
    }
}
