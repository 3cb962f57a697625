//! pctab, kind by kind.

use super::Reason;
use crate::go::{Field, Func, Memory, PcValues, Program};
use std::collections::HashMap;

/// Addresses of the offsets into pctab of a function, by kind.
pub(in crate::passes) fn cells(
    program: &Program,
    function: &Func,
) -> impl Iterator<Item = u64> + use<> {
    let layout = &program.layout().func;
    let record = function.address;
    let pcdata = function.pcdata;
    [layout.pcsp, layout.pcfile, layout.pcln]
        .map(|field| record + field)
        .into_iter()
        .chain((0..u64::from(function.npcdata)).map(move |id| pcdata + 4 * id))
}

/// Positions of pcfile and pcln among the kinds.
pub(in crate::passes) const PCFILE: usize = 1;
pub(in crate::passes) const PCLN: usize = 2;

/// Why nothing is moved.
const OUTSIDE: Reason = "pctab lies outside the data";

/// A table that a function names.
pub(in crate::passes) struct Use<'p> {
    /// Address of the offset.
    cell: u64,
    pub(in crate::passes) offset: u32,
    pub(in crate::passes) content: &'p [u8],
}

/// Where a table goes: which kind's it is, and which of those.
type Place = (usize, usize);

/// The tables as they will lie.
#[derive(Default)]
struct Sorted<'p> {
    /// Each kind's own, each once, in the order in which functions name them.
    own: Vec<Vec<&'p [u8]>>,
    /// Where each use finds its table.
    uses: Vec<(u64, Place)>,
    /// Bytes of all.
    size: u64,
}

/// Moves the tables. Returns how many there are.
pub(super) fn sort(program: &Program, memory: &mut Memory) -> Result<usize, Reason> {
    let bytes = program.memory().bytes();
    let pctab = program.module().table(bytes, Field::PcTab).ok_or(OUTSIDE)?;
    let room = pctab.as_slice().len() as u64;
    let kinds = uses(program)?;
    let all: Vec<usize> = (0..kinds.len()).collect();
    let fitting = [&all[..], &[PCFILE, PCLN], &[PCLN]]
        .into_iter()
        .map(|whole| Sorted::of(&kinds, whole))
        .find(|sorted| sorted.size <= room);
    let Some(Sorted { own, uses, .. }) = fitting else {
        return Err("pctab has no room for its tables kind by kind");
    };
    let mut sorted = vec![0];
    let mut offsets: Vec<Vec<u32>> = Vec::new();
    for tables in &own {
        let mut of_kind = Vec::new();
        for table in tables {
            of_kind.push(sorted.len() as u32);
            sorted.extend_from_slice(table);
        }
        offsets.push(of_kind);
    }
    for (cell, (kind, position)) in uses {
        memory
            .write_u32(cell, offsets[kind][position])
            .ok_or(OUTSIDE)?;
    }
    let target = memory.slice_mut(pctab.range().start, room).ok_or(OUTSIDE)?;
    let (used, free) = target.split_at_mut(sorted.len());
    used.copy_from_slice(&sorted);
    free.fill(0);
    Ok(own.iter().map(Vec::len).sum())
}

/// What functions name, by kind.
pub(in crate::passes) fn uses(program: &Program) -> Result<Vec<Vec<Use<'_>>>, Reason> {
    let bytes = program.memory().bytes();
    let pctab = program.module().table(bytes, Field::PcTab).ok_or(OUTSIDE)?;
    let mut kinds: Vec<Vec<Use<'_>>> = Vec::new();
    let mut contents: HashMap<u32, &[u8]> = HashMap::new();
    let mut free = pctab.as_slice().len();
    for function in program.functions() {
        for (kind, cell) in cells(program, function.record()).enumerate() {
            if kind == kinds.len() {
                kinds.push(Vec::new());
            }
            let offset = bytes.u32(cell).ok_or(OUTSIDE)?;
            let Some(table) = PcValues::new(pctab, offset) else {
                continue;
            };
            let content = match contents.get(&offset) {
                Some(content) => content,
                None => {
                    let content = table.content().ok_or("a pc-value table is malformed")?;
                    free = (free.checked_sub(content.len())).ok_or("pc-value tables overlap")?;
                    contents.insert(offset, content);
                    content
                }
            };
            kinds[kind].push(Use {
                cell,
                offset,
                content,
            });
        }
    }
    Ok(kinds)
}

impl<'p> Sorted<'p> {
    /// Kinds that are not `whole` name tables that others have.
    fn of(kinds: &[Vec<Use<'p>>], whole: &[usize]) -> Sorted<'p> {
        let mut sorted = Sorted::new(kinds.len());
        let mut known = HashMap::new();
        for kind in whole {
            known.extend(sorted.place(kinds, *kind, &HashMap::new()));
        }
        for kind in (0..kinds.len()).filter(|kind| !whole.contains(kind)) {
            let own = sorted.place(kinds, kind, &known);
            known.extend(own);
        }
        sorted
    }

    fn new(kinds: usize) -> Sorted<'p> {
        Sorted {
            own: vec![Vec::new(); kinds],
            // Offset 0 is "no table".
            size: 1,
            ..Sorted::default()
        }
    }

    /// Places the tables of a kind that are not `known`. Returns where those are.
    fn place(
        &mut self,
        kinds: &[Vec<Use<'p>>],
        kind: usize,
        known: &HashMap<&'p [u8], Place>,
    ) -> HashMap<&'p [u8], Place> {
        let mut places = HashMap::new();
        // Content is looked up once for each offset.
        let mut by_offset: HashMap<u32, Place> = HashMap::new();
        for used in &kinds[kind] {
            let content = used.content;
            let place = *by_offset.entry(used.offset).or_insert_with(|| {
                known.get(content).copied().unwrap_or_else(|| {
                    *places.entry(content).or_insert_with(|| {
                        self.size += content.len() as u64;
                        self.own[kind].push(content);
                        (kind, self.own[kind].len() - 1)
                    })
                })
            });
            self.uses.push((used.cell, place));
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::{PCFILE, PCLN, Place, Sorted, Use};

    /// Kinds whose functions name these tables, with cells that are counted.
    fn sorted(
        kinds: &[&[&'static [u8]]],
        whole: &[usize],
    ) -> (Vec<Vec<&'static [u8]>>, Vec<Place>, u64) {
        let mut cells = 0..;
        let all: Vec<&[u8]> = kinds.concat();
        let offset = |content: &[u8]| all.iter().position(|known| *known == content);
        let kinds: Vec<Vec<Use<'_>>> = (kinds.iter())
            .map(|tables| {
                (tables.iter().zip(&mut cells))
                    .map(|(content, cell)| Use {
                        cell,
                        offset: offset(content).map_or(0, |at| at as u32),
                        content,
                    })
                    .collect()
            })
            .collect();
        let mut sorted = Sorted::of(&kinds, whole);
        sorted.uses.sort_unstable();
        let places = sorted.uses.iter().map(|(_, place)| *place).collect();
        (sorted.own, places, sorted.size)
    }

    const KINDS: [&[&[u8]]; 4] = [
        &[b"sp", b"x"],
        &[b"file", b"x", b"file"],
        &[b"line", b"x"],
        &[b"sp", b"map"],
    ];

    #[test]
    fn whole_kinds_have_all_their_tables() {
        let (own, places, size) = sorted(&KINDS, &[0, 1, 2, 3]);
        assert_eq!(
            own,
            [
                vec![&b"sp"[..], b"x"],
                vec![b"file", b"x"],
                vec![b"line", b"x"],
                vec![b"sp", b"map"]
            ]
        );
        assert_eq!(
            places,
            [
                (0, 0),
                (0, 1),
                (1, 0),
                (1, 1),
                (1, 0),
                (2, 0),
                (2, 1),
                (3, 0),
                (3, 1)
            ]
        );
        assert_eq!(size, 1 + 3 + 5 + 5 + 5);
    }

    #[test]
    fn others_name_what_is_there() {
        let (own, places, size) = sorted(&KINDS, &[PCFILE, PCLN]);
        assert_eq!(
            own,
            [
                vec![&b"sp"[..]],
                vec![b"file", b"x"],
                vec![b"line", b"x"],
                vec![b"map"]
            ]
        );
        // The last kind that has it; all have the same bytes.
        assert_eq!(places[1], (PCLN, 1));
        assert_eq!(places[7], (0, 0));
        assert_eq!(size, 1 + 2 + 5 + 5 + 3);
        let (own, _, size) = sorted(&KINDS, &[PCLN]);
        assert_eq!(own[PCFILE], [b"file"]);
        assert_eq!(size, 1 + 2 + 4 + 5 + 3);
    }
}
