//! The file from its first to its last byte, piece by piece.

use super::Builder;
use crate::input::Section;
use crate::sizes::model::{Kind, Owner, Tag};
use std::ops::Range;
use wasmparser::{BinaryReader, Name, NameSectionReader};

/// Ids of sections, WebAssembly 3.0, 5.5.2.
mod id {
    pub(super) const CUSTOM: u8 = 0;
    pub(super) const FUNCTION: u8 = 3;
    pub(super) const ELEMENT: u8 = 9;
    pub(super) const CODE: u8 = 10;
    pub(super) const DATA: u8 = 11;
}

/// All bytes of the file, in order.
pub(super) fn pieces(builder: &Builder<'_>) -> Vec<(Range<usize>, Tag)> {
    let mut pieces = Pieces {
        builder,
        all: Vec::new(),
        at: 0,
        module: Tag {
            kind: Kind::Module,
            owner: builder.module,
            item: None,
        },
    };
    for section in &builder.input.sections {
        pieces.up_to(section.range.start, pieces.module);
        match section.id {
            id::FUNCTION => pieces.function_section(section),
            id::ELEMENT => pieces.element_section(section),
            id::CODE => pieces.code_section(),
            id::DATA => pieces.data_section(),
            id::CUSTOM => pieces.custom_section(section),
            _ => {}
        }
        pieces.up_to(section.range.end, pieces.module);
    }
    pieces.up_to(builder.input.bytes.len(), pieces.module);
    pieces.all
}

struct Pieces<'b> {
    builder: &'b Builder<'b>,
    all: Vec<(Range<usize>, Tag)>,
    /// Where the next piece begins.
    at: usize,
    module: Tag,
}

impl Pieces<'_> {
    /// The piece from where the last one ended up to here.
    fn up_to(&mut self, end: usize, tag: Tag) {
        if end <= self.at {
            return;
        }
        match self.all.last_mut() {
            Some((range, last)) if *last == tag => range.end = end,
            _ => self.all.push((self.at..end, tag)),
        }
        self.at = end;
    }

    /// The type of each function.
    fn function_section(&mut self, section: &Section<'_>) {
        let content = self.builder.input.slice(&section.range);
        let reader = BinaryReader::new(content, section.range.start);
        let Ok(types) = wasmparser::FunctionSectionReader::new(reader) else {
            return;
        };
        let mut last = None;
        for (entry, id) in types
            .into_iter_with_offsets()
            .zip(self.builder.functions.iter())
        {
            let Ok((start, _)) = entry else {
                return;
            };
            self.up_to(start, last.unwrap_or(self.module));
            last = Some(self.builder.tag(Kind::Code, *id));
        }
        self.up_to(section.range.end, last.unwrap_or(self.module));
    }

    /// The slots of each function.
    fn element_section(&mut self, section: &Section<'_>) {
        let content = self.builder.input.slice(&section.range);
        let reader = BinaryReader::new(content, section.range.start);
        let Ok(elements) = wasmparser::ElementSectionReader::new(reader) else {
            return;
        };
        for element in elements.into_iter().map_while(Result::ok) {
            let wasmparser::ElementItems::Functions(functions) = element.items else {
                continue;
            };
            let mut last = self.module;
            for (start, index) in functions.into_iter_with_offsets().map_while(Result::ok) {
                self.up_to(start, last);
                let id = self.builder.item_of(crate::index::FuncIndex(index));
                last = id.map_or(self.module, |id| self.builder.tag(Kind::Code, id));
            }
            self.up_to(element.range.end, last);
        }
    }

    /// Bodies, with the number in front of each that says how long it is.
    fn code_section(&mut self) {
        let bodies = self.builder.input.bodies.iter();
        let mut first = true;
        for (body, id) in bodies.zip(self.builder.functions.iter()) {
            if std::mem::take(&mut first) {
                let size = leb_len(body.len());
                self.up_to(body.start - size, self.module);
            }
            self.up_to(body.end, self.builder.tag(Kind::Code, *id));
        }
    }

    /// Segments; what stands in front of one goes with its first byte.
    fn data_section(&mut self) {
        let streams = self.builder.streams.iter();
        let mut streams = streams.skip_while(|(range, _)| range.is_empty()).peekable();
        for segment in &self.builder.input.data {
            let Some(address) = segment.address.filter(|_| self.builder.program.is_some()) else {
                // A script's streams, or what is not laid out.
                while let Some((range, tag)) = streams.next_if(|(r, _)| r.end <= segment.range.end)
                {
                    self.up_to(range.start.max(self.at), self.module);
                    self.up_to(range.end, *tag);
                }
                self.up_to(segment.range.end, self.unclaimed());
                continue;
            };
            let address = u64::from(address);
            let start = segment.range.start;
            let end = address + segment.range.len() as u64;
            for (range, tag) in self.builder.claims.pieces(address..end) {
                let mut tag = tag.map_or_else(|| self.unclaimed(), |tag| self.current(tag));
                let end = start + (range.end - address) as usize;
                if tag.owner == Owner::Nobody && self.is_zero(self.at..end) {
                    // Padding.
                    tag = self.all.last().map_or(tag, |(_, before)| *before);
                }
                self.up_to(end, tag);
            }
        }
    }

    /// Whether these bytes of the file are all zero.
    fn is_zero(&self, range: Range<usize>) -> bool {
        let bytes = self.builder.input.slice(&range);
        bytes.iter().all(|byte| *byte == 0)
    }

    /// Data that nothing claims.
    fn unclaimed(&self) -> Tag {
        Tag {
            kind: Kind::Data,
            owner: match self.builder.program {
                Some(_) => Owner::Nobody,
                None => self.builder.module,
            },
            item: None,
        }
    }

    /// A tag with the owner that its item has by now, and the kind that follows from it.
    fn current(&self, tag: Tag) -> Tag {
        let owner = match tag.item {
            Some(id) => self.builder.item(id).owner,
            None => tag.owner,
        };
        let kind = match tag.kind {
            Kind::Data => self.builder.packages.kind_of_data(owner),
            kind => kind,
        };
        Tag { kind, owner, ..tag }
    }

    fn custom_section(&mut self, section: &Section<'_>) {
        let name = section.name.unwrap_or_default();
        let debug = Tag {
            kind: Kind::Debug,
            ..self.module
        };
        let is_debug = name.starts_with(".debug_")
            || matches!(name, "name" | "sourceMappingURL" | "external_debug_info");
        if name == "name" {
            self.name_section(section, debug);
        }
        if is_debug {
            self.up_to(section.range.end, debug);
        }
    }

    /// Names of functions are the functions'.
    fn name_section(&mut self, section: &Section<'_>, debug: Tag) {
        let content = self.builder.input.slice(&section.range);
        let mut reader = BinaryReader::new(content, section.range.start);
        if reader.read_string().is_err() {
            return;
        }
        let start = reader.original_position();
        let reader = BinaryReader::new(&content[start - section.range.start..], start);
        for name in NameSectionReader::new(reader).map_while(Result::ok) {
            let Name::Function(names) = name else {
                continue;
            };
            let mut last = debug;
            for (start, naming) in names.into_iter_with_offsets().map_while(Result::ok) {
                self.up_to(start, last);
                let id = self.builder.item_of(crate::index::FuncIndex(naming.index));
                last = id.map_or(debug, |id| self.builder.tag(Kind::Debug, id));
                let number = leb_len(naming.index as usize) + leb_len(naming.name.len());
                self.up_to(start + number + naming.name.len(), last);
                last = debug;
            }
        }
    }
}

/// Bytes of a number in LEB128, as short as it gets.
fn leb_len(number: usize) -> usize {
    (usize::BITS - number.leading_zeros()).div_ceil(7).max(1) as usize
}
