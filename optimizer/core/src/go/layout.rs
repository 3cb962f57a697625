//! The one table of what differs between Go releases.
//!
//! Sources: `src/runtime/symtab.go` (moduledata, pcHeader, inlinedCall), `src/runtime/runtime2.go` (_func),
//! `src/internal/abi/symtab.go` (ids, up to 1.20 in `runtime/symtab.go`) and
//! `src/cmd/link/internal/ld/{pcln,symtab}.go` (what is written), read in go1.18.10, 1.19.13, 1.20.14, 1.21.13,
//! 1.22.12, 1.23.12, 1.24.13, 1.25.14, 1.26.8 and 1.27.4.
//!
//! # The tables, for whoever re-encodes them
//!
//! All addresses are linear-memory addresses, all numbers little-endian, a word has 8 bytes.
//!
//! `pcHeader` (64 + 8 bytes, the same in every row): u32 magic, two zero bytes, u8 1 (PC quantum), u8 8 (word size),
//! then words: nfunc, nfiles, textStart (0 on wasm in all releases, unused from 1.26), and the distances from the
//! header to funcnametab, cutab, filetab, pctab and functab. The runtime itself never uses these distances: it reads
//! the slices of moduledata, so whoever moves a table must change both.
//!
//! The sub-tables follow the header in that order in every row. Up to 1.25 each one starts at a multiple of 32 and
//! the inline trees lie elsewhere in rodata (`go:func.*`). From 1.26 on each starts where the one before ends
//! (sizes are rounded up to 8), and two more follow inside the same section: the funcdata (`go:func.*`, to which
//! `moduledata.gofunc` points) directly behind functab, then findfunctab; `moduledata.epclntab` is the end of all.
//! 1.27 writes pclntab byte for byte like 1.26 (`pcln.go` did not change); what changed is moduledata: two words
//! came before `rodata` and one inside `types`, so `gofunc` is at byte 344 instead of 320. Reading byte 320 of a 1.27
//! moduledata gives `itaboffset`, an offset from `types` that happens to look like an address inside filetab.
//!
//! * `funcnametab`: zero-terminated names; `_func.nameOff` and `inlinedCall.nameOff` are offsets into it.
//! * `cutab`: u32 each, offset into filetab or `u32::MAX`; file k of a function is entry `_func.cuOffset + k`. The
//!   slice's length in moduledata counts bytes up to 1.25 and entries from 1.26 on.
//! * `filetab`: zero-terminated paths.
//! * `pctab`: pc-value tables (see [`PcValues`](super::PcValues)) back to back, deduplicated by content, offset 0 is a
//!   byte that no table uses: an offset of 0 means "no table". Functions share tables.
//! * `functab` = `ftab` = `pclntable`: per function u32 entry and u32 offset of its `_func` from the start of
//!   functab, then one u32 end entry; then the `_func` records at multiples of 8. [`Entry`] says what an entry is.
//! * `_func`: [`FuncLayout`], then `npcdata` u32 offsets into pctab, then `nfuncdata` u32 offsets from `gofunc`
//!   (`u32::MAX`: none). `deferreturn` is a PC_B, 0 if the function has no such call.
//! * Inline tree (funcdata 3): [`InlineLayout`] records; its length is stored nowhere, it is one more than the
//!   largest value in the function's pcdata 2 table. `parentPc` is a PC_B.
//! * `findfunctab`: per 4096 PCs a u32 index into ftab and 16 bytes, each for 256 PCs, to add to it. A wasm function
//!   spans 65,536 PCs, so 16 buckets, 320 bytes, per function: `(maxpc - minpc) / 4096` buckets in all, of which the
//!   last may be short. It is the largest table of a program (1.7 MB of the 5 MB that esbuild 0.28.2 initializes) and
//!   says little: all 16 buckets of a function hold its index in ftab, which is PC_F less that of the first function.

mod fields;
mod ids;
mod records;

pub use fields::Field;
pub use ids::{funcdata, pcdata};
pub use records::{FuncLayout, InlineLayout};

use super::known::{KNOWN_1_18, KNOWN_1_21};
use super::pc::Pc;
use ids::{FUNC_IDS_1_18, FUNC_IDS_1_22, FUNC_IDS_1_25};
use records::{FUNC_1_18, FUNC_1_20, INLINE_1_18, INLINE_1_20};

/// What `ftab` entries and `_func.entryOff` hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// A PC, `PC_F << 16`, less `moduledata.text` (up to 1.24).
    Pc,
    /// PC_F alone, less `moduledata.text` (from 1.25, `textOff` in cmd/link/internal/ld/pcln.go).
    PcF,
}

impl Entry {
    /// PC_F, the table slot, of an entry; `text` is `moduledata.text`, which Go's linker writes as 0 on wasm.
    pub fn pc_f(self, text: u64, entry: u32) -> Option<u32> {
        let sum = text.checked_add(u64::from(entry))?;
        match self {
            Entry::Pc => Some(Pc::of_bits(sum)?.f),
            Entry::PcF => u32::try_from(sum).ok(),
        }
    }
}

/// Numbers of bytes below the return PC (`varp` in runtime/panic.go) in the funcdata of open-coded defers
/// (`emitOpenDeferInfo` in cmd/compile/internal/ssagen/ssa.go).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenCodedDefers {
    /// Up to Go 1.20; not read.
    Other,
    /// Go 1.21: that of the defer bits, how many closures there are, and one for each, the first closure last.
    Listed,
    /// Since Go 1.22: those of the defer bits and of the first closure.
    First,
}

/// The memory that the runtime takes before `main` begins, behind the variables, in pages of 64 KiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstHeap {
    /// It begins at a multiple of this.
    pub alignment: u64,
    /// It has so many.
    pub pages: u64,
}

/// What a snapshot makes anew in an instance, and where it is (`snapshot.rs`): runtime/runtime2.go, runtime/rand.go,
/// internal/chacha8rand/chacha8.go, syscall/env_unix.go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renewed {
    /// Offset of the thread (`m`) in `g`.
    pub m_in_g: u32,
    /// Offset of the random state (`chacha8rand.State`) in `m`.
    pub chacha8_in_m: u32,
    /// Bytes of the cheap random state, which follows.
    pub cheaprand_len: u32,
    /// The function that fills the map of environment variables.
    pub copy_environment: &'static str,
}

/// A row: how one minor release lays its tables out.
#[derive(Debug)]
#[non_exhaustive]
pub struct Layout {
    /// The `26` of Go 1.26.
    pub minor: u16,
    /// First four bytes of pclntab.
    pub magic: u32,
    /// What function entries are.
    pub entry: Entry,
    /// Bytes per unit of the length of moduledata's `cutab` slice.
    pub cutab_unit: u64,
    /// Whether funcdata and findfunctab lie inside the pclntab section.
    pub funcdata_in_pclntab: bool,
    /// Whether a program may get by with the memory that it declares, without growing it (`go/declared.rs`).
    pub fits_declared_memory: bool,
    /// How much memory the runtime takes before `main` begins, where it takes it of what is declared.
    pub first_heap: Option<FirstHeap>,
    /// Bytes of what a map's type descriptor has behind the header that all have (`MapType` in src/internal/abi/map.go).
    pub map_type: u64,
    /// What the funcdata of open-coded defers holds.
    pub open_coded_defers: OpenCodedDefers,
    /// The `_func` record.
    pub func: FuncLayout,
    /// A record of an inline tree.
    pub inline: InlineLayout,
    /// Names of the `FuncID` values, in order, as internal/abi/symtab.go has them.
    pub func_ids: &'static [&'static str],
    /// Functions that passes know by name and every program has.
    pub known_functions: &'static [&'static str],
    /// What a snapshot makes anew; `None` where that was not read.
    pub renewed: Option<Renewed>,
}

/// findfunctab, the same in all releases.
pub(crate) mod findfunctab {
    use crate::go::pc::Pc;

    /// Bytes of a bucket: a u32 and 16 bytes (`findfuncbucket` in src/runtime/symtab.go).
    pub(crate) const BUCKET: u32 = 20;
    /// PCs of a bucket (`pcbucketsize` in src/internal/abi/symtab.go).
    pub(crate) const BUCKET_PCS: u32 = 4096;
    /// Buckets of a wasm function.
    pub(crate) const BUCKETS: u32 = Pc::start(1).bits() as u32 / BUCKET_PCS;
}

/// pclntab magic of Go 1.18 and 1.19.
const MAGIC_1_18: u32 = 0xffff_fff0;
/// pclntab magic since Go 1.20; 1.27 still writes it.
const MAGIC_1_20: u32 = 0xffff_fff1;

const ROW_1_18: Layout = Layout {
    minor: 18,
    magic: MAGIC_1_18,
    entry: Entry::Pc,
    cutab_unit: 1,
    funcdata_in_pclntab: false,
    fits_declared_memory: true,
    first_heap: None,
    map_type: 40,
    open_coded_defers: OpenCodedDefers::Other,
    func: FUNC_1_18,
    inline: INLINE_1_18,
    func_ids: FUNC_IDS_1_18,
    known_functions: KNOWN_1_18,
    renewed: None,
};

const ROW_1_20: Layout = Layout {
    minor: 20,
    magic: MAGIC_1_20,
    func: FUNC_1_20,
    inline: INLINE_1_20,
    ..ROW_1_18
};

const ROW_1_21: Layout = Layout {
    minor: 21,
    fits_declared_memory: false,
    open_coded_defers: OpenCodedDefers::Listed,
    known_functions: KNOWN_1_21,
    ..ROW_1_20
};

const ROW_1_22: Layout = Layout {
    minor: 22,
    open_coded_defers: OpenCodedDefers::First,
    func_ids: FUNC_IDS_1_22,
    ..ROW_1_21
};

/// Measured on reactors, as for 1.26: 128 pages once it is initialized. Arenas of 4 MB (`heapArenaBytes`).
const ROW_1_24: Layout = Layout {
    minor: 24,
    first_heap: Some(FirstHeap {
        alignment: 64,
        pages: 64,
    }),
    map_type: 64,
    renewed: Some(RENEWED_1_24),
    ..ROW_1_22
};

const ROW_1_25: Layout = Layout {
    minor: 25,
    entry: Entry::PcF,
    func_ids: FUNC_IDS_1_25,
    renewed: Some(RENEWED_1_25),
    ..ROW_1_24
};

const ROW_1_26: Layout = Layout {
    minor: 26,
    cutab_unit: 4,
    funcdata_in_pclntab: true,
    // Arenas of 512 KiB. Without packages 20 pages, with `fmt` and `time` 24.
    first_heap: Some(FirstHeap {
        alignment: 1,
        pages: 24,
    }),
    ..ROW_1_25
};

const RENEWED_1_24: Renewed = Renewed {
    m_in_g: 48,
    chacha8_in_m: 1264,
    cheaprand_len: 8,
    copy_environment: "syscall.copyenv",
};

/// The function became the argument of `sync.OnceFunc`, and `m` lost two words before the random state.
const RENEWED_1_25: Renewed = Renewed {
    chacha8_in_m: 1248,
    copy_environment: "syscall.init.func1",
    ..RENEWED_1_24
};

/// Every release whose tables are known, oldest first.
static LAYOUTS: [Layout; 10] = [
    ROW_1_18,
    Layout {
        minor: 19,
        ..ROW_1_18
    },
    ROW_1_20,
    ROW_1_21,
    ROW_1_22,
    Layout {
        minor: 23,
        ..ROW_1_22
    },
    ROW_1_24,
    ROW_1_25,
    ROW_1_26,
    Layout {
        minor: 27,
        map_type: 88,
        // Two numbers, of 32 and of 64 bits, in place of one.
        renewed: Some(Renewed {
            cheaprand_len: 16,
            ..RENEWED_1_25
        }),
        ..ROW_1_26
    },
];

impl Layout {
    /// Every row, oldest release first.
    pub fn all() -> &'static [Layout] {
        &LAYOUTS
    }

    /// The row of a minor release.
    pub fn of_minor(minor: u16) -> Option<&'static Layout> {
        LAYOUTS.iter().find(|row| row.minor == minor)
    }

    /// Whether no row is of this minor release or an older one.
    pub(super) fn is_before_all(minor: u16) -> bool {
        LAYOUTS.iter().all(|row| row.minor > minor)
    }

    /// Whether no row is of this minor release or a newer one.
    pub(super) fn is_behind_all(minor: u16) -> bool {
        LAYOUTS.iter().all(|row| row.minor < minor)
    }

    /// Name of a `FuncID`.
    pub fn func_id(&self, id: u8) -> Option<&'static str> {
        self.func_ids.get(usize::from(id)).copied()
    }
}
