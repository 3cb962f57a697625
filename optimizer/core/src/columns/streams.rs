//! Which bytes of a module's script become what.

use super::run::run_watched;
use super::script::{Target, Watch};
use super::{Operation, Script};
use crate::input::Input;
use std::ops::Range;

/// Bytes of a stream that become one number or table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stream {
    /// Where they are in the file.
    pub(crate) range: Range<usize>,
    /// The address that they are stored at: in the image, or in a dictionary behind it.
    pub(crate) to: u32,
}

/// The streams of a module in the order of the file, none twice; empty if it has no script. `image` is its memory from
/// `base` on, tables rebuilt.
pub(crate) fn streams(input: &Input<'_>, base: u64, image: &[u8]) -> Vec<Stream> {
    let Some(script) = Script::find(input, base, image.len()) else {
        return Vec::new();
    };
    let segment = script.segment.as_ptr() as usize - input.bytes.as_ptr() as usize;
    let first = script.placement.streams();
    let mut image = image.to_vec();
    let mut found = Found {
        first: first.unwrap_or(u32::MAX),
        segment,
        streams: Vec::new(),
    };
    let mut working = vec![0; script.placement.dictionary_bytes as usize];
    working.extend_from_slice(script.segment);
    let working_base = script.placement.working_base;
    let mut memory = Target::new(script.base, &mut image, working_base, &mut working);
    // It has run before, when the tables were read.
    let _ = run_watched(&script.operations, &mut memory, &mut found);
    let mut streams = found.streams;
    streams.sort_by_key(|stream| (stream.range.start, stream.range.end));
    streams.dedup_by_key(|stream| stream.range.start);
    let bytes = script.operations.len() * Operation::SIZE as usize;
    let end = segment + script.segment.len();
    streams.push(Stream {
        range: end.saturating_sub(bytes)..end,
        to: working_base,
    });
    streams
}

struct Found {
    first: u32,
    segment: usize,
    streams: Vec<Stream>,
}

impl Watch for Found {
    fn number(&mut self, stream: Range<u32>, to: u32) {
        let place = |address: u32| self.segment + address.wrapping_sub(self.first) as usize;
        let range = place(stream.start)..place(stream.end);
        if range.start < range.end {
            self.streams.push(Stream { range, to });
        }
    }
}
