//! Reads tables that lie kind by kind, as group-tables puts them. Where it had no room, some kinds name tables of others.

use crate::go::{Field, Program, funcdata};
use crate::passes::group_tables::funcdata::{Group, Uses};
use crate::passes::group_tables::pc_values::{self, Use};
use std::collections::HashSet;

/// Where the tables are.
#[derive(Debug)]
pub(super) struct Grouped<'p> {
    /// pcsp, pcfile, pcln, then pcdata by id.
    pub(super) pc_values: Vec<PcTables<'p>>,
    /// Funcdata that share nothing with those of other groups.
    pub(super) groups: Vec<Group>,
    /// Address of the records of all inline trees, and how many there are.
    pub(super) inline: Option<(u32, u32)>,
}

/// The pc-value tables of one kind.
#[derive(Debug)]
pub(super) struct PcTables<'p> {
    /// Address of the first.
    pub(super) address: u32,
    pub(super) tables: Vec<&'p [u8]>,
    /// Offsets of other kinds' tables that functions name as this kind's, in the order in which they do.
    pub(super) elsewhere: Vec<u32>,
}

impl<'p> Grouped<'p> {
    /// `None` if they lie otherwise.
    pub(super) fn read(program: &'p Program) -> Option<Grouped<'p>> {
        let groups = Uses::of(program)?.groups();
        Some(Grouped {
            pc_values: pc_tables(program)?,
            inline: inline_trees(program, &groups),
            groups,
        })
    }
}

/// A table that is named for the first time, and does not follow the last one of its kind, is another kind's.
fn pc_tables(program: &Program) -> Option<Vec<PcTables<'_>>> {
    let bytes = program.memory().bytes();
    let pctab = program.module().table(bytes, Field::PcTab)?.range();
    let mut kinds = Vec::new();
    let mut own = HashSet::new();
    // Offset 0 is "no table".
    let mut next = 1;
    for uses in pc_values::uses(program).ok()? {
        let mut kind = PcTables {
            address: u32::try_from(pctab.start + u64::from(next)).ok()?,
            tables: Vec::new(),
            elsewhere: Vec::new(),
        };
        let mut known = HashSet::new();
        for Use {
            offset, content, ..
        } in uses
        {
            if !known.insert(offset) {
                continue;
            }
            if offset == next {
                own.insert(offset);
                kind.tables.push(content);
                next = offset.checked_add(u32::try_from(content.len()).ok()?)?;
            } else {
                kind.elsewhere.push(offset);
            }
        }
        kinds.push(kind);
    }
    let mut elsewhere = kinds.iter().flat_map(|kind| &kind.elsewhere);
    elsewhere
        .all(|offset| own.contains(offset))
        .then_some(kinds)
}

/// Inline trees that no other funcdata lie between: they end where those of the next group begin.
fn inline_trees(program: &Program, groups: &[Group]) -> Option<(u32, u32)> {
    if !program.layout().funcdata_in_pclntab {
        return None;
    }
    let trees = (groups.iter()).position(|group| group.ids == [funcdata::INL_TREE as u8])?;
    let (before, others) = groups.split_at(trees);
    let (trees, behind) = others.split_first()?;
    let first = *trees.offsets.first()?;
    let end = *behind.iter().find_map(|group| group.offsets.first())?;
    let others = before.iter().chain(behind);
    let apart = (others.flat_map(|group| &group.offsets)).all(|at| !(first..end).contains(at));
    let size = u32::try_from(program.layout().inline.size).ok()?;
    let len = end.checked_sub(first)?;
    let gofunc = (program.module()).word(program.memory().bytes(), Field::GoFunc)?;
    let address = u32::try_from(gofunc.checked_add(first.into())?).ok()?;
    (apart && len.is_multiple_of(size)).then_some((address, len / size))
}
