//! The map of what was written, from the marks that stand in its bodies.

use super::{CodeMap, Origin, OriginId, Run};
use crate::code::{At, Facts, Inlined, Numbered, Place, Position, positions};
use crate::emit::MarkedBody;
use crate::error::{Error, Result, Stage};
use crate::go::{Pc, Program};
use crate::index::{Defined, FuncIndex};
use crate::input::Input;
use crate::parallel::prelude::*;
use foldhash::{HashMap, HashMapExt};

impl CodeMap {
    /// The map of a module that was made of this input. Without Go's tables, which are those of the input, no origin
    /// has a PC.
    ///
    /// # Errors
    /// A body of the input that cannot be decoded.
    pub(crate) fn of_output(
        input: &Input<'_>,
        program: Option<&Program>,
        bodies: &[MarkedBody],
    ) -> Result<CodeMap> {
        let originals = Originals::read(input, program)?;
        let mut builder = Builder {
            originals: &originals,
            map: CodeMap::default(),
            ids: HashMap::new(),
            last: 0,
        };
        bodies.iter().for_each(|body| builder.body(body));
        Ok(builder.map)
    }
}

/// The functions of the input, with the PCs of their instructions.
pub(super) struct Originals {
    functions: Vec<Original>,
}

struct Original {
    function: FuncIndex,
    /// Offset of the body in the code section.
    base: u32,
    pc_f: Option<u32>,
    positions: Vec<Position>,
}

impl Originals {
    pub(super) fn read(input: &Input<'_>, program: Option<&Program>) -> Result<Originals> {
        let named = |name: &str| program?.by_name(name).map(|f| f.wasm_index());
        let facts = Facts::with_names(input, named);
        let functions: Result<Vec<Original>> = (input.bodies.par_iter().enumerate())
            .map(|(place, range)| {
                let function = input.imported_functions.index(Defined::nth(place));
                let listed = program.and_then(|program| program.by_wasm_index(function));
                let numbered = listed.map(|function| Numbered {
                    pc_f: function.pc_f(),
                    pcs: function.pcs(),
                });
                Ok(Original {
                    function,
                    base: input.code_offset(range.start),
                    pc_f: numbered.map(|numbered| numbered.pc_f),
                    positions: positions(input.slice(range), numbered, &facts)
                        .map_err(|e| Error::from_parser(Stage::Read, &e))?,
                })
            })
            .collect();
        Ok(Originals {
            functions: functions?,
        })
    }

    /// Every instruction that the map of the input has, and whether each calls, can trap or begins a segment.
    pub(super) fn all(&self) -> impl Iterator<Item = (Origin, bool)> {
        self.functions.iter().flat_map(|original| {
            let at = |position: &Position| original.base.saturating_add(position.at);
            (original.positions.iter()).map(move |p| (original.origin(at(p), Some(p)), p.is_asked))
        })
    }

    /// The place in `functions` of the one that has this offset of the input's code section. `near` is looked at first.
    fn place(&self, offset: u32, near: usize) -> Option<usize> {
        let begins = |place: usize| self.functions.get(place).map(|f| f.base);
        let is_near = begins(near)? <= offset && begins(near + 1).is_none_or(|next| offset < next);
        if is_near {
            return Some(near);
        }
        (self.functions.partition_point(|f| f.base <= offset)).checked_sub(1)
    }

    /// The instruction at this offset of the input's code section, in the function at this place, and whether it calls, can
    /// trap or begins a segment.
    fn origin(&self, offset: u32, place: usize) -> Option<(Origin, bool)> {
        let original = self.functions.get(place)?;
        let at = offset - original.base;
        let behind = original.positions.partition_point(|p| p.at <= at);
        let position = behind
            .checked_sub(1)
            .and_then(|last| original.positions.get(last));
        let is_asked = position.is_some_and(|position| position.at == at && position.is_asked);
        Some((original.origin(offset, position), is_asked))
    }
}

impl Original {
    /// The instruction at this offset; the position is its own or the last in front of it.
    fn origin(&self, offset: u32, position: Option<&Position>) -> Origin {
        let pc_b = position.map_or(0, |position| position.pc_b);
        Origin {
            pc: self.pc_f.map(|f| Pc { f, b: pc_b }),
            pc_exact: self.pc_f.is_some()
                && position.is_some_and(|p| p.exact && self.base.saturating_add(p.at) == offset),
            offset,
            function: self.function,
            inlined_at: None,
        }
    }
}

struct Builder<'o> {
    originals: &'o Originals,
    map: CodeMap,
    /// Interned origins, by offset and caller.
    ids: HashMap<(u32, Option<OriginId>), (OriginId, bool)>,
    /// Place among the originals of the function that was looked up last: most that follow are of the same one.
    last: usize,
}

impl Builder<'_> {
    fn body(&mut self, body: &MarkedBody) {
        let mut last = None;
        for mark in &body.marks {
            let found = self.intern(mark.at, &body.inlined);
            let origin = found.map(|(id, _)| id);
            // Adapted functions have each instruction as it was, where a segment begins, too.
            let exact = mark.exact || found.is_some_and(|(_, is_asked)| is_asked && body.is_copy);
            if exact || !self.is_alike(last, origin) {
                self.run(body, mark.byte, exact, origin);
                last = origin;
            }
        }
        if body.marks.is_empty() {
            self.run(body, 0, false, None);
        }
    }

    fn run(&mut self, body: &MarkedBody, byte: u32, exact: bool, origin: Option<OriginId>) {
        let run = Run {
            new: body.offset.saturating_add(byte),
            function: body.function,
            exact,
            origin,
        };
        match self.map.runs.last_mut() {
            // The same instruction: what is marked last is its own, what came before that of the whole statement.
            Some(before) if before.new == run.new => *before = run,
            _ => self.map.runs.push(run),
        }
    }

    /// Whether there is nothing to say about the second that the first does not say, but the offset.
    fn is_alike(&self, first: Option<OriginId>, second: Option<OriginId>) -> bool {
        let said = |id: Option<OriginId>| {
            let origin = self.map.origin(id?)?;
            Some((origin.pc, origin.function, origin.inlined_at))
        };
        first.is_some() && said(first) == said(second)
    }

    fn intern(&mut self, at: At, inlined: &Inlined) -> Option<(OriginId, bool)> {
        let (offset, caller) = match at.place()? {
            Place::Offset(offset) => (offset, None),
            Place::Copied(row) => {
                let (offset, call) = inlined.row(row)?;
                (offset, Some(self.intern(call, inlined)?.0))
            }
        };
        if let Some(known) = self.ids.get(&(offset, caller)) {
            return Some(*known);
        }
        self.last = self.originals.place(offset, self.last)?;
        let (origin, is_asked) = self.originals.origin(offset, self.last)?;
        let id = OriginId(self.map.origins.len() as u32);
        self.map.origins.push(Origin {
            inlined_at: caller,
            ..origin
        });
        self.ids.insert((offset, caller), (id, is_asked));
        Some((id, is_asked))
    }
}
