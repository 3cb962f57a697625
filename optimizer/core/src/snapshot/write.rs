//! Writes memory and globals as those that the module begins with.
//!
//! ```text
//! before   (memory 24)  (global (mut i32) 0)  (start $tables)  (data passive …)  (data (i32.const 4096) …)
//! after    (memory 40)  (global (mut i32) 98304)               (data passive "")  (data (i32.const 4096) …) …
//! ```
//!
//! Runs of zeros are no data. Passive segments have served, but dead code names them: they stay, empty, in front.

use super::fail;
use super::run::{Bits, Image};
use crate::build_id::{BUILD_ID, EXTERNAL_DEBUG_INFO};
use crate::edit::section;
use crate::error::{Error, Result, Stage};
use crate::input::{Input, PAGE};
use std::ops::Range;
use wasm_encoder::{
    ConstExpr, DataCountSection, DataSection, GlobalSection, GlobalType, MemorySection, Module,
    RawSection,
};
use wasmparser::{BinaryReader, GlobalSectionReader, MemorySectionReader};

/// The shortest run of zeros that ends a segment: a segment takes 7 to 10 bytes and some time of an engine.
const SHORTEST_GAP: usize = 64;
/// Engines take 100,000 segments (the JavaScript API's limits).
const MOST_SEGMENTS: usize = 50_000;

/// The module, and how many bytes of it are data.
pub(super) fn run(edited: &[u8], image: &Image) -> Result<(Vec<u8>, u64)> {
    let input = Input::read(edited)?;
    let runs = runs(&image.memory);
    let passive = input.data.len();
    let mut out = Module::new();
    let mut has_data = false;
    for section in &input.sections {
        let content = input.slice(&section.range);
        match section.id {
            section::START => {}
            section::CUSTOM if is_of_positions(section.name.unwrap_or_default()) => {}
            section::MEMORY => {
                out.section(&memory(content, image)?);
            }
            section::GLOBAL => {
                out.section(&globals(content, image)?);
            }
            section::DATA_COUNT => {
                let count = (passive + runs.len()) as u32;
                out.section(&DataCountSection { count });
            }
            section::DATA => {
                has_data = true;
                out.section(&data(passive, &runs, &image.memory));
            }
            id => {
                out.section(&RawSection { id, data: content });
            }
        }
    }
    if !has_data {
        return Err(fail("the module has no data section"));
    }
    let bytes = runs.iter().map(|run| run.len() as u64).sum();
    Ok((out.finish(), bytes))
}

/// Whether a custom section names the module, or positions in its code, which have moved.
fn is_of_positions(name: &str) -> bool {
    matches!(name, BUILD_ID | EXTERNAL_DEBUG_INFO | "sourceMappingURL")
        || name.starts_with(".debug_")
}

fn memory(content: &[u8], image: &Image) -> Result<MemorySection> {
    let mut section = MemorySection::new();
    let reader = MemorySectionReader::new(BinaryReader::new(content, 0));
    for memory in reader.map_err(|error| malformed(&error))? {
        let memory = memory.map_err(|error| malformed(&error))?;
        section.memory(wasm_encoder::MemoryType {
            minimum: image.memory.len() as u64 / PAGE,
            ..memory.into()
        });
    }
    Ok(section)
}

fn globals(content: &[u8], image: &Image) -> Result<GlobalSection> {
    let mut section = GlobalSection::new();
    let reader = GlobalSectionReader::new(BinaryReader::new(content, 0));
    let reader = reader.map_err(|error| malformed(&error))?;
    for (index, global) in reader.into_iter().enumerate() {
        let global = global.map_err(|error| malformed(&error))?;
        let ty =
            GlobalType::try_from(global.ty).map_err(|_| fail("a global of another proposal"))?;
        // Globals that the snapshot has added begin as they were added.
        let value = match image.globals.get(index).copied().flatten() {
            Some(Bits::I32(value)) => ConstExpr::i32_const(value),
            Some(Bits::I64(value)) => ConstExpr::i64_const(value),
            Some(Bits::F32(bits)) => ConstExpr::f32_const(f32::from_bits(bits).into()),
            Some(Bits::F64(bits)) => ConstExpr::f64_const(f64::from_bits(bits).into()),
            None => ConstExpr::try_from(global.init_expr)
                .map_err(|_| fail("a global begins with an expression of another proposal"))?,
        };
        section.global(ty, &value);
    }
    Ok(section)
}

fn data(passive: usize, runs: &[Range<usize>], memory: &[u8]) -> DataSection {
    let mut section = DataSection::new();
    for _ in 0..passive {
        section.passive([]);
    }
    for run in runs {
        let address = ConstExpr::i32_const((run.start as u32).cast_signed());
        section.active(0, &address, memory[run.clone()].iter().copied());
    }
    section
}

/// Where memory is not zero; the gaps between are longer, where there would be too many.
fn runs(memory: &[u8]) -> Vec<Range<usize>> {
    let mut gap = SHORTEST_GAP;
    loop {
        let runs = runs_between(memory, gap);
        if runs.len() <= MOST_SEGMENTS {
            return runs;
        }
        gap *= 2;
    }
}

fn runs_between(memory: &[u8], gap: usize) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    let words = memory.chunks(8).enumerate();
    for (word, _) in words.filter(|(_, word)| word.iter().any(|byte| *byte != 0)) {
        let (start, end) = (word * 8, (word * 8 + 8).min(memory.len()));
        match runs.last_mut().filter(|run| start - run.end < gap) {
            Some(run) => run.end = end,
            None => runs.push(start..end),
        }
    }
    let trimmed = runs.into_iter().map(|run| {
        let bytes = &memory[run.clone()];
        let zeros = |byte: &&u8| **byte == 0;
        let front = bytes.iter().take_while(zeros).count();
        let back = bytes.iter().rev().take_while(zeros).count();
        run.start + front..run.end - back
    });
    trimmed.collect()
}

fn malformed(error: &wasmparser::BinaryReaderError) -> Error {
    Error::from_parser(Stage::Snapshot, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_are_left_out_and_nothing_else() {
        let mut memory = vec![0; 4096];
        for place in [0, 70, 300, 301, 4095] {
            memory[place] = 1;
        }
        let runs = runs(&memory);
        assert_eq!(runs, [0..71, 300..302, 4095..4096]);
        assert!(super::runs(&[0; 64]).is_empty());
    }
}
