//! Writes a module: shell and bodies back to bytes.
//!
//! Functions keep the order that they had in the input. walrus orders them by size, which costs raw bytes (call targets
//! that took one byte take two) and compresses worse: neighbours in Go's order come from one package and look alike.
//! Bodies are copied where no index changed and re-encoded where one did.

mod bodies;
mod order;

use crate::error::{Error, Result, Stage};
use crate::frame::Emitted;
use crate::index::{Defined, Imported};
use crate::input::Input;
use crate::module::{Custom, Module, Rewritable};
use crate::names;
use bodies::{IndexMap, place_bodies, start_body};
use order::{Order, Placed};
use std::borrow::Cow;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, RawSection};
use wasmparser::{CodeSectionReader, FunctionBody, FunctionSectionReader, Parser};

/// What was written.
pub(crate) struct Written {
    /// The module.
    pub(crate) bytes: Vec<u8>,
    /// Final index of each function of the input; `None` for removed ones.
    pub(crate) functions: Vec<Option<u32>>,
}

/// Writes the module, which is the same afterwards: walrus needs it to be mutable only while it writes.
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
            let code = module.code.as_ref();
            let lowered = code.map(|code| code.lower(&module.input)).transpose()?;
            let emitted = frame.emit();
            let imported = module.input.imported_functions;
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
    imported: Imported,
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
    let added = emitted.start.is_some().then_some(frame.start).flatten();
    Assembler {
        order: &order,
        bodies: &bodies,
        start: start.transpose()?,
        start_position: added.and_then(|index| frame.imported_functions.defined(index)),
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

/// Re-encodes walrus's output with functions in final order and real bodies.
struct Assembler<'o> {
    order: &'o Order,
    bodies: &'o [Cow<'o, [u8]>],
    start: Option<Vec<u8>>,
    /// Where walrus has the function whose body that is.
    start_position: Option<Defined>,
}

impl Assembler<'_> {
    fn is_start(&self, function: &Placed) -> bool {
        (self.start_position).is_some_and(|start| start.place() == function.position)
    }
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
                (None, Some(start)) if self.is_start(function) => {
                    out.raw(start);
                }
                // A pass has built it in the frame.
                (None, _) => {
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
