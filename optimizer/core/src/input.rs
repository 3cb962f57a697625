//! A checked, borrowed view of the input: everything that later stages need to know of the module's bytes.
//!
//! Only small tables are copied; function bodies and data stay ranges of the input.

use crate::error::{Error, Result, Stage};
use crate::index::{Defined, FuncIndex, Imported};
use std::ops::Range;
use wasmparser::{
    CompositeInnerType, DataKind, ElementItems, ElementKind, ExternalKind, FuncType, GlobalType,
    Operator, Parser, Payload, TypeRef,
};

/// Bytes of a page of memory.
pub(crate) const PAGE: u64 = 64 << 10;

/// The sections of a module, and the tables that show how Go laid it out.
#[derive(Debug)]
#[non_exhaustive]
pub struct Input<'a> {
    /// The whole file.
    pub bytes: &'a [u8],
    /// Sections in file order.
    pub sections: Vec<Section<'a>>,
    /// Type index to function type; `None` for types of other proposals.
    pub types: Vec<Option<FuncType>>,
    /// Imports in file order.
    pub imports: Vec<Import<'a>>,
    /// Type index of every function, imported ones first.
    pub functions: Vec<u32>,
    /// How many of `functions` are imported.
    pub imported_functions: Imported,
    /// Byte range of each defined function's body (locals and code, without its size field).
    pub bodies: Vec<Range<usize>>,
    /// Exports in file order.
    pub exports: Vec<Export<'a>>,
    /// Slots of table 0 that active element segments fill: (slot, function index), in file order.
    pub table_slots: Vec<(u32, FuncIndex)>,
    /// Data segments in file order.
    pub data: Vec<DataSegment>,
    /// Types of all globals, imported ones first.
    pub globals: Vec<GlobalType>,
    /// Whether table 0 may hold more than `table_slots` says: a segment is passive or has no constant place.
    pub table_is_open: bool,
    /// Minimum size of memory 0 in 64 KiB pages; `None` without a memory.
    pub memory_min: Option<u64>,
    /// Whether memory 0 is imported, so that its initial content is the host's.
    pub memory_imported: bool,
    /// Index of the start function.
    pub start: Option<FuncIndex>,
}

/// A section of the file.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Section<'a> {
    /// Section id of the binary format; 0 is a custom section.
    pub id: u8,
    /// Name of a custom section.
    pub name: Option<&'a str>,
    /// Byte range of the content in the file, without id and size.
    pub range: Range<usize>,
}

/// An import.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Import<'a> {
    /// Module name, e.g. `gojs`.
    pub module: &'a str,
    /// Field name, e.g. `runtime.wasmWrite`.
    pub name: &'a str,
    /// What kind of entity it is.
    pub ty: TypeRef,
}

/// An export.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Export<'a> {
    /// Its name.
    pub name: &'a str,
    /// Kind of entity.
    pub kind: ExternalKind,
    /// Index in the kind's index space.
    pub index: u32,
}

/// A data segment.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DataSegment {
    /// Address of an active segment of memory 0 with a constant offset; `None` for all others.
    pub address: Option<u32>,
    /// Byte range of its content in the file.
    pub range: Range<usize>,
}

impl<'a> Input<'a> {
    /// Reads `bytes` without validating function bodies.
    ///
    /// # Errors
    /// Fails, with the offset, on an empty file, a file that is not WebAssembly, a component, and a
    /// truncated or malformed section.
    pub fn read(bytes: &'a [u8]) -> Result<Self> {
        check_header(bytes)?;
        let mut input = Input {
            bytes,
            sections: Vec::new(),
            types: Vec::new(),
            imports: Vec::new(),
            functions: Vec::new(),
            imported_functions: Imported::default(),
            bodies: Vec::new(),
            exports: Vec::new(),
            table_slots: Vec::new(),
            data: Vec::new(),
            globals: Vec::new(),
            table_is_open: false,
            memory_min: None,
            memory_imported: false,
            start: None,
        };
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload.map_err(|e| truncated_or_malformed(&e, bytes.len()))?;
            input
                .payload(payload)
                .map_err(|e| Error::from_parser(Stage::Read, &e))?;
        }
        Ok(input)
    }

    fn payload(&mut self, payload: Payload<'a>) -> wasmparser::Result<()> {
        if let Some((id, range)) = payload.as_section() {
            let name = match &payload {
                Payload::CustomSection(custom) => Some(custom.name()),
                _ => None,
            };
            self.sections.push(Section { id, name, range });
        }
        match payload {
            Payload::TypeSection(reader) => {
                for group in reader {
                    for ty in group?.into_types() {
                        self.types.push(match ty.composite_type.inner {
                            CompositeInnerType::Func(f) => Some(f),
                            _ => None,
                        });
                    }
                }
            }
            Payload::ImportSection(reader) => {
                for import in reader.into_imports() {
                    self.import(import?);
                }
            }
            Payload::FunctionSection(reader) => {
                for ty in reader {
                    self.functions.push(ty?);
                }
            }
            Payload::MemorySection(reader) => {
                for memory in reader {
                    let memory = memory?;
                    self.memory_min.get_or_insert(memory.initial);
                }
            }
            Payload::GlobalSection(reader) => {
                for global in reader {
                    self.globals.push(global?.ty);
                }
            }
            Payload::ExportSection(reader) => {
                for export in reader {
                    let export = export?;
                    self.exports.push(Export {
                        name: export.name,
                        kind: export.kind,
                        index: export.index,
                    });
                }
            }
            Payload::StartSection { func, .. } => self.start = Some(FuncIndex(func)),
            Payload::ElementSection(reader) => {
                for element in reader {
                    self.element(&element?)?;
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body.range()),
            Payload::DataSection(reader) => {
                for data in reader {
                    let data = data?;
                    let end = data.range.end;
                    self.data.push(DataSegment {
                        address: active_address(&data.kind)?,
                        range: end - data.data.len()..end,
                    });
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn import(&mut self, import: wasmparser::Import<'a>) {
        match import.ty {
            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                self.functions.push(ty);
                self.imported_functions.0 += 1;
            }
            TypeRef::Global(global) => self.globals.push(global),
            TypeRef::Memory(memory) if self.memory_min.is_none() => {
                self.memory_min = Some(memory.initial);
                self.memory_imported = true;
            }
            _ => {}
        }
        self.imports.push(Import {
            module: import.module,
            name: import.name,
            ty: import.ty,
        });
    }

    fn element(&mut self, element: &wasmparser::Element<'a>) -> wasmparser::Result<()> {
        let ElementKind::Active {
            table_index,
            offset_expr,
        } = &element.kind
        else {
            self.table_is_open |= matches!(element.kind, ElementKind::Passive);
            return Ok(());
        };
        let (None | Some(0), Some(base)) = (table_index, constant_i32(offset_expr)?) else {
            self.table_is_open = true;
            return Ok(());
        };
        if let ElementItems::Functions(functions) = &element.items {
            // Slots past the largest index cannot be in any table; validation refuses or instantiation traps.
            for (slot, function) in (base..=u32::MAX).zip(functions.clone()) {
                self.table_slots.push((slot, FuncIndex(function?)));
            }
        } else {
            self.table_is_open = true;
        }
        Ok(())
    }

    /// An offset in the content of the code section, of a byte of the file in it.
    pub(crate) fn code_offset(&self, place: usize) -> u32 {
        let start = code_section(self).map_or(0, |range| range.start);
        // A section has less than 4 GiB.
        place.saturating_sub(start) as u32
    }

    /// The bytes of a range of this input; empty where the range is not inside it.
    pub fn slice(&self, range: &Range<usize>) -> &'a [u8] {
        self.bytes.get(range.clone()).unwrap_or_default()
    }

    /// Indices of the exported functions, once for each name.
    pub fn exported_functions(&self) -> impl Iterator<Item = FuncIndex> {
        let functions = self
            .exports
            .iter()
            .filter(|export| export.kind == ExternalKind::Func);
        functions.map(|export| FuncIndex(export.index))
    }

    /// Every function, imported ones first.
    pub(crate) fn all_functions(&self) -> impl Iterator<Item = FuncIndex> + use<> {
        (0..self.functions.len() as u32).map(FuncIndex)
    }

    /// Index and body's range of each defined function.
    pub(crate) fn defined_functions(&self) -> impl Iterator<Item = (FuncIndex, &Range<usize>)> {
        let imported = self.imported_functions;
        let indices = (0..).map(move |position| imported.index(Defined(position)));
        indices.zip(&self.bodies)
    }

    /// The body of a function; `None` of an imported one, and where the index is out of range.
    pub(crate) fn body(&self, function: FuncIndex) -> Option<&'a [u8]> {
        let position = self.imported_functions.defined(function)?;
        Some(self.slice(self.bodies.get(position.place())?))
    }

    /// Index of an imported function.
    #[cfg(any(feature = "component", feature = "snapshot"))]
    pub(crate) fn imported_function(&self, module: &str, name: &str) -> Option<FuncIndex> {
        let is_function =
            |import: &&Import<'_>| matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_));
        let mut functions = (0..).zip(self.imports.iter().filter(is_function));
        let found = functions.find(|(_, import)| (import.module, import.name) == (module, name));
        found.map(|(index, _)| FuncIndex(index))
    }

    /// The type of a function; `None` where the index or its type is out of range.
    pub fn function_type(&self, function: FuncIndex) -> Option<&FuncType> {
        let ty = *self.functions.get(function.0 as usize)?;
        self.types.get(ty as usize)?.as_ref()
    }

    /// The content of the first custom section of this name.
    pub fn custom_section(&self, name: &str) -> Option<&'a [u8]> {
        let section = self.sections.iter().find(|s| s.name == Some(name))?;
        let content = self.slice(&section.range);
        // A custom section's content begins with its own name, length first.
        let mut reader = wasmparser::BinaryReader::new(content, section.range.start);
        reader.read_string().ok()?;
        Some(&content[content.len() - reader.bytes_remaining()..])
    }
}

/// Where the content of the code section is in the file.
pub(crate) fn code_section<'i>(input: &'i Input<'_>) -> Option<&'i Range<usize>> {
    /// Id of the code section (WebAssembly 3.0, 5.5.2).
    const CODE: u8 = 10;
    let section = input.sections.iter().find(|section| section.id == CODE)?;
    Some(&section.range)
}

fn check_header(bytes: &[u8]) -> Result<()> {
    let fail = |message: String| Err(Error::new(Stage::Read, message).at(0));
    let hint = "give a .wasm file that `go build` wrote with GOOS=js or GOOS=wasip1";
    if bytes.is_empty() {
        return fail("the file is empty".into()).map_err(|e| e.with_hint(hint));
    }
    if !bytes.starts_with(b"\0asm") {
        let message = match what_else(bytes) {
            Some(kind) => format!("this is {kind}, not a WebAssembly module"),
            None => "this is not a WebAssembly module: it does not begin with \\0asm".into(),
        };
        return fail(message).map_err(|e| e.with_hint(hint));
    }
    if Parser::is_component(bytes) {
        return fail("this is a WebAssembly component, not a core module".into())
            .map_err(|e| e.with_hint("give the core module that the component was made from"));
    }
    if !Parser::is_core_wasm(bytes) {
        let version = bytes.get(4..8).map_or_else(
            || "the version is missing".to_owned(),
            |v| format!("version bytes {v:02x?}, expected [01, 00, 00, 00]"),
        );
        return fail(format!("unknown WebAssembly version: {version}")).map_err(|e| e.at(4));
    }
    Ok(())
}

/// Says what a file is that is not WebAssembly, if its first bytes tell.
fn what_else(bytes: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 7] = [
        (&[0x1f, 0x8b], "a gzip file (decompress it first)"),
        (
            &[0x28, 0xb5, 0x2f, 0xfd],
            "a zstd file (decompress it first)",
        ),
        (b"PK\x03\x04", "a zip archive"),
        (
            b"\x7fELF",
            "a native ELF binary (build with GOOS=js GOARCH=wasm)",
        ),
        (b"MZ", "a Windows binary (build with GOOS=js GOARCH=wasm)"),
        (
            &[0xcf, 0xfa, 0xed, 0xfe],
            "a macOS binary (build with GOOS=js GOARCH=wasm)",
        ),
        (b"(module", "WebAssembly text"),
    ];
    if bytes.trim_ascii_start().first() == Some(&b'<') {
        return Some("HTML or XML");
    }
    KNOWN
        .iter()
        .find(|(magic, _)| bytes.starts_with(magic))
        .map(|(_, kind)| *kind)
}

fn truncated_or_malformed(error: &wasmparser::BinaryReaderError, len: usize) -> Error {
    let past_end = error.offset() + 1 >= len || error.message().contains("unexpected end");
    let mapped = Error::from_parser(Stage::Read, error);
    if past_end {
        return mapped.with_hint("the file looks truncated: copy or build it again");
    }
    mapped
}

/// The value of a constant expression that is a single `i32.const`, as an unsigned address.
fn constant_i32(expr: &wasmparser::ConstExpr<'_>) -> wasmparser::Result<Option<u32>> {
    let mut reader = expr.get_operators_reader();
    let Operator::I32Const { value } = reader.read()? else {
        return Ok(None);
    };
    Ok(matches!(reader.read()?, Operator::End).then_some(value.cast_unsigned()))
}

fn active_address(kind: &DataKind<'_>) -> wasmparser::Result<Option<u32>> {
    match kind {
        DataKind::Active {
            memory_index: 0,
            offset_expr,
        } => constant_i32(offset_expr),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_slots_end_with_the_largest_index() {
        let text = "(module (table 1 funcref) (func $f)
            (elem (i32.const -2) $f $f $f $f))";
        let wasm = wat::parse_str(text).expect("text of a module");
        let input = Input::read(&wasm).expect("well-formed");
        assert_eq!(
            input.table_slots,
            [(u32::MAX - 1, FuncIndex(0)), (u32::MAX, FuncIndex(0))]
        );
    }
}
