//! pctab, kind by kind.

use super::Reason;
use crate::go::{Field, Func, PcValues, Program};
use crate::grouped::PcTables;
use crate::memory::Memory;
use std::collections::HashMap;

/// Addresses of the offsets into pctab of a function, by kind.
fn pc_value_cells(program: &Program, function: &Func) -> impl Iterator<Item = u64> + use<> {
    let layout = &program.layout().func;
    let record = function.address;
    let pcdata = function.pcdata;
    [layout.pcsp, layout.pcfile, layout.pcln]
        .map(|field| record + field)
        .into_iter()
        .chain((0..u64::from(function.npcdata)).map(move |id| pcdata + 4 * id))
}

/// Moves the tables; what each kind has then.
pub(super) fn sort(
    program: &Program,
    functions: &[Func],
    memory: &mut Memory,
) -> Result<Vec<PcTables>, Reason> {
    const OUTSIDE: Reason = "pctab lies outside the data";
    let pctab = (program.module().table(memory.bytes(), Field::PcTab)).ok_or(OUTSIDE)?;
    let mut kinds: Vec<PcTables> = Vec::new();
    let mut known: Vec<HashMap<Vec<u8>, usize>> = Vec::new();
    // Offset 0 is "no table".
    let mut size = 1;
    let mut uses = Vec::new();
    for function in functions {
        for (kind, cell) in pc_value_cells(program, function).enumerate() {
            if kind == kinds.len() {
                kinds.push(PcTables::default());
                known.push(HashMap::new());
            }
            let offset = memory.bytes().u32(cell).ok_or(OUTSIDE)?;
            let Some(mut table) = PcValues::new(pctab, offset) else {
                continue;
            };
            if table.by_ref().any(|range| range.is_err()) {
                return Err("a pc-value table is malformed");
            }
            let start = pctab.range().start + u64::from(offset);
            let bytes = (pctab.slice(start, table.address() - start)).ok_or(OUTSIDE)?;
            let tables = &mut kinds[kind].tables;
            let position = *known[kind]
                .entry(bytes.as_slice().to_vec())
                .or_insert_with_key(|bytes| {
                    size += bytes.len() as u64;
                    tables.push(bytes.clone());
                    tables.len() - 1
                });
            uses.push((cell, kind, position));
            if size > pctab.range().end - pctab.range().start {
                return Err("pctab has no room for its tables kind by kind");
            }
        }
    }
    let (pctab, room) = (pctab.range().start, pctab.as_slice().len() as u64);
    let offsets = place(&mut kinds, pctab)?;
    for (cell, kind, position) in uses {
        memory
            .write_u32(cell, offsets[kind][position])
            .ok_or(OUTSIDE)?;
    }
    let target = memory.slice_mut(pctab, room).ok_or(OUTSIDE)?;
    target.fill(0);
    let mut at = 1;
    for table in kinds.iter().flat_map(|kind| &kind.tables) {
        target[at..at + table.len()].copy_from_slice(table);
        at += table.len();
    }
    Ok(kinds)
}

/// Says of each kind where its first table goes; the offsets of all, by kind.
fn place(kinds: &mut [PcTables], pctab: u64) -> Result<Vec<Vec<u32>>, Reason> {
    let mut next = 1;
    let mut offsets = Vec::new();
    for kind in kinds {
        kind.address = u32::try_from(pctab + u64::from(next)).map_err(|_| "4 GiB of tables")?;
        let mut of_kind = Vec::new();
        for table in &kind.tables {
            of_kind.push(next);
            next += table.len() as u32;
        }
        offsets.push(of_kind);
    }
    Ok(offsets)
}
