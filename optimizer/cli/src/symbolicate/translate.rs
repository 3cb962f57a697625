//! Reads a trace, however long, and writes its translation.

use super::Arguments;
use crate::terminal::Terminal;
use anyhow::{Context, Result};
use gowasp_core::symbolicate::{
    LARGEST_PROFILE, LONGEST_LINE, PROFILE_START, Symbolicator, Tally, may_be_profile,
};
use gowasp_core::symbols::Symbols;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;

pub(crate) fn run(arguments: &Arguments, terminal: &Terminal<'_>) -> Result<()> {
    let symbols = symbols(arguments, terminal)?;
    let path = arguments.trace.as_deref().unwrap_or(Path::new("-"));
    let trace = terminal.host.open(path)?;
    let mut symbolicator = Symbolicator::new(&symbols, arguments.same_build);
    translate(trace, &mut symbolicator, &mut |bytes| {
        terminal.host.print(bytes)
    })
    .with_context(|| path.display().to_string())?;
    tell(symbolicator.tally(), terminal);
    Ok(())
}

fn symbols(arguments: &Arguments, terminal: &Terminal<'_>) -> Result<Symbols> {
    let host = terminal.host;
    if let Some(file) = &arguments.debug {
        return Symbols::of_debug_file(&host.read(file)?)
            .with_context(|| file.display().to_string());
    }
    let file = arguments.symbols.as_deref().unwrap_or(Path::new("-"));
    let json = String::from_utf8(host.read(file)?);
    let json = json.with_context(|| format!("{} is no side-car", file.display()))?;
    Symbols::from_json(&json).with_context(|| file.display().to_string())
}

/// Bytes that are read and written at once.
const CHUNK: usize = 64 << 10;

/// Translates a profile as a whole, and all else line by line.
fn translate(
    mut trace: impl Read,
    symbolicator: &mut Symbolicator<'_>,
    print: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let mut start = Vec::new();
    (&mut trace)
        .take(PROFILE_START as u64)
        .read_to_end(&mut start)?;
    if may_be_profile(&start) {
        (&mut trace)
            .take(LARGEST_PROFILE as u64)
            .read_to_end(&mut start)?;
        if let Some(translated) = symbolicator.profile(&start) {
            return print(&translated);
        }
    }
    let trace = Cursor::new(start).chain(trace);
    let trace = BufReader::with_capacity(CHUNK, trace);
    translate_lines(trace, symbolicator, print)
}

/// Translates line by line; a longer one than any frame in pieces.
fn translate_lines(
    mut trace: impl BufRead,
    symbolicator: &mut Symbolicator<'_>,
    print: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let mut line = Vec::new();
    let mut out = Vec::new();
    let mut is_rest = false;
    loop {
        line.clear();
        let read = (&mut trace)
            .take(LONGEST_LINE as u64)
            .read_until(b'\n', &mut line)?;
        if read == 0 {
            symbolicator.flush(&mut out);
            return print(&out);
        }
        let is_whole = line.ends_with(b"\n") || line.len() < LONGEST_LINE;
        match is_rest || !is_whole {
            true => symbolicator.piece(&line, &mut out),
            false => symbolicator.line(&line, &mut out),
        }
        is_rest = !is_whole;
        if out.len() >= CHUNK {
            print(&out)?;
            out.clear();
        }
    }
}

fn tell(tally: Tally, terminal: &Terminal<'_>) {
    if tally.foreign > 0 {
        terminal.warn(format_args!(
            "{} frames are no calls of this build and stay as they are: is this the side-car of the build that ran?",
            tally.foreign
        ));
    }
    if tally.without_offset > 0 {
        terminal.note(format_args!(
            "note: {} frames do not say where they are; if the trace is of this build, --same-build names their functions",
            tally.without_offset
        ));
    }
}
