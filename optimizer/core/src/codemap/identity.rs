//! The map of a file that Go wrote onto itself.

use super::{CodeMap, Origin, OriginId, Run, code_start};
use crate::code::{Facts, Numbered, positions};
use crate::error::{Error, Result, Stage};
use crate::go::{Pc, Program};
use crate::index::FuncIndex;
use crate::input::Input;
use std::ops::Range;

impl CodeMap {
    /// The map of this input onto itself: every call, every instruction that can trap and every start of a segment, and
    /// every place where the PC changes in the code.
    ///
    /// # Errors
    /// A body that cannot be decoded.
    pub fn of_input(input: &Input<'_>, program: &Program) -> Result<CodeMap> {
        let facts = Facts::new(input, program);
        let mut map = CodeMap::default();
        let Some(start) = code_start(input) else {
            return Ok(map);
        };
        for (function, range) in input.defined_functions() {
            for (origin, is_asked) in origins(input, program, &facts, (function, range), start)? {
                let id = OriginId(map.origins.len() as u32);
                map.runs.push(Run {
                    new: origin.offset,
                    function,
                    exact: is_asked,
                    origin: Some(id),
                });
                map.origins.push(origin);
            }
        }
        Ok(map)
    }
}

/// The origins in a function of the input, by offset, and whether each is one that the runtime or an engine may ask for.
fn origins(
    input: &Input<'_>,
    program: &Program,
    facts: &Facts,
    (function, range): (FuncIndex, &Range<usize>),
    code_start: usize,
) -> Result<Vec<(Origin, bool)>> {
    let listed = program.by_wasm_index(function);
    let numbered = listed.map(|function| Numbered {
        pc_f: function.pc_f(),
        pcs: function.pcs(),
    });
    let found = positions(input.slice(range), numbered, facts)
        .map_err(|e| Error::from_parser(Stage::Read, &e))?;
    let base = range.start.saturating_sub(code_start) as u32;
    Ok((found.into_iter())
        .map(|position| {
            let origin = Origin {
                pc: numbered.map(|Numbered { pc_f, .. }| Pc {
                    f: pc_f,
                    b: position.pc_b,
                }),
                pc_exact: position.exact && numbered.is_some(),
                offset: base.saturating_add(position.at),
                function,
                inlined_at: None,
            };
            (origin, position.is_asked)
        })
        .collect())
}
