//! Function bodies with the indices of the output.

use super::order::Order;
use crate::error::{Error, Result, Stage};
use crate::frame::Indices;
use crate::input::Input;
use crate::parallel::prelude::*;
use std::borrow::Cow;
use wasm_encoder::reencode::{self, Reencode};
use wasmparser::{BinaryReader, FunctionBody};

/// The final bytes of every original body, by its position in the input's code section; removed ones stay empty.
pub(super) fn place_bodies<'b>(
    map: &IndexMap<'_>,
    order: &Order,
    bodies: &'b [Cow<'_, [u8]>],
) -> Result<Vec<Cow<'b, [u8]>>> {
    if map.is_identity() {
        return Ok(bodies.iter().map(|b| Cow::Borrowed(b.as_ref())).collect());
    }
    let mut live = vec![false; bodies.len()];
    for original in order.defined.iter().filter_map(|d| d.original) {
        live[original] = true;
    }
    (bodies.par_iter().zip(live).enumerate())
        .map(|(position, (body, live))| {
            if !live {
                return Ok(Cow::Borrowed(&[][..]));
            }
            map.body(body).map(Cow::Owned).map_err(|e| {
                Error::new(
                    Stage::Emit,
                    format!("function body {position} cannot be re-encoded: {e}"),
                )
            })
        })
        .collect()
}

/// From indices of the input to final ones.
pub(super) struct IndexMap<'i> {
    indices: &'i Indices,
    pub(super) functions: Vec<Option<u32>>,
}

impl<'i> IndexMap<'i> {
    pub(super) fn new(indices: &'i Indices, order: &Order) -> Self {
        let place = |index: u32| order.final_index.get(index as usize).copied();
        IndexMap {
            functions: indices
                .functions
                .iter()
                .map(|f| f.and_then(place))
                .collect(),
            indices,
        }
    }

    pub(super) fn is_identity(&self) -> bool {
        let Indices {
            types,
            functions: _,
            tables,
            memories,
            globals,
            data,
            elements,
        } = self.indices;
        [
            types,
            &self.functions,
            tables,
            memories,
            globals,
            data,
            elements,
        ]
        .into_iter()
        .all(|map| map.iter().zip(0..).all(|(to, from)| *to == Some(from)))
    }

    fn body(&self, bytes: &[u8]) -> std::result::Result<Vec<u8>, reencode::Error<Removed>> {
        reencode_body(&mut BodyEncoder(self), bytes)
    }
}

/// A body uses something that a pass removed.
#[derive(Debug)]
struct Removed {
    kind: &'static str,
    index: u32,
}

impl std::fmt::Display for Removed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} {} was removed but is still used",
            self.kind, self.index
        )
    }
}

impl std::error::Error for Removed {}

/// Re-encodes a body of the input with final indices.
struct BodyEncoder<'m>(&'m IndexMap<'m>);

type BodyIndex = std::result::Result<u32, reencode::Error<Removed>>;

fn mapped(map: &[Option<u32>], kind: &'static str, index: u32) -> BodyIndex {
    map.get(index as usize)
        .copied()
        .flatten()
        .ok_or(reencode::Error::UserError(Removed { kind, index }))
}

impl Reencode for BodyEncoder<'_> {
    type Error = Removed;

    fn type_index(&mut self, index: u32) -> BodyIndex {
        mapped(&self.0.indices.types, "type", index)
    }
    fn function_index(&mut self, index: u32) -> BodyIndex {
        mapped(&self.0.functions, "function", index)
    }
    fn table_index(&mut self, index: u32) -> BodyIndex {
        mapped(&self.0.indices.tables, "table", index)
    }
    fn memory_index(&mut self, index: u32) -> BodyIndex {
        mapped(&self.0.indices.memories, "memory", index)
    }
    fn global_index(&mut self, index: u32) -> BodyIndex {
        mapped(&self.0.indices.globals, "global", index)
    }
    fn data_index(&mut self, index: u32) -> BodyIndex {
        mapped(&self.0.indices.data, "data segment", index)
    }
    fn element_index(&mut self, index: u32) -> BodyIndex {
        mapped(&self.0.indices.elements, "element segment", index)
    }
}

/// The final bytes of the start function that a pass added.
pub(super) fn start_body(frame: &Input<'_>, body: &[u8]) -> Result<Vec<u8>> {
    let passive = frame.data.iter().position(|s| s.address.is_none());
    let failed = |message: String| Error::new(Stage::Emit, message);
    let segment = passive.ok_or_else(|| failed("the start function's data is missing".into()))?;
    let mut encoder = StartEncoder {
        segment: segment as u32,
    };
    reencode_body(&mut encoder, body)
        .map_err(|e| failed(format!("the start function cannot be re-encoded: {e}")))
}

/// Re-encodes the start function that a pass added.
struct StartEncoder {
    segment: u32,
}

impl Reencode for StartEncoder {
    type Error = std::convert::Infallible;

    fn data_index(
        &mut self,
        _index: u32,
    ) -> std::result::Result<u32, reencode::Error<Self::Error>> {
        Ok(self.segment)
    }
}

/// A body with the indices that `encoder` gives.
fn reencode_body<R: Reencode>(
    encoder: &mut R,
    bytes: &[u8],
) -> std::result::Result<Vec<u8>, reencode::Error<R::Error>> {
    let body = FunctionBody::new(BinaryReader::new(bytes, 0));
    let mut function = encoder.new_function_with_parsed_locals(&body)?;
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        function.instruction(&encoder.parse_instruction(&mut operators)?);
    }
    Ok(function.into_raw_body())
}
