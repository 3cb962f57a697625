//! Prints what each call and fault of a Go module is translated to, for `tests/debug`:
//!
//! ```text
//! frames FILE [--optimize]
//! ```
//!
//! A line for each: offset in the code section, index of the function, PCs of the input from the innermost call that gowasp
//! inlined outwards, in hex with commas, numbers of the levels that Go's runtime leaves out, with commas, and each level of the
//! call stack as `NAME|FILE|LINE`, with tabs between.
//!
//! The runtime leaves out wrappers that the compiler made, around what is inlined into them, unless that is a function that
//! panics (`Frames.Next` in runtime/symtab.go, `elideWrapperCalling` in runtime/traceback.go).

use gowasp_core::codemap::{CodeMap, InlinedBy, MappedFrame};
use gowasp_core::debug::Described;
use gowasp_core::go::{Identity, Layout, Program};
use gowasp_core::input::Input;
use gowasp_core::{Options, optimize};
use std::io::Write;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("usage: frames FILE [--optimize]")?;
    let wasm = std::fs::read(path)?;
    let input = Input::read(&wasm)?;
    let program = Program::read(&input, &Identity::of(&input))?;
    let (map, described) = match arguments.next() {
        Some(_) => {
            let mut options = Options::default();
            options.code_map = true;
            let optimized = optimize(&wasm, &options)?;
            let described = Described::of_optimized(&optimized)?;
            (optimized.code_map.ok_or("no code map")?, described)
        }
        None => {
            let map = CodeMap::of_input(&input, Some(&program))?;
            (map, Described::of_go_file(&wasm)?)
        }
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let positions = &described.positions;
    for function in &positions.functions {
        for row in function.rows.iter().filter(|row| row.is_site) {
            let mut pcs = Vec::new();
            let mut at = map.at(row.offset).and_then(|run| run.origin);
            let frames = match at {
                Some(id) => map.frames(id, &program)?,
                None => Vec::new(),
            };
            let left_out: Vec<_> = (1..frames.len())
                .filter(|level| is_left_out(&frames[level - 1], &frames[*level], program.layout()))
                .map(|level| level.to_string())
                .collect();
            while let Some(origin) = at.and_then(|id| map.origin(id)) {
                pcs.extend(origin.pc.map(|pc| format!("{:x}", pc.bits())));
                at = origin.inlined_at;
            }
            let (pcs, left_out) = (pcs.join(","), left_out.join(","));
            write!(out, "{}\t{}\t{pcs}\t{left_out}", row.offset, function.index)?;
            for level in positions.levels(function, row) {
                let (file, line) = (level.file.unwrap_or("?"), level.line.unwrap_or(0));
                write!(out, "\t{}|{file}|{line}", level.function)?;
            }
            writeln!(out)?;
        }
    }
    Ok(())
}

/// Whether the runtime leaves out a caller for being a wrapper. `callee` is the level within.
fn is_left_out(callee: &MappedFrame, caller: &MappedFrame, layout: &Layout) -> bool {
    let panics = |id| matches!(id, Some("gopanic" | "sigpanic" | "panicwrap"));
    callee.inlined == Some(InlinedBy::Compiler)
        && layout.func_id(caller.func_id) == Some("wrapper")
        && !panics(layout.func_id(callee.func_id))
}
