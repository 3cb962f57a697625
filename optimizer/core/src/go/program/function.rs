//! One function of a program.

use super::{Program, Record};
use crate::error::{Error, Result, Stage};
use crate::go::func::Func;
use crate::go::inline::{Frame, InlineTree, InlinedCall};
use crate::go::layout::{OpenCodedDefers, funcdata, pcdata};
use crate::go::pc::Pc;
use crate::go::pcvalue::PcValues;
use crate::go::symbol::{is_generated, package_of};
use crate::index::FuncIndex;
use std::borrow::Cow;

mod frames;

pub use frames::FrameTables;

/// Open-coded defers of a function at most: one byte has a bit for each (`maxOpenDefers` in
/// cmd/compile/internal/ssagen/ssa.go).
const MOST_OPEN_CODED: u32 = 8;

/// A function of pclntab, with the wasm function that stands in its table slot.
#[derive(Debug, Clone, Copy)]
pub struct Function<'p> {
    program: &'p Program,
    record: &'p Record,
}

impl<'p> Function<'p> {
    pub(super) fn new(program: &'p Program, record: &'p Record) -> Self {
        Function { program, record }
    }

    /// Index of the wasm function; imported functions count.
    pub fn wasm_index(&self) -> FuncIndex {
        self.record.wasm_index
    }

    /// PC_F, the function's slot in table 0.
    pub fn pc_f(&self) -> u32 {
        self.record.pc_f
    }

    /// PC of the entry.
    pub fn entry_pc(&self) -> Pc {
        Pc::start(self.record.pc_f)
    }

    /// Symbol name, such as `net/http.(*Client).Do`.
    pub fn name(&self) -> &'p str {
        &self.record.name
    }

    /// Import path of the package; see [`package_of`] for what has none. A function without a package in its name, such
    /// as the assembly function `memeqbody` or the wrapper of a `go:wasmexport` function, belongs to the package of the
    /// other functions in its compilation unit.
    pub fn package(&self) -> Option<Cow<'p, str>> {
        let unit = || self.program.package_of_unit(self.record.func.cu_offset);
        package_of(self.name()).or_else(|| match is_generated(self.name()) {
            true => None,
            false => unit(),
        })
    }

    /// Path of the source file; `None` if the tables do not say.
    pub fn file(&self) -> Option<&'p str> {
        self.file_at(0).ok().flatten()
    }

    /// Line of the `func` keyword, or of the first statement where the release does not store that one.
    pub fn line(&self) -> Option<u32> {
        match self.record.func.start_line {
            Some(line) => u32::try_from(line).ok().filter(|line| *line > 0),
            None => self.line_at(0).ok().flatten(),
        }
    }

    /// The `_func` record.
    pub fn record(&self) -> &'p Func {
        &self.record.func
    }

    /// Name of the function's `FuncID`, `normal` for most.
    pub fn func_id(&self) -> Option<&'static str> {
        self.program.layout.func_id(self.record.func.func_id)
    }

    /// Stack pointer deltas by PC.
    pub fn pcsp(&self) -> Option<PcValues<'p>> {
        self.values(self.record.func.pcsp)
    }

    /// Bytes of the function's frame, without its return PC: the largest distance of SP from where it was at entry.
    /// `None` if the table is missing or broken.
    pub fn frame_size(&self) -> Option<u32> {
        let mut largest = 0;
        for range in self.pcsp()? {
            largest = largest.max(range.ok()?.value);
        }
        u32::try_from(largest).ok()
    }

    /// How many PCs the function has, by its table of lines. `None` if the table is missing or broken.
    pub fn pcs(&self) -> Option<u32> {
        let mut end = 0;
        for range in self.pcln()? {
            end = range.ok()?.end;
        }
        Some(end)
    }

    /// File numbers by PC, for the compilation unit's list.
    pub fn pcfile(&self) -> Option<PcValues<'p>> {
        self.values(self.record.func.pcfile)
    }

    /// Lines by PC.
    pub fn pcln(&self) -> Option<PcValues<'p>> {
        self.values(self.record.func.pcln)
    }

    /// Pcdata table `id`, one of [`pcdata`].
    pub fn pcdata(&self, id: u32) -> Option<PcValues<'p>> {
        let functab = self.program.table(self.program.tables.functab);
        self.values(self.record.func.pcdata_offset(functab, id)?)
    }

    /// Address of funcdata `id`, one of [`funcdata`].
    pub fn funcdata(&self, id: u32) -> Option<u64> {
        let functab = self.program.table(self.program.tables.functab);
        let offset = self.record.func.funcdata_offset(functab, id)?;
        self.program.tables.gofunc.checked_add(u64::from(offset))
    }

    /// The stack maps of funcdata `id`, one of [`funcdata`]: how many there are, how many words each has a bit for, and
    /// the bits of all (`stackmap` in src/runtime/symtab.go, go1.26). `None` without any, and where they are cut off.
    pub fn stack_maps(&self, id: u32) -> Option<(u32, u32, &'p [u8])> {
        let bytes = self.program.memory.bytes();
        let at = self.funcdata(id)?;
        let (maps, words) = (bytes.u32(at)?, bytes.u32(at.checked_add(4)?)?);
        let each = u64::from(words).div_ceil(8);
        let bits = bytes.slice(at.checked_add(8)?, u64::from(maps).checked_mul(each)?)?;
        Some((maps, words, bits.as_slice()))
    }

    /// How many bytes below its return PC a function keeps the address of the closure of its first open-coded defer;
    /// `None` if it has no such defer, or if the format is not known.
    ///
    /// [`OpenCodedDefers`] has the format.
    pub fn first_deferred(&self) -> Option<u32> {
        let bytes = self.program.memory.bytes();
        let mut at = self.funcdata(funcdata::OPEN_CODED_DEFER_INFO)?;
        let mut next = || {
            let (value, length) = bytes.uvarint(at)?;
            at = at.checked_add(length)?;
            u32::try_from(value).ok()
        };
        next()?;
        let mut closure = next()?;
        match self.program.layout.open_coded_defers {
            OpenCodedDefers::Other => None,
            OpenCodedDefers::Listed => {
                for _ in 0..closure.min(MOST_OPEN_CODED) {
                    closure = next()?;
                }
                Some(closure)
            }
            OpenCodedDefers::First => Some(closure),
        }
    }

    /// Path of the source file at a PC_B.
    ///
    /// # Errors
    /// Fails on a malformed table.
    pub fn file_at(&self, pc_b: u32) -> Result<Option<&'p str>> {
        let number = value_at(self.pcfile(), pc_b)?;
        Ok(number.and_then(|number| self.file_number(number)))
    }

    /// Line at a PC_B.
    ///
    /// # Errors
    /// Fails on a malformed table.
    pub fn line_at(&self, pc_b: u32) -> Result<Option<u32>> {
        let line = value_at(self.pcln(), pc_b)?;
        Ok(line.and_then(|line| u32::try_from(line).ok()))
    }

    /// The inline tree; `None` if nothing was inlined into the function.
    pub fn inline_tree(&self) -> Option<InlineTree<'p>> {
        let address = self.funcdata(funcdata::INL_TREE)?;
        let records = self.program.memory.bytes().from(address)?;
        Some(InlineTree::new(records, &self.program.layout.inline))
    }

    /// Every record of the inline tree, in order.
    ///
    /// # Errors
    /// Fails on a malformed table and on a record outside memory.
    pub fn inlined_calls(&self) -> Result<Vec<InlinedCall>> {
        let mut count = 0;
        for range in self.pcdata(pcdata::INL_TREE_INDEX).into_iter().flatten() {
            let index = u32::try_from(range?.value).ok();
            count = count.max(index.map_or(0, |index| index.saturating_add(1)));
        }
        let Some(tree) = self.inline_tree() else {
            return Ok(Vec::new());
        };
        (0..count)
            .map(|index| tree.call(index).ok_or_else(|| self.broken_tree(index)))
            .collect()
    }

    /// What a traceback prints for a PC_B: the innermost inlined call first, the function itself last. Decodes the
    /// function's tables each time; [`FrameTables`] does it once.
    ///
    /// # Errors
    /// Fails on a malformed table, and on an inline tree whose records do not lead to the function.
    pub fn frames_at(&self, pc_b: u32) -> Result<Vec<Frame<'p>>> {
        FrameTables::of(*self)?.at(pc_b)
    }

    /// Path of a file by its number in the function's compilation unit.
    pub(super) fn file_number(&self, number: i32) -> Option<&'p str> {
        self.program.file(self.record.func.cu_offset, number)
    }

    /// Name of what was inlined.
    pub(crate) fn name_of(&self, call: &InlinedCall) -> Option<&'p str> {
        self.program.name_at(call.name)
    }

    fn values(&self, offset: u32) -> Option<PcValues<'p>> {
        PcValues::new(self.program.table(self.program.tables.pctab), offset)
    }

    pub(super) fn broken_tree(&self, index: u32) -> Error {
        Error::new(
            Stage::GoModel,
            format!(
                "record {index} of the inline tree of {} is malformed",
                self.name()
            ),
        )
    }
}

fn value_at(values: Option<PcValues<'_>>, pc_b: u32) -> Result<Option<i32>> {
    values.map_or(Ok(None), |values| values.value_at(pc_b))
}
