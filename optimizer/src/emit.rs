//! Frame and bodies back to bytes.
//!
//! Functions keep the order they had in the input. walrus orders them by size, which costs raw bytes
//! (call targets that had one byte get two) and compresses worse: neighbours in Go's order come from one
//! package and look alike. Bodies are copied where no index moved and re-encoded where one did.

use crate::error::{Error, Result, Stage};
use crate::frame::{Emitted, Indices};
use crate::input::Input;
use crate::module::{Custom, Module, Rewritable};
use crate::names;
use rayon::prelude::*;
use std::borrow::Cow;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, RawSection};
use wasmparser::{BinaryReader, CodeSectionReader, FunctionBody, FunctionSectionReader, Parser};

/// What was written.
pub(crate) struct Written {
    /// The module.
    pub(crate) bytes: Vec<u8>,
    /// Final index of each function of the input; `None` for removed ones.
    pub(crate) functions: Vec<Option<u32>>,
}

/// Writes the module.
///
/// # Errors
/// An index that a body uses and that a pass removed: a fault of that pass, named by function.
pub(crate) fn emit(module: &mut Module<'_>) -> Result<Written> {
    match &mut module.frame {
        Rewritable::No { .. } => Ok(Written {
            bytes: emit_sections(module),
            functions: (0..).map(Some).take(module.input.functions.len()).collect(),
        }),
        Rewritable::Yes(frame) => {
            let lowered = match &module.code {
                Some(code) => {
                    frame.set_types(code.go_functions(), code.types.new);
                    Some(code.lower(&module.input)?)
                }
                None => None,
            };
            let emitted = frame.emit();
            let imported = module.input.imported_functions as usize;
            let bodies = lowered.as_ref().unwrap_or(&module.bodies);
            assemble(&emitted, imported, bodies, &module.customs)
        }
    }
}

/// The input's standard sections as they are, with the custom sections that were kept.
fn emit_sections(module: &Module<'_>) -> Vec<u8> {
    let mut kept = module.customs.iter().peekable();
    let mut out = wasm_encoder::Module::new();
    for section in &module.input.sections {
        let content = module.input.slice(&section.range);
        let dropped = section.name.is_some()
            && kept
                .next_if(|custom| std::ptr::eq(custom.content, content))
                .is_none();
        if !dropped {
            out.section(&RawSection {
                id: section.id,
                data: content,
            });
        }
    }
    out.finish()
}

fn assemble(
    emitted: &Emitted,
    imported: usize,
    bodies: &[Cow<'_, [u8]>],
    customs: &[Custom<'_>],
) -> Result<Written> {
    let frame = Input::read(&emitted.bytes)?;
    let order = Order::of_input(&frame, &emitted.indices.functions, imported);
    let map = IndexMap::new(&emitted.indices, &order);
    let bodies = place_bodies(&map, &order, bodies)?;
    let start = emitted
        .start
        .as_deref()
        .map(|body| start_body(&frame, body));
    let mut out = wasm_encoder::Module::new();
    append_customs(&mut out, customs.iter().filter(|c| c.leading), &map)?;
    Assembler {
        order: &order,
        bodies: &bodies,
        start: start.transpose()?,
    }
    .parse_core_module(&mut out, Parser::new(0), &emitted.bytes)
    .map_err(|e| Error::new(Stage::Emit, e.to_string()))?;
    append_customs(&mut out, customs.iter().filter(|c| !c.leading), &map)?;
    Ok(Written {
        bytes: out.finish(),
        functions: map.functions,
    })
}

fn append_customs<'c>(
    out: &mut wasm_encoder::Module,
    customs: impl Iterator<Item = &'c Custom<'c>>,
    map: &IndexMap<'_>,
) -> Result<()> {
    for custom in customs {
        let data = match custom.name {
            "name" if !map.is_identity() => {
                Cow::Owned(names::remap(custom.content, &map.functions)?)
            }
            _ => Cow::Borrowed(custom.content),
        };
        out.section(&RawSection { id: 0, data: &data });
    }
    Ok(())
}

/// Where each function of walrus's output goes.
struct Order {
    /// Final function index by walrus's.
    final_index: Vec<u32>,
    /// Defined functions in final order.
    defined: Vec<Defined>,
}

/// A defined function of the output.
struct Defined {
    /// Position in walrus's function and code sections.
    position: usize,
    /// Position in the input's code section; `None` for a function that a pass added.
    original: Option<usize>,
}

impl Order {
    /// The input's order, functions that passes added behind it. `functions` are the frame's, by index in the input.
    fn of_input(frame: &Input<'_>, functions: &[Option<u32>], imported_before: usize) -> Order {
        let (imported, total) = (frame.imported_functions as usize, frame.functions.len());
        let mut original = vec![None; total];
        for (index, target) in functions.iter().enumerate().skip(imported_before) {
            if let Some(slot) = target.and_then(|t| original.get_mut(t as usize)) {
                *slot = Some(index - imported_before);
            }
        }
        let mut defined: Vec<Defined> = (imported..total)
            .map(|index| Defined {
                position: index - imported,
                original: original[index],
            })
            .collect();
        defined.sort_by_key(|d| (d.original.unwrap_or(usize::MAX), d.position));
        let mut final_index: Vec<u32> = (0..).take(total).collect();
        for (function, index) in defined.iter().zip(imported as u32..) {
            final_index[imported + function.position] = index;
        }
        Order {
            final_index,
            defined,
        }
    }
}

/// The final bytes of the start function that a pass added.
fn start_body(frame: &Input<'_>, body: &[u8]) -> Result<Vec<u8>> {
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

/// The final bytes of every original body, by its position in the input's code section; removed ones stay empty.
fn place_bodies<'b>(
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
struct IndexMap<'i> {
    indices: &'i Indices,
    functions: Vec<Option<u32>>,
}

impl<'i> IndexMap<'i> {
    fn new(indices: &'i Indices, order: &Order) -> Self {
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

    fn is_identity(&self) -> bool {
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

/// Re-encodes walrus's output with functions in final order and real bodies.
struct Assembler<'o> {
    order: &'o Order,
    bodies: &'o [Cow<'o, [u8]>],
    start: Option<Vec<u8>>,
}

impl Reencode for Assembler<'_> {
    type Error = std::convert::Infallible;

    fn function_index(
        &mut self,
        index: u32,
    ) -> std::result::Result<u32, reencode::Error<Self::Error>> {
        Ok(self
            .order
            .final_index
            .get(index as usize)
            .copied()
            .unwrap_or(index))
    }

    fn parse_function_section(
        &mut self,
        out: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> std::result::Result<(), reencode::Error<Self::Error>> {
        let types: Vec<u32> = section.into_iter().collect::<wasmparser::Result<_>>()?;
        for function in &self.order.defined {
            out.function(types[function.position]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        out: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> std::result::Result<(), reencode::Error<Self::Error>> {
        let skeletons: Vec<FunctionBody<'_>> =
            section.into_iter().collect::<wasmparser::Result<_>>()?;
        for function in &self.order.defined {
            match (function.original, &self.start) {
                (Some(original), _) => {
                    out.raw(&self.bodies[original]);
                }
                (None, Some(start)) => {
                    out.raw(start);
                }
                (None, None) => {
                    self.parse_function_body(out, skeletons[function.position].clone())?;
                }
            }
        }
        Ok(())
    }

    fn parse_custom_section(
        &mut self,
        _out: &mut wasm_encoder::Module,
        _section: wasmparser::CustomSectionReader<'_>,
    ) -> std::result::Result<(), reencode::Error<Self::Error>> {
        Ok(())
    }
}
