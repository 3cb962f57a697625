//! The start function that runs a script.

use super::script::{Coding, Operation};
use super::writer::Script;
use crate::error::{Error, Result, Stage};
use wasmparser::{Parser, Payload};

const TEXT: &str = include_str!("start.wat");

/// Body of the start function for a script, as in a code section; its one data segment has index 0.
///
/// # Errors
/// None on any script: the text is part of the program.
pub(super) fn body(script: &Script) -> Result<Vec<u8>> {
    let broken = |e: &dyn std::fmt::Display| {
        Error::new(
            Stage::Pass("columnar-tables"),
            format!("the start function cannot be assembled: {e}"),
        )
    };
    let wasm = wat::parse_str(text(script)).map_err(|e| broken(&e))?;
    for payload in Parser::new(0).parse_all(&wasm) {
        if let Payload::CodeSectionEntry(body) = payload.map_err(|e| broken(&e))? {
            return Ok(wasm[body.range()].to_vec());
        }
    }
    Err(broken(&"it has no code"))
}

/// The text with the numbers of a script. A name that begins with another comes before it.
pub(super) fn text(script: &Script) -> String {
    let streams = script.working_base + script.dictionary_bytes;
    let words = [
        ("STREAMS", streams),
        ("LENGTH", script.segment.len() as u32),
        ("OP_SIZE", Operation::SIZE),
        ("OPS", script.operations),
        ("END", script.end() as u32),
        ("DICTIONARIES", script.working_base),
        (
            "WORKING_MEMORY",
            script.dictionary_bytes + script.segment.len() as u32,
        ),
        ("PLAIN", Coding::Plain as u32),
        ("FIRST_VALUE", Coding::FirstValue as u32),
        ("NAME", Coding::Name as u32),
        ("TOKEN", Coding::Token as u32),
        ("LINEAR", Coding::Linear as u32),
        ("PC_VALUES", Coding::PcValues as u32),
    ];
    words.iter().fold(TEXT.to_owned(), |text, (word, number)| {
        text.replace(&format!("const {word})"), &format!("const {number})"))
    })
}
