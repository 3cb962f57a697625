//! The start function that runs a script: written, and found again in a module.

use super::script::{Coding, Operation};
use crate::error::{Error, Result, Stage};
use std::collections::BTreeMap;
use wasmparser::{FunctionBody, Operator, Parser, Payload};

const TEXT: &str = include_str!("start.wat");

/// Where a script lies in memory; all are numbers of the start function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placement {
    /// Address of the dictionaries, and of the working memory as a whole.
    pub(crate) working_base: u32,
    /// Bytes of dictionaries, in front of the segment.
    pub(crate) dictionary_bytes: u32,
    /// Bytes of the segment: streams, then operations.
    pub(crate) length: u32,
    /// Address of the first operation.
    pub(crate) operations: u32,
}

impl Placement {
    /// Address of the streams, where the segment goes; `None` at 4 GiB and behind.
    pub(crate) fn streams(&self) -> Option<u32> {
        self.working_base.checked_add(self.dictionary_bytes)
    }

    /// Address behind all of the working memory.
    pub(crate) fn end(&self) -> u64 {
        u64::from(self.working_base) + u64::from(self.dictionary_bytes) + u64::from(self.length)
    }

    /// The words of the text that depend on where a script lies. One that begins with another comes before it.
    fn words(&self) -> [(&'static str, u32); 6] {
        let streams = self.working_base.wrapping_add(self.dictionary_bytes);
        [
            ("STREAMS", streams),
            ("LENGTH", self.length),
            ("OPS", self.operations),
            ("END", streams.wrapping_add(self.length)),
            ("DICTIONARIES", self.working_base),
            (
                "WORKING_MEMORY",
                self.dictionary_bytes.wrapping_add(self.length),
            ),
        ]
    }
}

/// Body of the start function for a script, as in a code section; its one data segment has index 0.
///
/// # Errors
/// None on any script: the text is part of the program.
pub(crate) fn body(placement: &Placement) -> Result<Vec<u8>> {
    assemble(&text(placement)).map_err(|message| {
        Error::new(
            Stage::Pass("columnar-tables"),
            format!("the start function cannot be assembled: {message}"),
        )
    })
}

/// The text with the numbers of a script.
pub(crate) fn text(placement: &Placement) -> String {
    let fixed = [
        ("OP_SIZE", Operation::SIZE),
        ("PLAIN", Coding::Plain as u32),
        ("FIRST_VALUE", Coding::FirstValue as u32),
        ("NAME", Coding::Name as u32),
        ("TOKEN", Coding::Token as u32),
        ("LINEAR", Coding::Linear as u32),
        ("PC_VALUES", Coding::PcValues as u32),
    ];
    (fixed.iter().chain(&placement.words())).fold(TEXT.to_owned(), |text, (word, number)| {
        text.replace(&format!("const {word})"), &format!("const {number})"))
    })
}

/// The placement and the data segment of a start function; `None` of a function that is not one of ours.
pub(crate) fn read(body: &[u8]) -> Option<(Placement, u32)> {
    // Numbers that stand for the words, and occur nowhere else.
    let model = Placement {
        working_base: 0x7f00_0000,
        dictionary_bytes: 0x10_0000,
        length: 0x1_0000,
        operations: 0x7eee_eeee,
    };
    let ours = assemble(&text(&model)).ok()?;
    let mut segment = None;
    let mut found: BTreeMap<i32, i32> = (model.words().iter())
        .map(|(_, number)| (number.cast_signed(), 0))
        .collect();
    let (ours, theirs) = (operators(&ours)?, operators(body)?);
    if ours.len() != theirs.len() {
        return None;
    }
    for pair in ours.iter().zip(&theirs) {
        match pair {
            (Operator::I32Const { value: word }, Operator::I32Const { value })
                if found.contains_key(word) =>
            {
                found.insert(*word, *value);
            }
            (Operator::MemoryInit { .. }, Operator::MemoryInit { data_index, mem: 0 }) => {
                segment = Some(*data_index);
            }
            (Operator::DataDrop { .. }, Operator::DataDrop { data_index })
                if segment == Some(*data_index) => {}
            (one, other) if one == other => {}
            _ => return None,
        }
    }
    let number = |word: u32| found[&word.cast_signed()].cast_unsigned();
    let [_, length, operations, _, working_base, working_memory] =
        model.words().map(|(_, word)| number(word));
    let placement = Placement {
        working_base,
        dictionary_bytes: working_memory.checked_sub(length)?,
        length,
        operations,
    };
    let agree = (model.words().iter().zip(placement.words()))
        .all(|((_, word), (_, value))| number(*word) == value);
    agree.then_some((placement, segment?))
}

/// The body of the one function of a text.
fn assemble(text: &str) -> std::result::Result<Vec<u8>, String> {
    let wasm = wat::parse_str(text).map_err(|e| e.to_string())?;
    for payload in Parser::new(0).parse_all(&wasm) {
        if let Payload::CodeSectionEntry(body) = payload.map_err(|e| e.to_string())? {
            return Ok(wasm[body.range()].to_vec());
        }
    }
    Err("it has no code".into())
}

fn operators(body: &[u8]) -> Option<Vec<Operator<'_>>> {
    let body = FunctionBody::new(wasmparser::BinaryReader::new(body, 0));
    body.get_operators_reader()
        .ok()?
        .into_iter()
        .collect::<wasmparser::Result<_>>()
        .ok()
}
