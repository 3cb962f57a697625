//! Where the code of a module comes from, in Go's terms: functions, files and lines by offset in the code section, and
//! the calls that were inlined there. Debug information and side-car are made from this.
//!
//! Offsets count from the beginning of the code section's content, as in DWARF for WebAssembly (tool-conventions,
//! Dwarf.md); source maps and engines count from the beginning of the file.

mod build;
mod by_pc;
mod coding;
mod columns;
mod of_map;
mod traces;

use build::{Builder, Place};
pub(crate) use by_pc::PrintedPcs;

use std::ops::Range;

/// The positions of a module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Positions {
    /// Paths of source files as Go's tables have them.
    pub files: Vec<String>,
    /// Go's functions that the code is made of, whether they have bodies or were only inlined.
    pub subprograms: Vec<Subprogram>,
    /// Functions of the module, in the order of its code.
    pub functions: Vec<FunctionPositions>,
}

/// A function of the Go program.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Subprogram {
    /// Its symbol name, such as `net/http.(*Client).Do`.
    pub name: String,
    /// Import path of its package; `None` for what the linker made.
    pub package: Option<String>,
    /// Where it is declared: position in [`Positions::files`].
    pub file: Option<u32>,
    /// Line of its `func` keyword.
    pub line: Option<u32>,
}

/// A function of the module.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FunctionPositions {
    /// Index in the module; imported functions count.
    pub index: u32,
    /// Offsets of its body, locals included.
    pub range: Range<u32>,
    /// Position in [`Positions::subprograms`].
    pub subprogram: u32,
    /// What was inlined into it, each behind what it was inlined into.
    pub calls: Vec<InlinedAt>,
    /// By ascending offset; each holds up to the next one.
    pub rows: Vec<Row>,
}

/// A call that was replaced by the body of its callee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct InlinedAt {
    /// The callee: position in [`Positions::subprograms`].
    pub subprogram: u32,
    /// What the call was inlined into itself: an earlier position in [`FunctionPositions::calls`].
    pub outer: Option<u32>,
    /// File of the call: position in [`Positions::files`].
    pub file: Option<u32>,
    /// Line of the call.
    pub line: Option<u32>,
}

/// The position of a run of instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// Where it begins.
    pub offset: u32,
    /// Whether this is certain of the instruction that begins there. Otherwise it is the nearest position known.
    pub is_exact: bool,
    /// Whether that instruction is one that traces name, and certain: it calls, or traps by itself. Loads and stores, which
    /// trap outside of memory only, are not meant.
    pub is_site: bool,
    /// Position in [`Positions::files`].
    pub file: Option<u32>,
    /// Line, from 1 on.
    pub line: Option<u32>,
    /// The innermost of the calls that were inlined here: position in [`FunctionPositions::calls`].
    pub call: Option<u32>,
}

/// A level of the call stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct StackLevel<'p> {
    /// Name of the function.
    pub function: &'p str,
    /// Path of the source file.
    pub file: Option<&'p str>,
    /// Line, from 1 on.
    pub line: Option<u32>,
    /// Whether it was inlined into the next level.
    pub is_inlined: bool,
}

impl Positions {
    /// What a traceback prints for a row: the innermost inlined call first, the function itself last. Positions that
    /// are out of range end it.
    pub fn levels(&self, function: &FunctionPositions, row: &Row) -> Vec<StackLevel<'_>> {
        let mut levels = Vec::new();
        let (mut file, mut line, mut call) = (row.file, row.line, row.call);
        while let Some((position, at)) =
            call.and_then(|call| Some((call, function.calls.get(call as usize)?)))
        {
            levels.extend(self.level(at.subprogram, (file, line), true));
            (file, line) = (at.file, at.line);
            // A call is inside of an earlier one: no circles.
            call = at.outer.filter(|outer| *outer < position);
        }
        levels.extend(self.level(function.subprogram, (file, line), false));
        levels
    }

    fn level(
        &self,
        subprogram: u32,
        (file, line): (Option<u32>, Option<u32>),
        is_inlined: bool,
    ) -> Option<StackLevel<'_>> {
        Some(StackLevel {
            function: &self.subprograms.get(subprogram as usize)?.name,
            file: self.file(file),
            line,
            is_inlined,
        })
    }

    /// The path of a file.
    pub fn file(&self, position: Option<u32>) -> Option<&str> {
        self.files.get(position? as usize).map(String::as_str)
    }

    /// The function whose body has this offset.
    pub fn function_at(&self, offset: u32) -> Option<&FunctionPositions> {
        let behind = (self.functions).partition_point(|function| function.range.start <= offset);
        let function = self.functions.get(behind.checked_sub(1)?)?;
        function.range.contains(&offset).then_some(function)
    }
}

impl FunctionPositions {
    /// The row that holds at an offset.
    pub fn row_at(&self, offset: u32) -> Option<&Row> {
        let behind = self.rows.partition_point(|row| row.offset <= offset);
        self.rows.get(behind.checked_sub(1)?)
    }

    /// Each row with the offsets that it holds for.
    pub fn spans(&self) -> impl Iterator<Item = (Range<u32>, &Row)> {
        let ends = self.rows.iter().skip(1).map(|row| row.offset);
        let ends = ends.chain([self.range.end]);
        (self.rows.iter().zip(ends)).map(|(row, end)| (row.offset..end, row))
    }
}
