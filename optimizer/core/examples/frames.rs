//! Prints what each call and fault of a Go module is translated to, for `tests/debug`:
//!
//! ```text
//! frames FILE [--optimize]
//! ```
//!
//! A line for each: offset in the code section, index of the function, PCs of the input from the innermost call that gowasp
//! inlined outwards, in hex with commas, and each level of the call stack as `NAME|FILE|LINE`, with tabs between. The last line
//! says `wrappers`, and which of the functions are some that the compiler made.

use gowasp_core::codemap::CodeMap;
use gowasp_core::debug::Described;
use gowasp_core::go::{Identity, Program};
use gowasp_core::input::Input;
use gowasp_core::{Options, optimize};
use std::collections::BTreeSet;
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
    let mut wrappers = BTreeSet::new();
    for function in &positions.functions {
        for row in function.rows.iter().filter(|row| row.is_site) {
            let mut pcs = Vec::new();
            let mut at = map.at(row.offset).and_then(|run| run.origin);
            if let Some(id) = at {
                let frames = map.frames(id, &program)?.into_iter();
                wrappers.extend(
                    frames
                        .filter(|frame| program.layout().func_id(frame.func_id) == Some("wrapper"))
                        .map(|frame| frame.function),
                );
            }
            while let Some(origin) = at.and_then(|id| map.origin(id)) {
                pcs.extend(origin.pc.map(|pc| format!("{:x}", pc.bits())));
                at = origin.inlined_at;
            }
            write!(out, "{}\t{}\t{}", row.offset, function.index, pcs.join(","))?;
            for level in positions.levels(function, row) {
                let (file, line) = (level.file.unwrap_or("?"), level.line.unwrap_or(0));
                write!(out, "\t{}|{file}|{line}", level.function)?;
            }
            writeln!(out)?;
        }
    }
    let wrappers: Vec<_> = wrappers.into_iter().collect();
    writeln!(out, "wrappers\t{}", wrappers.join("\t"))?;
    Ok(())
}
