//! Writes a program as two modules.
//!
//! Both come from one shell. The first has its imports, memory, table and globals, and exports what the second needs; the
//! second imports them under these names from a module `first`:
//!
//! | name | what |
//! | --- | --- |
//! | `$m0`, `$t0`, `$g0`, `$g1`, ... | memories, tables, globals, by their index |
//! | `$f123` | a function, by its index in the input |
//!
//! Each has its own functions, with final indices of its own, their slots in the table, and the data that it owns. The
//! second must be instantiated before code of the first calls one of its functions; nothing here waits for it.

use super::link::Links;
use super::order::Order;
use super::owners::Owners;
use super::shared::Shared;
use super::{Assembler, Written, append_customs};
use crate::error::{Error, Result, Stage};
use crate::frame::Emitted;
use crate::index::FuncIndex;
use crate::input::{Import, Input};
use crate::module::{Module, Rewritable};
use crate::part::Part;
use crate::reindex::Removed;
use std::borrow::Cow;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, DataCountSection, DataSection, ElementSection, Elements, EntityType,
    ExportKind, ExportSection, FunctionSection, GlobalSection, ImportSection, MemorySection,
    StartSection, TableSection, TypeSection,
};
use wasmparser::{BinaryReader, CodeSectionReader, Parser, Payload, TypeRef};

/// The module from which the second part imports what it needs of the first.
const FIRST: &str = "first";

/// Writes a program whose functions were lifted: the first part and the second.
///
/// # Errors
/// A module that cannot be taken apart like that, and as [`emit`](super::emit).
pub(crate) fn emit_parts(module: &mut Module<'_>, owners: &Owners) -> Result<[Written; 2]> {
    let Rewritable::Yes(frame) = &mut module.frame else {
        return Err(failed("the module cannot be rewritten"));
    };
    let emitted = frame.emit();
    let code = module.code.as_ref();
    let code = code.ok_or_else(|| failed("no function was taken apart"))?;
    let shell = Input::read(&emitted.bytes)?;
    let passive = shell
        .data
        .iter()
        .filter(|segment| segment.address.is_none());
    if shell.table_is_open || passive.count() > usize::from(emitted.start.is_some()) {
        return Err(failed("a segment has no constant place"));
    }
    let links = Links::of(code, &emitted)?;
    let own = emitted
        .indices
        .functions
        .get(..module.input.functions.len());
    let imported = module.input.imported_functions;
    let whole = Order::of_input(&shell, own.unwrap_or_default(), imported);
    let program = Split {
        module,
        parts: links.owners(&shell, owners),
        shared: Shared::of(&shell)?,
        emitted: &emitted,
        shell,
        links,
        owners,
    };
    Ok([
        program.part(Part::First, &whole)?,
        program.part(Part::Second, &whole)?,
    ])
}

fn failed(message: impl Into<String>) -> Error {
    Error::new(Stage::Emit, message)
}

/// A program that is written as two modules.
struct Split<'s> {
    module: &'s Module<'s>,
    emitted: &'s Emitted,
    shell: Input<'s>,
    /// The part of each function of the shell.
    parts: Vec<Part>,
    links: Links,
    shared: Vec<Shared>,
    owners: &'s Owners,
}

type Reencoded<T> = std::result::Result<T, reencode::Error<Removed>>;

impl Split<'_> {
    fn part(&self, part: Part, whole: &Order) -> Result<Written> {
        let order = self.links.order(whole, &self.shell, part, &self.parts);
        let (data, segment) = self.data(part);
        let shell = (self.emitted, &self.shell);
        let mut assembler = Assembler::new(self.module, shell, &order, segment, false)?;
        if part == Part::First {
            let stubs = self.links.stubs(&self.shell, &order)?;
            assembler.added.extend(stubs);
        }
        let mut out = wasm_encoder::Module::new();
        self.sections(&mut out, part, &mut assembler, &data)
            .map_err(|e| failed(e.to_string()))?;
        let kept = self.module.customs.iter();
        let kept = kept.filter(|custom| part == Part::First || custom.name == "name");
        append_customs(&mut out, kept, &assembler.indices)?;
        Ok(assembler.written(out, self.module, false))
    }

    fn sections(
        &self,
        out: &mut wasm_encoder::Module,
        part: Part,
        assembler: &mut Assembler<'_>,
        data: &DataSection,
    ) -> Reencoded<()> {
        let is_first = part == Part::First;
        for payload in Parser::new(0).parse_all(self.shell.bytes) {
            match payload? {
                Payload::TypeSection(section) => {
                    let mut types = TypeSection::new();
                    assembler.parse_type_section(&mut types, section)?;
                    out.section(&types);
                    if !is_first {
                        out.section(&self.imports_of_second(assembler)?);
                    }
                }
                Payload::ImportSection(section) if is_first => {
                    let mut imports = ImportSection::new();
                    assembler.parse_import_section(&mut imports, section)?;
                    out.section(&imports);
                }
                Payload::FunctionSection(section) => {
                    let mut functions = FunctionSection::new();
                    assembler.parse_function_section(&mut functions, section)?;
                    out.section(&functions);
                }
                Payload::TableSection(section) if is_first => {
                    let mut tables = TableSection::new();
                    assembler.parse_table_section(&mut tables, section)?;
                    out.section(&tables);
                }
                Payload::MemorySection(section) if is_first => {
                    let mut memories = MemorySection::new();
                    assembler.parse_memory_section(&mut memories, section)?;
                    out.section(&memories);
                }
                Payload::GlobalSection(section) if is_first => {
                    let mut globals = GlobalSection::new();
                    assembler.parse_global_section(&mut globals, section)?;
                    out.section(&globals);
                }
                Payload::ExportSection(section) if is_first => {
                    let mut exports = ExportSection::new();
                    assembler.parse_export_section(&mut exports, section)?;
                    self.export_to_second(&mut exports, assembler)?;
                    out.section(&exports);
                }
                Payload::StartSection { func, .. }
                    if self.parts.get(func as usize) == Some(&part) =>
                {
                    let function_index = assembler.function_index(func)?;
                    out.section(&StartSection { function_index });
                }
                Payload::ElementSection(_) => {
                    out.section(&self.elements(part, assembler)?);
                }
                Payload::DataCountSection { .. } => {
                    let count = data.len();
                    out.section(&DataCountSection { count });
                }
                Payload::CodeSectionStart { range, .. } => {
                    let bytes = self.shell.slice(&range);
                    let reader = BinaryReader::new(bytes, range.start);
                    let mut code = CodeSection::new();
                    assembler.parse_code_section(&mut code, CodeSectionReader::new(reader)?)?;
                    out.section(&code);
                }
                Payload::DataSection(_) => {
                    out.section(data);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Functions of the host and of the first part, and what the two share.
    fn imports_of_second(&self, assembler: &mut Assembler<'_>) -> Reencoded<ImportSection> {
        let mut imports = ImportSection::new();
        let is_function = |ty: &TypeRef| matches!(ty, TypeRef::Func(_) | TypeRef::FuncExact(_));
        let of_host: Vec<&Import<'_>> = (self.shell.imports.iter())
            .filter(|import| is_function(&import.ty))
            .collect();
        for (function, index) in self.links.imports() {
            match of_host.get(index as usize) {
                Some(import) => {
                    let ty = assembler.entity_type(import.ty)?;
                    imports.import(import.module, import.name, ty);
                }
                None => {
                    let ty = EntityType::Function(self.shell.functions[index as usize]);
                    imports.import(FIRST, &function_name(function), ty);
                }
            }
        }
        for shared in &self.shared {
            imports.import(FIRST, &shared.name, shared.ty);
        }
        Ok(imports)
    }

    fn export_to_second(
        &self,
        exports: &mut ExportSection,
        assembler: &mut Assembler<'_>,
    ) -> Reencoded<()> {
        let of_host = self.shell.imported_functions;
        for (function, index) in self.links.imports() {
            if !of_host.contains(FuncIndex(index)) {
                let index = assembler.function_index(index)?;
                exports.export(&function_name(function), ExportKind::Func, index);
            }
        }
        for shared in &self.shared {
            exports.export(&shared.name, shared.kind, shared.index);
        }
        Ok(())
    }

    /// The slots of a part's functions, in runs.
    fn elements(&self, part: Part, assembler: &mut Assembler<'_>) -> Reencoded<ElementSection> {
        let mut runs: Vec<(u32, Vec<u32>)> = Vec::new();
        for (slot, function) in &self.shell.table_slots {
            if self.parts.get(function.0 as usize) != Some(&part) {
                continue;
            }
            let function = assembler.function_index(function.0)?;
            match runs.last_mut() {
                Some((first, run)) if *slot - *first == run.len() as u32 => run.push(function),
                _ => runs.push((*slot, vec![function])),
            }
        }
        let mut elements = ElementSection::new();
        for (slot, run) in runs {
            let offset = ConstExpr::i32_const(slot.cast_signed());
            elements.active(None, &offset, Elements::Functions(Cow::Owned(run)));
        }
        Ok(elements)
    }

    /// The data that a part owns, and the index of the start function's.
    fn data(&self, part: Part) -> (DataSection, Option<u32>) {
        let mut data = DataSection::new();
        let mut passive = None;
        for segment in &self.shell.data {
            let bytes = self.shell.slice(&segment.range);
            let Some(address) = segment.address else {
                if part == self.owners.tables {
                    passive = Some(data.len());
                    data.passive(bytes.iter().copied());
                }
                continue;
            };
            let base = u64::from(address);
            for (piece, owner) in self.owners.pieces(base..base + bytes.len() as u64) {
                if owner == part {
                    let own = (piece.start - base) as usize..(piece.end - base) as usize;
                    let offset = ConstExpr::i32_const((piece.start as u32).cast_signed());
                    data.active(0, &offset, bytes[own].iter().copied());
                }
            }
        }
        (data, passive)
    }
}

fn function_name(function: FuncIndex) -> String {
    format!("$f{function}")
}
