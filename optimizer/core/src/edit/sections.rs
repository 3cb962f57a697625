//! The sections of a module, those that change as new bytes.

use super::{section, unexpected};
use crate::error::{Error, Result, Stage};
use crate::index::FuncIndex;
use crate::input::{DataSegment, Input};
use std::borrow::Cow;
use std::collections::BTreeMap;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{ConstExpr, Encode, RawSection};
use wasmparser::{
    BinaryReader, ElementSectionReader, FunctionBody, MemorySectionReader, Operator, TypeRef,
};

pub(super) struct Sections<'i> {
    input: &'i Input<'i>,
    /// In file order: id and content.
    sections: Vec<(u8, Cow<'i, [u8]>)>,
}

impl<'i> Sections<'i> {
    pub(super) fn of(input: &'i Input<'i>) -> Sections<'i> {
        let sections = input.sections.iter();
        Sections {
            input,
            sections: sections
                .map(|s| (s.id, Cow::Borrowed(input.slice(&s.range))))
                .collect(),
        }
    }

    pub(super) fn finish(self) -> Vec<u8> {
        let mut out = wasm_encoder::Module::new();
        for (id, content) in &self.sections {
            out.section(&RawSection {
                id: *id,
                data: content,
            });
        }
        out.finish()
    }

    fn content(&mut self, id: u8) -> Result<&mut Cow<'i, [u8]>> {
        let section = self.sections.iter_mut().find(|(found, _)| *found == id);
        let missing = || unexpected(&format!("no section {id}"));
        section.map(|(_, content)| content).ok_or_else(missing)
    }

    /// Adds a section where it belongs, by the order that the standard demands (WebAssembly 3.0, 5.5.16).
    fn insert(&mut self, id: u8, content: Cow<'i, [u8]>) {
        /// Type, import, function, table, memory, tag, global, export, start, element, data count, code, data.
        const ORDER: [u8; 13] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];
        let rank = |id: u8| ORDER.iter().position(|known| *known == id);
        let behind = |(found, _): &(u8, Cow<'_, [u8]>)| rank(*found) > rank(id);
        let place = self.sections.iter().position(behind);
        let place = place.unwrap_or(self.sections.len());
        self.sections.insert(place, (id, content));
    }

    /// Adds the `count` entries of `added` behind those of the module's section, which is made if there is none.
    pub(super) fn append(&mut self, id: u8, added: &impl Encode, count: usize) -> Result<()> {
        if count == 0 {
            return Ok(());
        }
        let added = without_size(added)?;
        if self.sections.iter().all(|(found, _)| *found != id) {
            self.insert(id, Cow::Owned(added));
            return Ok(());
        }
        let content = self.content(id)?;
        let (before, entries) = counted(content)?;
        let mut out = Vec::with_capacity(content.len() + added.len());
        (before as usize + count).encode(&mut out);
        out.extend(entries);
        out.extend(counted(&added)?.1);
        *content = Cow::Owned(out);
        Ok(())
    }

    pub(super) fn rename_imports(
        &mut self,
        renamed: &BTreeMap<usize, (String, String)>,
    ) -> Result<()> {
        if renamed.is_empty() {
            return Ok(());
        }
        let content = self.content(section::IMPORT)?;
        let mut reader = BinaryReader::new(content, 0);
        let count = reader.read_var_u32().map_err(|e| malformed(&e))?;
        let mut out = Vec::with_capacity(content.len());
        count.encode(&mut out);
        for position in 0..count as usize {
            let module = reader.read_string().map_err(|e| malformed(&e))?;
            let name = reader.read_string().map_err(|e| malformed(&e))?;
            let new = renamed.get(&position);
            let (module, name) = new.map_or((module, name), |(module, name)| (module, name));
            module.encode(&mut out);
            name.encode(&mut out);
            let start = reader.original_position();
            reader.read::<TypeRef>().map_err(|e| malformed(&e))?;
            out.extend(&content[start..reader.original_position()]);
        }
        *content = Cow::Owned(out);
        Ok(())
    }

    pub(super) fn set_exports(
        &mut self,
        renamed: &BTreeMap<usize, String>,
        redirected: &BTreeMap<usize, FuncIndex>,
        added: &[(String, FuncIndex)],
    ) -> Result<()> {
        if renamed.is_empty() && redirected.is_empty() && added.is_empty() {
            return Ok(());
        }
        let mut out = wasm_encoder::ExportSection::new();
        for (position, export) in self.input.exports.iter().enumerate() {
            let name = renamed.get(&position).map_or(export.name, |name| name);
            let index = redirected.get(&position).map_or(export.index, |to| to.0);
            out.export(name, export.kind.into(), index);
        }
        for (name, function) in added {
            out.export(name, wasm_encoder::ExportKind::Func, function.0);
        }
        let exports = Cow::Owned(without_size(&out)?);
        match self.content(section::EXPORT) {
            Ok(content) => *content = exports,
            Err(_) => self.insert(section::EXPORT, exports),
        }
        Ok(())
    }

    /// Declares `pages` of the one memory, if it has less.
    pub(super) fn raise_memory(&mut self, pages: u64) -> Result<()> {
        if self
            .input
            .memory_min
            .is_some_and(|declared| declared >= pages)
            || pages == 0
        {
            return Ok(());
        }
        let content = self.content(section::MEMORY)?;
        let reader = MemorySectionReader::new(BinaryReader::new(content, 0));
        let memories: Vec<_> = (reader.map_err(|e| malformed(&e))?.into_iter())
            .collect::<wasmparser::Result<_>>()
            .map_err(|e| malformed(&e))?;
        let [memory] = memories[..] else {
            return Err(unexpected("not one memory of its own"));
        };
        if let Some(maximum) = memory.maximum.filter(|maximum| *maximum < pages) {
            let message =
                format!("the memory may not have more than {maximum} pages, {pages} are needed");
            return Err(Error::new(Stage::Emit, message).with_hint("raise the module's maximum"));
        }
        let mut section = wasm_encoder::MemorySection::new();
        section.memory(wasm_encoder::MemoryType {
            minimum: pages,
            ..memory.into()
        });
        *content = Cow::Owned(without_size(&section)?);
        Ok(())
    }

    /// Changes words where they lie in data segments. Bytes that lie in none, and are not to be zero, get one of their
    /// own: there may be no room for another, because engines stop at 100,000.
    pub(super) fn set_words(&mut self, words: &BTreeMap<u64, u64>) -> Result<()> {
        let mut outside: Vec<(u64, u8)> = Vec::new();
        for (address, word) in words {
            for (address, byte) in (*address..).zip(word.to_le_bytes()) {
                match self.place_of(address) {
                    Some(place) => self.data()?[place] = byte,
                    None if byte == 0 => {}
                    None => outside.push((address, byte)),
                }
            }
        }
        if outside.is_empty() {
            return Ok(());
        }
        let count = outside.len();
        let mut added = wasm_encoder::DataSection::new();
        for (address, byte) in outside {
            // Addresses are those of a memory of 32 bits.
            let offset = ConstExpr::i32_const((address as u32).cast_signed());
            added.active(0, &offset, [byte]);
        }
        self.append(section::DATA, &added, count)?;
        if self
            .sections
            .iter()
            .any(|(id, _)| *id == section::DATA_COUNT)
        {
            let content = self.content(section::DATA_COUNT)?;
            let (before, _) = counted(content)?;
            let mut out = Vec::new();
            (before as usize + count).encode(&mut out);
            *content = Cow::Owned(out);
        }
        Ok(())
    }

    /// Where a byte of the initial memory is in the content of the data section. The last segment that fills it counts.
    fn place_of(&self, address: u64) -> Option<usize> {
        let section = self.input.sections.iter().find(|s| s.id == section::DATA)?;
        let holds = |segment: &&DataSegment| {
            let start = segment.address.map(u64::from);
            let len = segment.range.len() as u64;
            start.is_some_and(|start| (start..start + len).contains(&address))
        };
        let segment = self.input.data.iter().rev().find(holds)?;
        let within = address - u64::from(segment.address?);
        Some(segment.range.start - section.range.start + within as usize)
    }

    fn data(&mut self) -> Result<&mut Vec<u8>> {
        Ok(self.content(section::DATA)?.to_mut())
    }

    pub(super) fn redirect_slots(&mut self, redirected: &BTreeMap<u32, FuncIndex>) -> Result<()> {
        if redirected.is_empty() {
            return Ok(());
        }
        let content = self.content(section::ELEMENT)?;
        let reader = ElementSectionReader::new(BinaryReader::new(content, 0));
        let mut out = wasm_encoder::ElementSection::new();
        (Redirect(redirected))
            .parse_element_section(&mut out, reader.map_err(|e| malformed(&e))?)
            .map_err(|e| Error::new(Stage::Emit, e.to_string()))?;
        *content = Cow::Owned(without_size(&out)?);
        Ok(())
    }

    pub(super) fn redirect_calls(&mut self, redirected: &BTreeMap<u32, FuncIndex>) -> Result<()> {
        if redirected.is_empty() {
            return Ok(());
        }
        let mut out = Vec::new();
        self.input.bodies.len().encode(&mut out);
        for range in &self.input.bodies {
            let body = self.input.slice(range);
            let body = redirect(body, redirected).map_err(|e| malformed(&e))?;
            body.encode(&mut out);
        }
        *self.content(section::CODE)? = Cow::Owned(out);
        Ok(())
    }
}

/// Function indices of which some lead elsewhere.
struct Redirect<'r>(&'r BTreeMap<u32, FuncIndex>);

impl Reencode for Redirect<'_> {
    type Error = std::convert::Infallible;

    fn function_index(
        &mut self,
        index: u32,
    ) -> std::result::Result<u32, reencode::Error<Self::Error>> {
        Ok(self.0.get(&index).map_or(index, |to| to.0))
    }
}

/// A body whose calls lead elsewhere.
fn redirect<'b>(
    bytes: &'b [u8],
    redirected: &BTreeMap<u32, FuncIndex>,
) -> wasmparser::Result<Cow<'b, [u8]>> {
    let body = FunctionBody::new(BinaryReader::new(bytes, 0));
    let mut operators = body.get_operators_reader()?;
    let mut out = Vec::new();
    let mut copied = 0;
    while !operators.eof() {
        let start = operators.original_position();
        if let Operator::Call { function_index } = operators.read()?
            && let Some(to) = redirected.get(&function_index)
        {
            out.extend(&bytes[copied..start]);
            wasm_encoder::Instruction::Call(to.0).encode(&mut out);
            copied = operators.original_position();
        }
    }
    if copied == 0 {
        return Ok(Cow::Borrowed(bytes));
    }
    out.extend(&bytes[copied..]);
    Ok(Cow::Owned(out))
}

/// The number at the front of some bytes, and what follows.
fn counted(bytes: &[u8]) -> Result<(u32, &[u8])> {
    let mut reader = BinaryReader::new(bytes, 0);
    let count = reader.read_var_u32().map_err(|e| malformed(&e))?;
    Ok((count, &bytes[reader.original_position()..]))
}

/// The content of a section that is encoded: its number of entries, and the entries.
fn without_size(section: &impl Encode) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    section.encode(&mut bytes);
    Ok(counted(&bytes)?.1.to_vec())
}

fn malformed(error: &wasmparser::BinaryReaderError) -> Error {
    Error::from_parser(Stage::Emit, error)
}
