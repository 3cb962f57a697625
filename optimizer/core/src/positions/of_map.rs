//! The positions of a module with a code map.

use super::{Builder, Place, Positions};
use crate::code::{calls, is_partial};
use crate::codemap::{CodeMap, Run, code_start};
use crate::error::Result;
use crate::go::{Pc, Program};
use crate::index::FuncIndex;
use crate::input::Input;
use std::collections::BTreeMap;

impl Positions {
    /// The positions of the module that a code map describes; `program` is that of the map's input, and `names` are those
    /// of functions of the module that its tables do not know, by index.
    ///
    /// # Errors
    /// Malformed tables.
    pub(crate) fn new(
        mapped: &Input<'_>,
        map: &CodeMap,
        program: &Program,
        names: &BTreeMap<u32, String>,
    ) -> Result<Positions> {
        let mut builder = Builder::new(program);
        let imported = |function: &FuncIndex| mapped.imported_functions.contains(*function);
        for function in mapped.all_functions().take_while(imported) {
            if let Some(name) = names.get(&function.0) {
                builder.named(function.0, 0..0, name);
            }
        }
        let start = code_start(mapped).unwrap_or(0);
        let offset = |at: usize| at.saturating_sub(start) as u32;
        let mut runs = map.runs();
        for (index, body) in mapped.defined_functions() {
            let own = runs.partition_point(|run| run.new < offset(body.end));
            let (of_body, rest) = runs.split_at(own);
            runs = rest;
            let range = offset(body.start)..offset(body.end);
            let opcode = |offset: u32| {
                mapped
                    .bytes
                    .get(start.saturating_add(offset as usize))
                    .copied()
            };
            let places: Vec<Place> = (of_body.iter())
                .map(|run| place(run, map, opcode(run.new)))
                .collect();
            // The function itself is what the outermost PC belongs to.
            match (
                places.iter().find_map(|place| place.pcs.last()),
                names.get(&index.0),
            ) {
                (Some(pc), _) => builder.function(index.0, range, pc.f, &places)?,
                (None, Some(name)) => builder.named(index.0, range, name),
                (None, None) => {}
            }
        }
        Ok(builder.finish())
    }
}

fn place(run: &Run, map: &CodeMap, opcode: Option<u8>) -> Place {
    let mut pcs: Vec<Pc> = Vec::new();
    let mut is_exact = run.exact;
    for origin in run.origin.into_iter().flat_map(|id| map.outwards(id)) {
        is_exact &= origin.pc_exact;
        pcs.extend(origin.pc);
    }
    let is_exact = is_exact && !pcs.is_empty();
    Place {
        offset: run.new,
        is_exact,
        is_site: is_exact && opcode.is_some_and(is_site),
        pcs,
    }
}

/// Whether an instruction with this first byte calls, or traps by itself (WebAssembly 3.0, 5.4). Loads and stores trap, too, but
/// are too many.
fn is_site(opcode: u8) -> bool {
    const UNREACHABLE: u8 = 0x00;
    const BULK: u8 = 0xfc;
    let of_one_byte = u16::from(opcode);
    opcode == UNREACHABLE || opcode == BULK || calls(of_one_byte) || is_partial(of_one_byte)
}
