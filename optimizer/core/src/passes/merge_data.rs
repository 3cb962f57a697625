//! Merges neighbouring data segments across short gaps of zeros.
//!
//! Before: Go's linker cuts the data at every run of 8 or more zero bytes (`cmd/link/internal/wasm/asm.go`,
//! `writeDataSec`): 98,450 segments in esbuild, each with a header that holds its address and length, which no
//! compressor can guess. After: one segment for every stretch without a gap of more than [`gap_limit`] bytes: 124
//! segments, whose zeros cost next to nothing compressed.
//!
//! Cost: the raw file grows by the zeros (1 MB in esbuild), so `--for raw` merges only where that is free.
//!
//! Does nothing where it would show: memory that is imported (a gap may not be zero), segments that overlap or whose
//! address is not a constant, segments that code refers to.

use super::{Outcome, left_alone};
use crate::frame::Frame;
use crate::input::Input;
use crate::options::{Options, Preference};
use walrus::ir::Value;
use walrus::{ConstExpr, DataId, DataKind};

pub(super) fn run(frame: &mut Frame, input: &Input<'_>, options: &Options) -> Outcome {
    let count = input.data.len();
    if input.memory_imported {
        return left_alone("the memory is imported", count);
    }
    if frame.code_names_data() {
        return left_alone("code refers to segments", count);
    }
    let data = frame.segments();
    let Some(segments) = ordered_segments(data) else {
        let reason = "segments overlap or have no constant address";
        return left_alone(reason, data.iter().count());
    };

    let limit = gap_limit(options.preference());
    let before = segments.len();
    let mut merged: Vec<Segment> = Vec::new();
    let mut zeros = 0;
    for segment in segments {
        match merged.last_mut() {
            Some(last) if segment.address - last.end() <= limit => {
                let gap = (segment.address - last.end()) as usize;
                zeros += gap;
                last.len += gap as u64 + segment.len;
                let content = std::mem::take(&mut data.get_mut(segment.id).value);
                let target = &mut data.get_mut(last.id).value;
                target.resize(target.len() + gap, 0);
                target.extend_from_slice(&content);
                data.delete(segment.id);
            }
            _ => merged.push(segment),
        }
    }
    let headers = (before - merged.len()) * HEADER_BYTES;
    Outcome {
        saved: headers as i64 - zeros as i64,
        note: format!("{before} segments to {}", merged.len()),
        ..Outcome::default()
    }
}

/// Bytes of zeros worth storing to save a segment header.
fn gap_limit(prefer: Preference) -> u64 {
    match prefer {
        // Measured on esbuild and gofmt with brotli 11: flat between 48 and 256, worse below 32.
        Preference::Download | Preference::Speed | Preference::Server => 64,
        Preference::Raw => HEADER_BYTES as u64,
    }
}

/// Typical header of an active segment: flags 1, `i32.const` 1 + 4, `end` 1, length 1 to 2.
const HEADER_BYTES: usize = 8;

struct Segment {
    id: DataId,
    address: u64,
    len: u64,
}

impl Segment {
    fn end(&self) -> u64 {
        self.address + self.len
    }
}

/// The active segments by address; `None` unless they are all of one memory, at constant addresses and disjoint.
/// Passive ones are not in memory, and stay as they are.
fn ordered_segments(data: &walrus::ModuleData) -> Option<Vec<Segment>> {
    let mut memories = Vec::new();
    let mut segments: Vec<Segment> = (data.iter())
        .filter(|segment| !segment.is_passive())
        .map(|segment| match &segment.kind {
            DataKind::Active {
                memory,
                offset: ConstExpr::Value(Value::I32(address)),
            } => {
                memories.push(*memory);
                Some(Segment {
                    id: segment.id(),
                    address: u64::from(address.cast_unsigned()),
                    len: segment.value.len() as u64,
                })
            }
            _ => None,
        })
        .collect::<Option<_>>()?;
    memories.dedup();
    segments.sort_by_key(|s| s.address);
    let disjoint = segments.is_sorted_by(|a, b| a.end() <= b.address);
    (memories.len() <= 1 && disjoint).then_some(segments)
}

#[cfg(test)]
mod tests {
    use crate::input::Input;
    use crate::{Options, Preference, optimize};

    /// Address and content of each segment after optimizing a memory with these declarations.
    fn segments(memory: &str, data: &str, prefer: Preference) -> Vec<(Option<u32>, Vec<u8>)> {
        let wasm = wat::parse_str(format!("(module {memory} {data})")).expect("fixture");
        let options = Options {
            prefer: Some(prefer),
            ..Options::default()
        };
        let out = optimize(&wasm, &options).expect("valid input").wasm;
        let input = Input::read(&out).expect("output is a module");
        (input.data.iter())
            .map(|s| (s.address, input.slice(&s.range).to_vec()))
            .collect()
    }

    const OWN: &str = r#"(memory (export "mem") 1)"#;

    #[test]
    fn a_short_gap_is_filled_with_zeros() {
        let data =
            r#"(data (i32.const 16) "ab") (data (i32.const 22) "cd") (data (i32.const 200) "e")"#;
        let merged = segments(OWN, data, Preference::Download);
        assert_eq!(
            merged,
            [
                (Some(16), b"ab\0\0\0\0cd".to_vec()),
                (Some(200), b"e".to_vec())
            ]
        );
    }

    #[test]
    fn for_raw_only_gaps_that_are_cheaper_than_a_header() {
        let data = r#"(data (i32.const 0) "a") (data (i32.const 9) "b") (data (i32.const 19) "c")"#;
        let merged = segments(OWN, data, Preference::Raw);
        assert_eq!(merged.len(), 2);
    }

    #[test]
    fn order_in_the_file_does_not_matter() {
        let data = r#"(data (i32.const 4) "b") (data (i32.const 0) "a")"#;
        assert_eq!(
            segments(OWN, data, Preference::Download),
            [(Some(0), b"a\0\0\0b".to_vec())]
        );
    }

    #[test]
    fn overlapping_segments_stay() {
        let data = r#"(data (i32.const 0) "aaaa") (data (i32.const 2) "bb")"#;
        assert_eq!(segments(OWN, data, Preference::Download).len(), 2);
    }

    #[test]
    fn imported_memory_stays() {
        let memory = r#"(import "env" "mem" (memory 1)) (export "mem" (memory 0))"#;
        let data = r#"(data (i32.const 0) "a") (data (i32.const 4) "b")"#;
        assert_eq!(segments(memory, data, Preference::Download).len(), 2);
    }

    #[test]
    fn segments_that_code_names_stay() {
        let data = r#"(data (i32.const 0) "a") (data $named (i32.const 4) "b") (func (export "f") data.drop $named)"#;
        assert_eq!(segments(OWN, data, Preference::Download).len(), 2);
    }
}
