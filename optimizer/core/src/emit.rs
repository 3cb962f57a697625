//! Writes a module: shell and bodies back to bytes.
//!
//! Functions keep the order that they had in the input. walrus orders them by size, which costs raw bytes (call targets
//! that took one byte take two) and compresses worse: neighbours in Go's order come from one package and look alike.
//! The shell comes first, so that every index is final before a body is written, once.

mod added;
mod order;

use crate::code::{self, Inlined, Mark, Original, Target};
use crate::error::{Error, Result, Stage};
use crate::frame::Emitted;
use crate::index::{Defined, FuncIndex};
use crate::input::Input;
use crate::module::{Custom, Module, Rewritable};
use crate::names;
use crate::parallel::prelude::*;
use crate::reindex::{Indices, Reindex};
use added::{added_body, start_body};
use order::Order;
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
            assemble(module, emitted, marks)
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

fn assemble(module: &Module<'_>, emitted: Emitted, marks: bool) -> Result<Written> {
    let Emitted {
        bytes: shell,
        mut indices,
        start,
        added,
    } = emitted;
    let frame = Input::read(&shell)?;
    let imported = module.input.imported_functions;
    let own = module.input.functions.len();
    let order = Order::of_input(
        &frame,
        indices.functions.get(..own).unwrap_or_default(),
        imported,
    );
    for index in &mut indices.functions {
        *index = index.and_then(|index| order.final_index.get(index as usize).copied());
    }
    let target = Target {
        indices: Reindex(Some(&indices)),
        marks,
    };
    let mut bodies_of_passes = BTreeMap::new();
    let start_index = (frame.start).and_then(|start| order.final_index.get(start.0 as usize));
    if let (Some(body), Some(index)) = (start, start_index) {
        bodies_of_passes.insert(*index, start_body(&frame, &body)?);
    }
    for (index, body) in added {
        let (index, body) = added_body(index, &body, target.indices)?;
        bodies_of_passes.insert(index, body);
    }
    let bodies = match &module.code {
        Some(code) => code.lower(&module.input, target)?,
        None => copies(&module.input, &order, target)?,
    };
    let mut out = wasm_encoder::Module::new();
    append_customs(
        &mut out,
        module.customs.iter().filter(|c| c.leading),
        &indices,
    )?;
    let mut assembler = Assembler {
        order: &order,
        bodies,
        added: bodies_of_passes,
        marked: Vec::new(),
    };
    assembler
        .parse_core_module(&mut out, Parser::new(0), &shell)
        .map_err(|e| Error::new(Stage::Emit, e.to_string()))?;
    let marked = assembler.marked;
    append_customs(
        &mut out,
        module.customs.iter().filter(|c| !c.leading),
        &indices,
    )?;
    indices.functions.truncate(own);
    Ok(Written {
        bytes: out.finish(),
        functions: indices.functions,
        marked: if marks { marked } else { Vec::new() },
    })
}

/// The bodies of a module whose code was not taken apart; removed ones are empty.
fn copies<'a>(
    input: &Input<'a>,
    order: &Order,
    target: Target<'_>,
) -> Result<Vec<code::Written<'a>>> {
    let mut live = vec![false; input.bodies.len()];
    for original in order.defined.iter().filter_map(|d| d.original) {
        live[original] = true;
    }
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
    customs: impl Iterator<Item = &'c Custom<'c>>,
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
    /// By position in the input's code section; each is taken as it is written.
    bodies: Vec<code::Written<'o>>,
    /// Bodies that passes added, by final index.
    added: BTreeMap<u32, Vec<u8>>,
    marked: Vec<MarkedBody>,
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
