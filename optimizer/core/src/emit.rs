//! Writes a module: shell and bodies back to bytes.
//!
//! Functions keep the order that they had in the input. walrus orders them by size, which costs raw bytes (call targets
//! that took one byte take two) and compresses worse: neighbours in Go's order come from one package and look alike.
//! The shell comes first, so that every index is final before a body is written, once.
//!
//! [`emit`] writes one module, which is what every command ships; [`emit_parts`] writes the two parts of a program from the
//! same shell.

mod added;
mod link;
mod order;
mod owners;
mod parts;
mod shared;

use crate::code::{self, Inlined, Mark, Original, Target};
use crate::error::{Error, Result, Stage};
use crate::frame::Emitted;
use crate::index::{Defined, FuncIndex};
use crate::input::Input;
use crate::module::{Custom, Module, Rewritable};
use crate::names;
use crate::parallel::prelude::*;
use crate::reindex::{Indices, Reindex, Removed};
use added::{added_body, start_body};
use order::Order;
pub(crate) use owners::Owners;
pub(crate) use parts::emit_parts;
use std::borrow::Cow;
use std::collections::BTreeMap;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, RawSection};
use wasmparser::{CodeSectionReader, FunctionBody, FunctionSectionReader, Parser};

/// What was written.
pub(crate) struct Written {
    /// The module.
    pub(crate) bytes: Vec<u8>,
    /// Final index of each function of the input; `None` for removed ones.
    pub(crate) functions: Vec<Option<u32>>,
    /// Where its code comes from, if that was asked for and the module was taken apart.
    pub(crate) marked: Vec<MarkedBody>,
}

/// Where the code of a function of the output comes from.
#[derive(Debug)]
pub(crate) struct MarkedBody {
    pub(crate) function: FuncIndex,
    /// Where its body begins in the code section.
    pub(crate) offset: u32,
    pub(crate) marks: Vec<Mark>,
    /// The marks are in the terms of this list.
    pub(crate) inlined: Inlined,
    /// Its instructions have the order that they had.
    pub(crate) is_copy: bool,
}

/// Writes the module, which is the same afterwards: walrus needs it to be mutable only while it writes. `marks`: with
/// where its code comes from.
///
/// # Errors
/// An index that a body uses and that a pass removed: a fault of that pass, named by function.
pub(crate) fn emit(module: &mut Module<'_>, marks: bool) -> Result<Written> {
    match &mut module.frame {
        Rewritable::No { .. } => Ok(Written {
            bytes: emit_sections(module),
            functions: (0..).map(Some).take(module.input.functions.len()).collect(),
            marked: Vec::new(),
        }),
        Rewritable::Yes(frame) => {
            let emitted = frame.emit();
            assemble(module, &emitted, marks)
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

fn assemble(module: &Module<'_>, emitted: &Emitted, marks: bool) -> Result<Written> {
    let frame = Input::read(&emitted.bytes)?;
    let functions = &emitted.indices.functions;
    let own = functions.get(..module.input.functions.len());
    let imported = module.input.imported_functions;
    let order = Order::of_input(&frame, own.unwrap_or_default(), imported);
    let passive = frame.data.iter().position(|s| s.address.is_none());
    let segment = passive.map(|segment| segment as u32);
    let mut assembler = Assembler::new(module, (emitted, &frame), &order, segment, marks)?;
    let mut out = wasm_encoder::Module::new();
    let (leading, behind): (Vec<_>, Vec<_>) = module.customs.iter().partition(|c| c.leading);
    append_customs(&mut out, leading, &assembler.indices)?;
    assembler
        .parse_core_module(&mut out, Parser::new(0), &emitted.bytes)
        .map_err(|e| Error::new(Stage::Emit, e.to_string()))?;
    append_customs(&mut out, behind, &assembler.indices)?;
    Ok(assembler.written(out, module, marks))
}

/// The bodies of a module whose code was not taken apart; removed ones are empty.
fn copies<'a>(
    input: &Input<'a>,
    target: Target<'_>,
    live: &[bool],
) -> Result<Vec<code::Written<'a>>> {
    (input.bodies.par_iter().zip(live).enumerate())
        .map(|(position, (body, live))| {
            if !live {
                return Ok(code::Written::default());
            }
            let original = Original {
                bytes: input.slice(body),
                base: input.code_offset(body.start),
            };
            code::copied(original, target).map_err(|e| {
                Error::new(
                    Stage::Emit,
                    format!("function body {position} cannot be re-encoded: {e}"),
                )
            })
        })
        .collect()
}

fn append_customs<'c>(
    out: &mut wasm_encoder::Module,
    customs: impl IntoIterator<Item = &'c Custom<'c>>,
    indices: &Indices,
) -> Result<()> {
    for custom in customs {
        let data = match custom.name {
            "name" if !indices.is_identity() => {
                Cow::Owned(names::remap(custom.content, &indices.functions)?)
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
    /// Final index of each entity of the input.
    indices: Indices,
    /// By position in the input's code section; each is taken as it is written.
    bodies: Vec<code::Written<'o>>,
    /// Bodies that passes added, and those of stubs, by final index.
    added: BTreeMap<u32, Vec<u8>>,
    marked: Vec<MarkedBody>,
}

impl<'o> Assembler<'o> {
    /// With all bodies of the functions that the order has. `segment` is the index of the start function's data.
    fn new(
        module: &'o Module<'_>,
        (emitted, frame): (&Emitted, &Input<'_>),
        order: &'o Order,
        segment: Option<u32>,
        marks: bool,
    ) -> Result<Assembler<'o>> {
        let mut indices = emitted.indices.clone();
        for index in &mut indices.functions {
            *index = index.and_then(|index| order.of(index));
        }
        let target = Target {
            indices: Reindex(Some(&indices)),
            marks,
        };
        let mut added = BTreeMap::new();
        let start = frame.start.and_then(|start| order.of(start.0));
        if let (Some(body), Some(index)) = (&emitted.start, start) {
            added.insert(index, start_body(segment, body)?);
        }
        for (function, body) in &emitted.added {
            let index = indices
                .functions
                .get(function.0 as usize)
                .copied()
                .flatten();
            if let Some(index) = index.filter(|index| !order.imported.contains(FuncIndex(*index))) {
                added.insert(index, added_body(body, target.indices)?);
            }
        }
        let has = order.has(module.input.bodies.len());
        let bodies = match &module.code {
            Some(code) => code.lower(&module.input, target, &has)?,
            None => copies(&module.input, target, &has)?,
        };
        Ok(Assembler {
            order,
            indices,
            bodies,
            added,
            marked: Vec::new(),
        })
    }

    /// What was written, once all sections are.
    fn written(self, out: wasm_encoder::Module, module: &Module<'_>, marks: bool) -> Written {
        let mut functions = self.indices.functions;
        functions.truncate(module.input.functions.len());
        Written {
            bytes: out.finish(),
            functions,
            marked: if marks { self.marked } else { Vec::new() },
        }
    }
}

impl Reencode for Assembler<'_> {
    type Error = Removed;

    fn function_index(
        &mut self,
        index: u32,
    ) -> std::result::Result<u32, reencode::Error<Self::Error>> {
        let missing = || reencode::Error::UserError(Removed::function(index));
        self.order.of(index).ok_or_else(missing)
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
        let order = self.order;
        // The count of functions stands in front of them.
        let count = leb_length(order.defined.len());
        for (place, function) in order.defined.iter().enumerate() {
            let index = order.imported.index(Defined::nth(place));
            let body = match (function.original, self.added.remove(&index.0)) {
                (Some(original), _) => std::mem::take(&mut self.bodies[original]),
                (None, Some(added)) => code::Written {
                    bytes: Cow::Owned(added),
                    ..code::Written::default()
                },
                // A pass has built it in the frame.
                (None, None) => {
                    self.parse_function_body(out, skeletons[function.position].clone())?;
                    continue;
                }
            };
            let offset = count + out.byte_len() + leb_length(body.bytes.len());
            out.raw(&body.bytes);
            self.marked.push(MarkedBody {
                function: index,
                offset: offset as u32,
                marks: body.marks,
                is_copy: body.inlined.is_none(),
                inlined: body.inlined.cloned().unwrap_or_default(),
            });
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

/// How many bytes a number has in LEB128.
fn leb_length(value: usize) -> usize {
    let bits = usize::BITS - (value | 1).leading_zeros();
    bits.div_ceil(7) as usize
}
