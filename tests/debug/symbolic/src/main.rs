//! Reads a shipped module and its debug file as Sentry's symbol server does:
//!
//! ```text
//! symbolic-reader SHIPPED DEBUG < OFFSETS
//! ```
//!
//! The first line has, for both, the id and the offset of the code section. Then comes a line for each offset in the code
//! section, of which standard input has one a line, looked up as the offset in the shipped file that a trace would have: its
//! frames from the innermost outwards, as `NAME|FILE|LINE`, with tabs
//! between.

use std::error::Error;
use std::io::{Cursor, Write};
use symbolic_debuginfo::Object;
use symbolic_symcache::{SymCache, SymCacheConverter};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(shipped), Some(debug)) = (arguments.next(), arguments.next()) else {
        return Err("usage: symbolic-reader SHIPPED DEBUG < OFFSETS".into());
    };
    let (shipped, debug) = (std::fs::read(shipped)?, std::fs::read(debug)?);
    let (shipped, debug) = (Object::parse(&shipped)?, Object::parse(&debug)?);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let (Object::Wasm(shipped), Object::Wasm(beside)) = (&shipped, &debug) else {
        return Err("this is no WebAssembly".into());
    };
    for wasm in [shipped, beside] {
        write!(out, "{}\t{}\t", wasm.debug_id(), wasm.code_offset())?;
    }
    writeln!(out)?;

    let mut converter = SymCacheConverter::new();
    converter.process_object(&debug)?;
    let mut cache = Vec::new();
    converter.serialize(&mut Cursor::new(&mut cache))?;
    let cache = SymCache::parse(&cache)?;
    for offset in std::io::stdin().lines() {
        let frames: Vec<String> = cache
            .lookup(shipped.code_offset() + offset?.parse::<u64>()?)
            .map(|frame| {
                let file = frame
                    .file()
                    .map_or_else(|| "?".into(), |file| file.full_path());
                format!("{}|{file}|{}", frame.function().name(), frame.line())
            })
            .collect();
        writeln!(out, "{}", frames.join("\t"))?;
    }
    Ok(())
}
