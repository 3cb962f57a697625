//! The `_func` record of a function.

use super::layout::FuncLayout;
use super::pc::Pc;
use crate::bytes::Bytes;

/// A `_func` record, as src/runtime/runtime2.go defines it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Func {
    /// Address of the record.
    pub address: u64,
    /// Entry as stored, see [`Entry`](super::Entry).
    pub entry: u32,
    /// Offset of the name in funcnametab.
    pub name: u32,
    /// Bytes of arguments and results; `i32::MIN` if not known.
    pub args: i32,
    /// PC_B of the call to `runtime.deferreturn`, if there is one.
    pub deferreturn: Option<u32>,
    /// Offset in pctab of the stack pointer deltas; 0 is none, as in the next two.
    pub pcsp: u32,
    /// Offset in pctab of the file numbers.
    pub pcfile: u32,
    /// Offset in pctab of the line numbers.
    pub pcln: u32,
    /// How many pcdata tables the record names.
    pub npcdata: u32,
    /// Index in cutab of file 0; `u32::MAX` without a compilation unit.
    pub cu_offset: u32,
    /// Line of the `func` keyword; `None` where the release does not store it.
    pub start_line: Option<i32>,
    /// `FuncID`; [`Layout::func_id`](super::Layout::func_id) names it.
    pub func_id: u8,
    /// `FuncFlag`: 1 top frame, 2 writes SP, 4 assembly ([`Func::is_assembly`]).
    pub flag: u8,
    /// How many funcdata the record names.
    pub nfuncdata: u8,
    /// Address of the pcdata offsets, u32 each.
    pub pcdata: u64,
    /// Address of the funcdata offsets, u32 each.
    pub funcdata: u64,
    /// Address behind them.
    pub end: u64,
}

impl Func {
    /// The record at `address`; `None` if it or its arrays end outside `table`.
    pub fn read(table: Bytes<'_>, address: u64, layout: &FuncLayout) -> Option<Self> {
        let at = |offset: u64| address.checked_add(offset);
        let u32_at = |offset| table.u32(at(offset)?);
        let npcdata = u32_at(layout.npcdata)?;
        let nfuncdata = table.u8(at(layout.nfuncdata)?)?;
        let pcdata = at(layout.size)?;
        let funcdata = pcdata.checked_add(u64::from(npcdata).checked_mul(4)?)?;
        let end = funcdata.checked_add(u64::from(nfuncdata).checked_mul(4)?)?;
        table.slice(address, end.checked_sub(address)?)?;
        Some(Func {
            address,
            entry: u32_at(layout.entry)?,
            name: u32_at(layout.name)?,
            args: table.i32(at(layout.args)?)?,
            deferreturn: Some(Pc::b_of(u32_at(layout.deferreturn)?)).filter(|pc_b| *pc_b != 0),
            pcsp: u32_at(layout.pcsp)?,
            pcfile: u32_at(layout.pcfile)?,
            pcln: u32_at(layout.pcln)?,
            npcdata,
            cu_offset: u32_at(layout.cu_offset)?,
            start_line: match layout.start_line {
                Some(offset) => Some(table.i32(at(offset)?)?),
                None => None,
            },
            func_id: table.u8(at(layout.func_id)?)?,
            flag: table.u8(at(layout.flag)?)?,
            nfuncdata,
            pcdata,
            funcdata,
            end,
        })
    }

    /// Whether the function is written in assembly: `FuncFlagAsm` (internal/abi/symtab.go, Go 1.18 to 1.27).
    pub fn is_assembly(&self) -> bool {
        const FUNC_FLAG_ASM: u8 = 4;
        self.flag & FUNC_FLAG_ASM != 0
    }

    /// Offset in pctab of pcdata table `id`; 0 if there is none.
    pub fn pcdata_offset(&self, table: Bytes<'_>, id: u32) -> Option<u32> {
        if id >= self.npcdata {
            return Some(0);
        }
        table.u32(self.pcdata.checked_add(u64::from(id).checked_mul(4)?)?)
    }

    /// Offset from `moduledata.gofunc` of funcdata `id`; `None` if there is none.
    pub fn funcdata_offset(&self, table: Bytes<'_>, id: u32) -> Option<u32> {
        if id >= u32::from(self.nfuncdata) {
            return None;
        }
        let offset = table.u32(self.funcdata.checked_add(u64::from(id).checked_mul(4)?)?)?;
        (offset != u32::MAX).then_some(offset)
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::Layout;
    use super::*;

    fn record() -> Vec<u8> {
        let words = [
            0x1001u32,
            11,
            24,
            7,
            1,
            6,
            9,
            2,
            3,
            126,
            0x0500_1600,
            40,
            41,
            50,
            u32::MAX,
            52,
            53,
            54,
        ];
        words.iter().flat_map(|w| w.to_le_bytes()).collect()
    }

    #[test]
    fn reads_a_record_and_its_arrays() {
        let layout = &Layout::of_minor(26).expect("has a row").func;
        let bytes = record();
        let table = Bytes::new(0x800, &bytes);
        let func = Func::read(table, 0x800, layout).expect("whole");
        assert_eq!((func.entry, func.name, func.args), (0x1001, 11, 24));
        assert_eq!(
            (func.deferreturn, func.pcsp, func.pcfile, func.pcln),
            (Some(7), 1, 6, 9)
        );
        assert_eq!((func.cu_offset, func.start_line), (3, Some(126)));
        assert_eq!((func.func_id, func.flag, func.nfuncdata), (0, 0x16, 5));
        assert!(func.is_assembly());
        assert_eq!(
            [0, 1, 2].map(|id| func.pcdata_offset(table, id)),
            [Some(40), Some(41), Some(0)]
        );
        assert_eq!(
            [0, 1, 5].map(|id| func.funcdata_offset(table, id)),
            [Some(50), None, None]
        );
        assert_eq!(func.end, 0x800 + 72);
    }

    #[test]
    fn a_record_that_is_cut_off_is_none() {
        let layout = &Layout::of_minor(26).expect("has a row").func;
        let bytes = record();
        for len in 0..bytes.len() {
            assert!(
                Func::read(Bytes::new(0, &bytes[..len]), 0, layout).is_none(),
                "{len}"
            );
        }
    }
}
