//! Funcdata, id by id.

use super::Reason;
use crate::go::{Bytes, Field, Memory, Program, funcdata};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Go has 8 ids (src/internal/abi/symtab.go); a mask has bits for as many as this.
const MAX_IDS: u8 = 32;

/// The funcdata of some ids.
#[derive(Debug)]
pub(in crate::passes) struct Group {
    pub(in crate::passes) ids: Vec<u8>,
    /// Offsets from `moduledata.gofunc`, in the order of their first use.
    pub(in crate::passes) offsets: Vec<u32>,
}

/// Moves the funcdata. Returns how many there are.
pub(super) fn sort(program: &Program, memory: &mut Memory) -> Result<usize, Reason> {
    const OUTSIDE: Reason = "funcdata lies outside the data";
    let layout = program.layout();
    let bytes = program.memory().bytes();
    let word = |field| program.module().word(bytes, field).ok_or(OUTSIDE);
    let uses = Uses::of(program).ok_or(OUTSIDE)?;
    let (Some(&first), Some(&last)) = (uses.offsets.keys().next(), uses.offsets.keys().last())
    else {
        return Ok(0);
    };
    let count = uses.offsets.len();
    if !layout.funcdata_in_pclntab {
        // The `·f` symbols, to which code and data point, lie in between (`symtab` in cmd/link/internal/ld/symtab.go,
        // go1.25).
        return Ok(count);
    }
    let gofunc = word(Field::GoFunc)?;
    let end = word(Field::FindFuncTab)?
        .checked_sub(gofunc)
        .ok_or(OUTSIDE)?;
    let end = u32::try_from(end).map_err(|_| OUTSIDE)?;
    if end <= last {
        return Err(OUTSIDE);
    }
    let old = bytes
        .slice(gofunc + u64::from(first), u64::from(end - first))
        .ok_or(OUTSIDE)?;
    let mut moving = Moving {
        old: old.as_slice(),
        first,
        ends: (uses.offsets.keys().copied())
            .zip(uses.offsets.keys().skip(1).copied().chain([end]))
            .collect(),
        new: Vec::with_capacity(old.as_slice().len()),
        offsets: HashMap::new(),
    };
    for group in uses.groups() {
        let trees = group.ids == [funcdata::INL_TREE as u8];
        let record = layout.inline.size as usize;
        moving.append(&group.offsets, trees.then_some(record));
    }
    let Moving { new, offsets, .. } = moving;
    for (cell, offset) in uses.cells {
        let to = offsets.get(&offset).copied().unwrap_or(offset);
        memory.write_u32(cell, to).ok_or(OUTSIDE)?;
    }
    let target = memory.slice_mut(gofunc + u64::from(first), u64::from(end - first));
    let (used, free) = target.ok_or(OUTSIDE)?.split_at_mut(new.len());
    used.copy_from_slice(&new);
    free.fill(0);
    Ok(count)
}

/// Funcdata on its way from the old order to the new.
struct Moving<'m> {
    /// From offset `first` on.
    old: &'m [u8],
    first: u32,
    /// Where each funcdata ends, by its offset: where the next begins.
    ends: HashMap<u32, u32>,
    new: Vec<u8>,
    /// New offset by old.
    offsets: HashMap<u32, u32>,
}

impl Moving<'_> {
    /// Appends the funcdata at these offsets. What follows the last whole record of one, which is padding, is dropped.
    fn append(&mut self, offsets: &[u32], record: Option<usize>) {
        for offset in offsets {
            let end = self.ends.get(offset).copied().unwrap_or(*offset);
            let mut content =
                &self.old[(*offset - self.first) as usize..(end - self.first) as usize];
            if let Some(record) = record {
                let (records, rest) = content.split_at(content.len() - content.len() % record);
                if rest.iter().all(|byte| *byte == 0) {
                    content = records;
                }
            }
            let to = self.first + self.new.len() as u32;
            self.new.extend_from_slice(content);
            self.offsets.insert(*offset, to);
        }
    }
}

/// Which funcdata the functions name, and where.
pub(in crate::passes) struct Uses {
    /// The ids under which each offset is named, as a bit mask.
    offsets: BTreeMap<u32, u32>,
    /// Address and value of each offset that is not "none".
    cells: Vec<(u64, u32)>,
    /// Offsets of each id, in the order of the functions.
    by_id: Vec<Vec<u32>>,
}

impl Uses {
    /// `None` if a record lies outside the data, or names more than Go has.
    pub(in crate::passes) fn of(program: &Program) -> Option<Uses> {
        Uses::in_memory(program, program.memory().bytes())
    }

    /// The same where a pass is about to change the memory to this.
    pub(in crate::passes) fn in_memory(program: &Program, bytes: Bytes<'_>) -> Option<Uses> {
        let mut uses = Uses {
            offsets: BTreeMap::new(),
            cells: Vec::new(),
            by_id: Vec::new(),
        };
        for function in program.functions().map(|function| function.record()) {
            if function.nfuncdata > MAX_IDS {
                return None;
            }
            for id in 0..function.nfuncdata {
                let cell = function.funcdata + 4 * u64::from(id);
                let offset = bytes.u32(cell)?;
                if uses.by_id.len() <= id.into() {
                    uses.by_id.push(Vec::new());
                }
                if offset != u32::MAX {
                    *uses.offsets.entry(offset).or_default() |= 1 << id;
                    uses.cells.push((cell, offset));
                    uses.by_id[usize::from(id)].push(offset);
                }
            }
        }
        Some(uses)
    }

    /// All offsets, ascending.
    pub(in crate::passes) fn all(&self) -> impl Iterator<Item = u32> {
        self.offsets.keys().copied()
    }

    /// Ids that share an offset form one group.
    pub(in crate::passes) fn groups(&self) -> Vec<Group> {
        let mut masks: Vec<u32> = (0..self.by_id.len()).map(|id| 1 << id).collect();
        for shared in self.offsets.values() {
            let (joined, apart): (Vec<u32>, Vec<u32>) =
                masks.iter().partition(|mask| **mask & shared != 0);
            masks = apart;
            masks.push(joined.into_iter().fold(0, |all, mask| all | mask));
        }
        masks.sort_by_key(|mask| mask.trailing_zeros());
        (masks.into_iter())
            .map(|mask| {
                let ids: Vec<u8> = (0..MAX_IDS).filter(|id| mask & (1 << id) != 0).collect();
                let mut known = HashSet::new();
                let all = ids.iter().flat_map(|id| &self.by_id[usize::from(*id)]);
                let offsets = all
                    .copied()
                    .filter(|offset| known.insert(*offset))
                    .collect();
                Group { ids, offsets }
            })
            .collect()
    }
}
