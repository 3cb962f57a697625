//! The start function that runs a script: writes it, and recognizes it in a module.

use super::predicted::{HASH, NAME_SHIFT};
use super::script::{Coding, Operation};
use super::words::{FIRST, PLACES, WORDS};
use crate::error::{Error, Result, Stage};
use wasm_encoder::Encode;
use wasmparser::{FunctionBody, Operator, Parser, Payload};

/// Which operations a start function knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Knows {
    /// All but [`Coding::Placeholders`].
    Tables,
    /// All.
    Names,
}

impl Knows {
    /// `start.wat`, assembled with a number for each of its words (`words.rs`).
    fn template(self) -> &'static [u8] {
        match self {
            Knows::Tables => include_bytes!(concat!(env!("OUT_DIR"), "/start.wasm")),
            Knows::Names => include_bytes!(concat!(env!("OUT_DIR"), "/start_names.wasm")),
        }
    }
}

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

    /// The numbers of the words that depend on where a script lies.
    fn places(&self) -> [u32; PLACES] {
        let streams = self.working_base.wrapping_add(self.dictionary_bytes);
        [
            streams,
            self.length,
            self.operations,
            streams.wrapping_add(self.length),
            self.working_base,
            self.dictionary_bytes.wrapping_add(self.length),
        ]
    }

    /// The numbers of all words, in their order.
    fn numbers(&self) -> [u32; WORDS.len()] {
        let fixed = [
            Operation::SIZE,
            Coding::Plain as u32,
            Coding::FirstValue as u32,
            Coding::Name as u32,
            Coding::Token as u32,
            Coding::Linear as u32,
            Coding::PcValues as u32,
            Coding::Placeholders as u32,
            Coding::Lines as u32,
            HASH,
            NAME_SHIFT,
        ];
        let mut numbers = [0; WORDS.len()];
        let (places, others) = numbers.split_at_mut(PLACES);
        places.copy_from_slice(&self.places());
        others.copy_from_slice(&fixed);
        numbers
    }
}

/// Body of the start function for a script, as in a code section; its one data segment has index 0.
///
/// # Errors
/// None on any script: the template is part of the program.
pub(crate) fn body(placement: &Placement, knows: Knows) -> Result<Vec<u8>> {
    filled(&placement.numbers(), knows).ok_or_else(|| {
        let message = "the start function cannot be written";
        Error::new(Stage::Pass("columnar-tables"), message)
    })
}

/// The template's body with these numbers for its words.
fn filled(numbers: &[u32; WORDS.len()], knows: Knows) -> Option<Vec<u8>> {
    let template = template(knows)?;
    let bytes = template.as_bytes();
    let base = template.range().start;
    let mut operators = template.get_operators_reader().ok()?;
    let mut filled = bytes[..operators.original_position() - base].to_vec();
    while !operators.eof() {
        let start = operators.original_position() - base;
        match operators.read().ok()? {
            Operator::I32Const { value } if word(value).is_some() => {
                let number = word(value).map_or(0, |word| numbers[word]);
                filled.push(I32_CONST);
                number.cast_signed().encode(&mut filled);
            }
            _ => filled.extend(&bytes[start..operators.original_position() - base]),
        }
    }
    Some(filled)
}

/// Opcode of `i32.const`, WebAssembly 3.0, 5.4.7.
const I32_CONST: u8 = 0x41;

/// The word that a number of the template stands for, as a position in [`WORDS`].
fn word(number: i32) -> Option<usize> {
    let word = usize::try_from(number.checked_sub(FIRST)?).ok()?;
    (word < WORDS.len()).then_some(word)
}

/// The body of the template's one function.
fn template(knows: Knows) -> Option<FunctionBody<'static>> {
    Parser::new(0)
        .parse_all(knows.template())
        .find_map(|payload| match payload {
            Ok(Payload::CodeSectionEntry(body)) => Some(body),
            _ => None,
        })
}

/// The placement and the data segment of a start function; `None` for a function that is not one of ours.
pub(crate) fn read(body: &[u8]) -> Option<(Placement, u32)> {
    [Knows::Tables, Knows::Names]
        .into_iter()
        .find_map(|knows| read_one(body, knows))
}

fn read_one(body: &[u8], knows: Knows) -> Option<(Placement, u32)> {
    let body = FunctionBody::new(wasmparser::BinaryReader::new(body, 0));
    let (ours, theirs) = (operators(&template(knows)?)?, operators(&body)?);
    if ours.len() != theirs.len() {
        return None;
    }
    let mut segment = None;
    let mut found = [None; WORDS.len()];
    for pair in ours.iter().zip(&theirs) {
        match pair {
            (Operator::I32Const { value: ours }, Operator::I32Const { value })
                if word(*ours).is_some() =>
            {
                found[word(*ours)?] = Some(value.cast_unsigned());
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
    let [_, length, operations, _, working_base, working_memory, ..] = found;
    let placement = Placement {
        working_base: working_base?,
        dictionary_bytes: working_memory?.checked_sub(length?)?,
        length: length?,
        operations: operations?,
    };
    // A number may stand for a word in several places: all of them must agree with the placement.
    let again = filled(&placement.numbers(), knows)?;
    let again = FunctionBody::new(wasmparser::BinaryReader::new(&again, 0));
    let numbers = |operators: &[Operator<'_>]| -> Vec<i32> {
        (operators.iter().filter_map(|operator| match operator {
            Operator::I32Const { value } => Some(*value),
            _ => None,
        }))
        .collect()
    };
    let agree = numbers(&operators(&again)?) == numbers(&theirs);
    agree.then_some((placement, segment?))
}

fn operators<'b>(body: &FunctionBody<'b>) -> Option<Vec<Operator<'b>>> {
    body.get_operators_reader()
        .ok()?
        .into_iter()
        .collect::<wasmparser::Result<_>>()
        .ok()
}

/// The text with the numbers of a script.
#[cfg(test)]
pub(super) fn text(placement: &Placement, knows: Knows) -> String {
    let text = super::words::text(knows == Knows::Names);
    (WORDS.iter().zip(placement.numbers())).fold(text, |text, (word, number)| {
        text.replace(
            &format!("const {word})"),
            &format!("const {})", number.cast_signed()),
        )
    })
}
