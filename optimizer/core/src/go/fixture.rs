//! Small programs made by hand, with the tables of any release.

use super::layout::{Entry, Field, Layout, funcdata, pcdata};
use super::pc::Pc;
use wasm_encoder as enc;

/// Address of the first byte.
pub(crate) const BASE: u64 = 0x1000;
/// PC_F of the first function.
pub(crate) const FIRST_SLOT: u32 = 0x1000;

/// A function: PC 0 to 9 is line `line + 1`; with `inlined`, PC 2 and 3 are the next line, where it is called, and
/// PC 4 to 6 line 70 of it.
pub(crate) struct Func {
    pub(crate) name: &'static str,
    pub(crate) line: i32,
    pub(crate) inlined: Option<&'static str>,
}

/// A program of three functions; two share a name's package, one has another inlined.
pub(crate) const FUNCTIONS: [Func; 3] = [
    Func {
        name: "go:buildid",
        line: 0,
        inlined: None,
    },
    Func {
        name: "main.main",
        line: 9,
        inlined: Some("example.com/lib.Helper"),
    },
    Func {
        name: "main.(*T).run",
        line: 30,
        inlined: None,
    },
];

/// A program's memory, with the addresses of what tests change.
pub(crate) struct Memory {
    pub(crate) layout: &'static Layout,
    pub(crate) bytes: Vec<u8>,
    pub(crate) pclntab: u64,
    pub(crate) functab: u64,
    pub(crate) moduledata: u64,
    pub(crate) inline_tree: u64,
}

impl Memory {
    /// The tables of `FUNCTIONS` as Go 1.`minor` lays them out.
    pub(crate) fn new(minor: u16) -> Self {
        Memory::at(minor, 0)
    }

    /// The same, behind `gap` zero bytes.
    pub(crate) fn at(minor: u16, gap: u64) -> Self {
        let layout = Layout::of_minor(minor).expect("has a row");
        let mut memory = Memory {
            layout,
            bytes: vec![0; 64 + gap as usize],
            pclntab: 0,
            functab: 0,
            moduledata: 0,
            inline_tree: 0,
        };
        let inline_tree = memory.write_inline_tree();
        memory.pclntab = memory.append(&[0; 72]);
        let names = memory.write_names();
        let cutab = memory.append(&0u32.to_le_bytes());
        let filetab = memory.append(b"/src/main.go\0");
        // From 1 on: file 0 for 10 PCs; then lines and inline indices, see `write_functab`.
        let pctab = memory.append(&[0, 2, 10, 0]);
        memory.functab = memory.write_functab(inline_tree);
        let gofunc = match layout.funcdata_in_pclntab {
            true => memory.functab,
            false => BASE,
        };
        memory.inline_tree = inline_tree;
        let tables = [names, cutab, filetab, pctab, memory.functab];
        memory.write_header(&tables);
        memory.write_moduledata(&tables, gofunc);
        memory
    }

    fn end(&self) -> u64 {
        BASE + self.bytes.len() as u64
    }

    /// Appends at the next multiple of 8; the address.
    fn append(&mut self, bytes: &[u8]) -> u64 {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        let at = self.end();
        self.bytes.extend_from_slice(bytes);
        at
    }

    pub(crate) fn put(&mut self, address: u64, bytes: &[u8]) {
        let at = (address - BASE) as usize;
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    pub(crate) fn put_u32(&mut self, address: u64, value: u32) {
        self.put(address, &value.to_le_bytes());
    }

    pub(crate) fn put_word(&mut self, address: u64, value: u64) {
        self.put(address, &value.to_le_bytes());
    }

    /// Address of a field of moduledata.
    pub(crate) fn field(&self, field: Field) -> u64 {
        self.moduledata + self.layout.offset_of(field).expect("the row has it")
    }

    /// Address of the `_func` record of function `index`.
    pub(crate) fn record(&self, index: usize) -> u64 {
        let offsets = self.functab + 8 * index as u64 + 4;
        let at = (offsets - BASE) as usize;
        let offset = u32::from_le_bytes(self.bytes[at..at + 4].try_into().expect("four bytes"));
        self.functab + u64::from(offset)
    }
}

mod tables;
pub(crate) use tables::module;
