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

/// The pc-value tables of one kind, each once, in the order in which functions name them.
#[derive(Default)]
struct Kind {
    tables: Vec<Vec<u8>>,
    known: HashMap<Vec<u8>, usize>,
}

/// Moves the tables. Returns how many there are.
pub(super) fn sort(program: &Program, memory: &mut Memory) -> Result<usize, Reason> {
    const OUTSIDE: Reason = "pctab lies outside the data";
    let bytes = program.memory().bytes();
    let pctab = program.module().table(bytes, Field::PcTab).ok_or(OUTSIDE)?;
    let mut kinds: Vec<Kind> = Vec::new();
    // Offset 0 is "no table".
    let mut size = 1;
    let mut uses = Vec::new();
    for function in program.functions() {
        for (kind, cell) in cells(program, function.record()).enumerate() {
            if kind == kinds.len() {
                kinds.push(Kind::default());
            }
            let offset = bytes.u32(cell).ok_or(OUTSIDE)?;
            let Some(table) = PcValues::new(pctab, offset) else {
                continue;
            };
            let content = table.content().ok_or("a pc-value table is malformed")?;
            let Kind { tables, known } = &mut kinds[kind];
            let position = *known.entry(content.to_vec()).or_insert_with_key(|content| {
                size += content.len() as u64;
                tables.push(content.clone());
                tables.len() - 1
            });
            uses.push((cell, kind, position));
            if size > pctab.range().end - pctab.range().start {
                return Err("pctab has no room for its tables kind by kind");
            }
        }
    }
    let mut sorted = vec![0];
    let mut offsets: Vec<Vec<u32>> = Vec::new();
    for kind in &kinds {
        let mut of_kind = Vec::new();
        for table in &kind.tables {
            of_kind.push(sorted.len() as u32);
            sorted.extend_from_slice(table);
        }
        offsets.push(of_kind);
    }
    for (cell, kind, position) in uses {
        memory
            .write_u32(cell, offsets[kind][position])
            .ok_or(OUTSIDE)?;
    }
    let room = pctab.as_slice().len() as u64;
    let target = memory.slice_mut(pctab.range().start, room).ok_or(OUTSIDE)?;
    let (used, free) = target.split_at_mut(sorted.len());
    used.copy_from_slice(&sorted);
    free.fill(0);
    Ok(kinds.iter().map(|kind| kind.tables.len()).sum())
}
