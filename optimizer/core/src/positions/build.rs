//! From PCs to positions.

use super::{FunctionPositions, InlinedAt, Positions, Row, Subprogram};
use crate::error::Result;
use crate::go::{Frame, FrameTables, Pc, Program, package_of};
use foldhash::{HashMap, HashMapExt};
use std::collections::hash_map::Entry;
use std::ops::Range;

/// A place in the code whose PC is known.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Offset in the code section.
    pub(super) offset: u32,
    /// See [`Row::is_exact`].
    pub(super) is_exact: bool,
    /// See [`Row::is_site`].
    pub(super) is_site: bool,
    /// The PC that stands there, and behind it those of the calls that gowasp inlined around it. A return PC is given
    /// as the PC of its call, one less.
    pub(super) pcs: Vec<Pc>,
}

/// Collects the positions of functions.
pub(super) struct Builder<'p> {
    program: &'p Program,
    /// Tables of functions, by PC_F.
    tables: HashMap<u32, FrameTables<'p>>,
    files: HashMap<&'p str, u32>,
    subprograms: HashMap<Subprogram, u32>,
    positions: Positions,
}

impl<'p> Builder<'p> {
    pub(super) fn new(program: &'p Program) -> Builder<'p> {
        Builder {
            program,
            tables: HashMap::new(),
            files: HashMap::new(),
            subprograms: HashMap::new(),
            positions: Positions::default(),
        }
    }

    /// Adds a function that Go's tables know by this PC_F; functions come in the order of their code, places by
    /// ascending offset.
    ///
    /// # Errors
    /// Malformed tables.
    pub(super) fn function(
        &mut self,
        index: u32,
        range: Range<u32>,
        pc_f: u32,
        places: &[Place],
    ) -> Result<()> {
        let Some(function) = self.program.by_pc_f(pc_f) else {
            return Ok(());
        };
        let file = function.file().map(|file| self.file(file));
        let subprogram = self.subprogram(Subprogram {
            name: function.name().to_owned(),
            package: function.package().map(Into::into),
            file,
            line: function.line(),
        });
        let mut inlined = Inlined::default();
        let mut rows: Vec<Row> = Vec::with_capacity(places.len());
        for place in places {
            let frames = self.frames(&place.pcs)?;
            let row = self.row(place, &frames, &mut inlined);
            let holds = |last: &&mut Row| {
                !last.is_site
                    && !row.is_site
                    && (last.file, last.line, last.call) == (row.file, row.line, row.call)
            };
            match rows.last_mut().filter(holds) {
                // As certain as the least certain of its instructions.
                Some(last) => last.is_exact &= row.is_exact,
                None => rows.push(row),
            }
        }
        self.positions.functions.push(FunctionPositions {
            index,
            range,
            subprogram,
            calls: inlined.calls,
            rows,
        });
        Ok(())
    }

    /// Adds a function of which only the name is known; the range of an imported one is empty.
    pub(super) fn named(&mut self, index: u32, range: Range<u32>, name: &str) {
        let subprogram = self.subprogram(Subprogram {
            name: name.to_owned(),
            package: None,
            file: None,
            line: None,
        });
        self.positions.functions.push(FunctionPositions {
            index,
            range,
            subprogram,
            calls: Vec::new(),
            rows: Vec::new(),
        });
    }

    pub(super) fn finish(self) -> Positions {
        self.positions
    }

    /// Innermost first.
    fn frames(&mut self, pcs: &[Pc]) -> Result<Vec<Frame<'p>>> {
        let mut frames: Vec<Frame<'p>> = Vec::new();
        for pc in pcs {
            let Some(function) = self.program.by_pc_f(pc.f) else {
                continue;
            };
            let tables = match self.tables.entry(pc.f) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(FrameTables::of(function)?),
            };
            frames.extend(tables.at(pc.b)?);
        }
        Ok(frames)
    }

    fn row(&mut self, place: &Place, frames: &[Frame<'p>], inlined: &mut Inlined) -> Row {
        let mut outer = None;
        // From the function itself inwards, each called where the one before stands.
        for (caller, callee) in frames.iter().rev().zip(frames.iter().rev().skip(1)) {
            let file = callee.file.map(|file| self.file(file));
            let subprogram = self.subprogram(Subprogram {
                name: callee.function.to_owned(),
                package: package_of(callee.function).map(Into::into),
                file,
                line: callee.start_line,
            });
            let call = InlinedAt {
                subprogram,
                outer,
                file: caller.file.map(|file| self.file(file)),
                line: caller.line,
            };
            outer = Some(inlined.position(call));
        }
        let innermost = frames.first();
        Row {
            offset: place.offset,
            is_exact: place.is_exact,
            is_site: place.is_site,
            file: innermost.and_then(|frame| frame.file.map(|file| self.file(file))),
            line: innermost.and_then(|frame| frame.line),
            call: outer,
        }
    }

    fn file(&mut self, path: &'p str) -> u32 {
        let files = &mut self.positions.files;
        *self.files.entry(path).or_insert_with(|| {
            files.push(path.to_owned());
            files.len() as u32 - 1
        })
    }

    fn subprogram(&mut self, subprogram: Subprogram) -> u32 {
        let all = &mut self.positions.subprograms;
        *self
            .subprograms
            .entry(subprogram)
            .or_insert_with_key(|new| {
                all.push(new.clone());
                all.len() as u32 - 1
            })
    }
}

/// The calls inlined into one function, each once.
#[derive(Default)]
struct Inlined {
    calls: Vec<InlinedAt>,
    positions: HashMap<InlinedAt, u32>,
}

impl Inlined {
    fn position(&mut self, call: InlinedAt) -> u32 {
        *self.positions.entry(call).or_insert_with(|| {
            self.calls.push(call);
            self.calls.len() as u32 - 1
        })
    }
}
