//! The header of pclntab.

use crate::bytes::Bytes;

/// pclntab's header, with addresses in place of distances.
#[derive(Debug, Clone, Copy)]
pub struct PcHeader {
    /// Address of the header, that is, of pclntab.
    pub address: u64,
    /// Number of functions.
    pub nfunc: u64,
    /// Number of paths in filetab.
    pub nfiles: u64,
    /// Address of the names.
    pub funcnametab: u64,
    /// Address of the compilation units' file lists.
    pub cutab: u64,
    /// Address of the paths.
    pub filetab: u64,
    /// Address of the pc-value tables.
    pub pctab: u64,
    /// Address of ftab and of the `_func` records.
    pub functab: u64,
}

impl PcHeader {
    /// The header at `address`, if its magic is `magic` and its distances ascend and stay in memory.
    pub fn read(memory: Bytes<'_>, address: u64, magic: u32) -> Option<Self> {
        let word = |index: u64| memory.u64(address.checked_add(index.checked_mul(8)?)?);
        if word(0)? != first_word(magic) {
            return None;
        }
        let at = |index: u64| address.checked_add(word(index)?);
        let header = PcHeader {
            address,
            nfunc: word(1)?,
            nfiles: word(2)?,
            funcnametab: at(4)?,
            cutab: at(5)?,
            filetab: at(6)?,
            pctab: at(7)?,
            functab: at(8)?,
        };
        let ascending = [
            address.checked_add(72)?,
            header.funcnametab,
            header.cutab,
            header.filetab,
            header.pctab,
            header.functab,
            memory.range().end,
        ];
        let possible = ascending.is_sorted() && (1..=u64::from(u32::MAX)).contains(&header.nfunc);
        possible.then_some(header)
    }
}

/// Magic, two zero bytes, PC quantum 1, word size 8.
pub(super) fn first_word(magic: u32) -> u64 {
    u64::from(magic) | 0x0801_0000_0000_0000
}
