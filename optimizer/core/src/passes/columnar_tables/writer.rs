//! Writes a script for columns whose numbers are in the memory image.

use super::names::Names;
use super::predicted::Predicted;
use crate::columns::predicted::NAME_SLOTS;
use crate::columns::start::Knows;
use crate::columns::{Coding, Operation, Placement, Target, run, zigzag};
use crate::go::Bytes;
use crate::placeholder::PREFIXES;
use std::collections::HashMap;

/// A script while it is written.
///
/// Working memory begins with the dictionaries, whose size is known beforehand; streams and operations follow.
#[derive(Debug)]
pub(super) struct Writer<'i> {
    image: Bytes<'i>,
    working_base: u32,
    dictionaries: u32,
    dictionary_bytes: u32,
    streams: Vec<u8>,
    operations: Vec<Operation>,
    /// First address and length of what the script writes into the image.
    cells: Vec<(u32, u32)>,
}

/// A dictionary in working memory, and the position of each of its entries.
#[derive(Debug)]
pub(super) struct Dictionary {
    address: u32,
    positions: HashMap<u32, u32>,
    /// Entries that a token has named already.
    used: u32,
}

/// A script that is written.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) working_base: u32,
    /// Bytes of dictionaries, in front of what the segment holds.
    pub(super) dictionary_bytes: u32,
    /// Streams, then operations.
    pub(super) segment: Vec<u8>,
    /// Address of the first operation.
    pub(super) operations: u32,
    list: Vec<Operation>,
    cells: Vec<(u32, u32)>,
}

impl<'i> Writer<'i> {
    /// `entries` is how many entries the dictionaries will have, all together.
    pub(super) fn new(image: Bytes<'i>, working_base: u32, entries: u32) -> Option<Writer<'i>> {
        Some(Writer {
            image,
            working_base,
            dictionaries: working_base,
            dictionary_bytes: entries.checked_mul(4)?,
            streams: Vec::new(),
            operations: Vec::new(),
            cells: Vec::new(),
        })
    }

    /// A column of the image, in any coding but tokens; `None` if it is not entirely inside the image.
    pub(super) fn column(&mut self, mut operation: Operation) -> Option<()> {
        operation.stream = self.here()?;
        let mut previous = operation.first;
        let cells = self.cells_of(&operation)?;
        // Memory is zero to begin with.
        if cells
            .iter()
            .all(|cell| self.image.u32((*cell).into()) == Some(0))
        {
            return Some(());
        }
        for cell in cells {
            if operation.coding != Coding::Linear {
                let value = self.image.u32(cell.into())?;
                let predicted = operation.prediction(&self.image, cell, previous)?;
                self.number(zigzag(value.wrapping_sub(predicted)));
                previous = operation.after(&self.image, value)?;
            }
            self.cells.push((cell, 4));
        }
        self.push(operation);
        Some(())
    }

    /// A column whose numbers are entries of a dictionary, or `none`; gives the address of its tokens.
    pub(super) fn tokens(
        &mut self,
        mut operation: Operation,
        dictionary: &mut Dictionary,
        none: u32,
    ) -> Option<u32> {
        operation.stream = self.here()?;
        operation.a = dictionary.address;
        operation.b = none;
        operation.first = dictionary.address + 4 * dictionary.used;
        let cells = self.cells_of(&operation)?;
        if none == 0 && dictionary.positions.is_empty() {
            return Some(operation.stream);
        }
        for cell in cells {
            let value = self.image.u32(cell.into())?;
            let token = dictionary.token(value, none)?;
            self.number(token);
            self.cells.push((cell, 4));
        }
        self.push(operation);
        Some(operation.stream)
    }

    /// A column with the tokens at `stream`, of another dictionary.
    pub(super) fn same_tokens(
        &mut self,
        mut operation: Operation,
        stream: u32,
        dictionary: &Dictionary,
    ) -> Option<()> {
        operation.stream = stream;
        operation.a = dictionary.address;
        operation.first = dictionary.address;
        for cell in self.cells_of(&operation)? {
            self.image.u32(cell.into())?;
            self.cells.push((cell, 4));
        }
        self.push(operation);
        Some(())
    }

    /// A dictionary of these numbers, in this order, each once.
    pub(super) fn dictionary(&mut self, coding: Coding, entries: &[u32]) -> Option<Dictionary> {
        let dictionary = self.new_dictionary(entries)?;
        self.entries(coding, dictionary.address, entries)?;
        Some(dictionary)
    }

    /// Numbers that the script writes into working memory.
    fn entries(&mut self, coding: Coding, address: u32, entries: &[u32]) -> Option<()> {
        let mut operation = Operation::array(coding, entries.len() as u32, address, 4);
        operation.stream = self.here()?;
        let mut previous = 0;
        for entry in entries {
            self.number(zigzag(entry.wrapping_sub(previous)));
            if coding == Coding::Previous {
                previous = *entry;
            }
        }
        self.push(operation);
        Some(())
    }

    /// pc-value tables that lie one behind the other from `address` on, and the dictionary of their offsets, behind those of
    /// tables `elsewhere`.
    pub(super) fn pc_values(
        &mut self,
        pctab: u32,
        address: u32,
        tables: &[impl AsRef<[u8]>],
        elsewhere: &[u32],
    ) -> Option<Dictionary> {
        let own = (tables.iter()).scan(address.wrapping_sub(pctab), |next, table| {
            let offset = *next;
            *next += table.as_ref().len() as u32;
            Some(offset)
        });
        let offsets: Vec<u32> = elsewhere.iter().copied().chain(own).collect();
        let mut dictionary = self.new_dictionary(&offsets)?;
        // Tokens name these as if they had been named before.
        dictionary.used = elsewhere.len() as u32;
        self.entries(Coding::Previous, dictionary.address, elsewhere)?;
        let mut operation = Operation::array(Coding::PcValues, tables.len() as u32, address, 0);
        operation.first = dictionary.address + 4 * dictionary.used;
        operation.a = pctab;
        operation.stream = self.here()?;
        let mut counts = Vec::new();
        for table in tables {
            // Changes of value and numbers of PCs take turns; the closing zero is a change.
            for (position, number) in numbers(table.as_ref()).enumerate() {
                match position % 2 {
                    0 => self.streams.extend_from_slice(number),
                    _ => counts.extend_from_slice(number),
                }
            }
        }
        operation.b = self.here()?;
        self.streams.extend_from_slice(&counts);
        let len = tables
            .iter()
            .map(|table| table.as_ref().len())
            .sum::<usize>() as u32;
        self.cells.push((address, len));
        self.push(operation);
        Some(dictionary)
    }

    /// Placeholders and names that stay as they are, one behind the other.
    pub(super) fn names(&mut self, names: &Names) -> Option<()> {
        let mut operation = Operation::array(
            Coding::Placeholders,
            names.names.len() as u32,
            names.address,
            0,
        );
        operation.a = self.here()?;
        // Byte 0 of the stream says that a name stays, so no text has distance 0.
        let mut distances = Vec::new();
        self.streams.push(0);
        for prefix in PREFIXES {
            distances.push((self.here()? - operation.a) as u8);
            self.streams.extend_from_slice(prefix.as_bytes());
            self.streams.push(0);
        }
        operation.stream = self.here()?;
        let mut address = names.address;
        for (class, len) in &names.names {
            let distance = class.and_then(|class| distances.get(class).copied());
            self.streams.push(distance.unwrap_or(0));
            if distance.is_some() {
                self.cells.push((address, *len));
            }
            address = address.checked_add(len.checked_add(1)?)?;
        }
        self.push(operation);
        Some(())
    }

    /// Files, lines and parents of inlined calls.
    pub(super) fn predicted(&mut self, predicted: Predicted) -> Option<()> {
        let Predicted {
            mut operation,
            mut block,
            words,
            ..
        } = predicted;
        let (files, lines) = (&mut block.file_tables, &mut block.line_tables);
        for (words, address) in [
            (NAME_SLOTS, &mut block.known_files),
            (words.lines, &mut block.known_lines),
            (words.tables[0], &mut files.tables),
            (words.scratch[0], &mut files.scratch),
            (words.tables[1], &mut lines.tables),
            (words.scratch[1], &mut lines.scratch),
        ] {
            *address = self.dictionaries;
            self.dictionaries = self.behind(words)?;
        }
        for (stream, address) in [
            (&predicted.files, &mut operation.stream),
            (&predicted.names, &mut block.names),
            (&predicted.lines, &mut block.lines),
            (&predicted.inlined, &mut block.inlined),
            (&predicted.own, &mut block.own),
            (&predicted.parents, &mut block.parents),
            (&predicted.raw, &mut block.raw),
        ] {
            *address = self.here()?;
            self.streams.extend_from_slice(stream);
        }
        operation.b = self.here()?;
        self.streams.extend(block.bytes());
        self.cells.extend(predicted.cells);
        self.push(operation);
        Some(())
    }

    pub(super) fn finish(mut self) -> Option<Script> {
        let operations = self.here()?;
        let list = std::mem::take(&mut self.operations);
        let mut segment = self.streams;
        segment.extend(list.iter().flat_map(Operation::bytes));
        Some(Script {
            working_base: self.working_base,
            dictionary_bytes: self.dictionary_bytes,
            segment,
            operations,
            list,
            cells: self.cells,
        })
    }

    fn new_dictionary(&mut self, entries: &[u32]) -> Option<Dictionary> {
        let address = self.dictionaries;
        self.dictionaries = self.behind(entries.len() as u32)?;
        Some(Dictionary {
            address,
            positions: entries.iter().copied().zip(0..).collect(),
            used: 0,
        })
    }

    /// The address behind so many more words of dictionaries.
    fn behind(&self, words: u32) -> Option<u32> {
        let end = self.dictionaries.checked_add(words.checked_mul(4)?)?;
        (end <= self.working_base.checked_add(self.dictionary_bytes)?).then_some(end)
    }

    /// Address of the next byte of the streams.
    fn here(&self) -> Option<u32> {
        let streams = u32::try_from(self.streams.len()).ok()?;
        self.working_base
            .checked_add(self.dictionary_bytes)?
            .checked_add(streams)
    }

    fn cells_of(&self, operation: &Operation) -> Option<Vec<u32>> {
        let mut cells = Vec::new();
        let mut row = operation.row;
        for _ in 0..operation.count {
            cells.extend(operation.cell(&self.image, row)?);
            row = row.checked_add(operation.stride)?;
        }
        Some(cells)
    }

    fn number(&mut self, mut value: u32) {
        while value > 0x7f {
            self.streams.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.streams.push(value as u8);
    }

    /// A column without rows is left out: the script would run it once.
    fn push(&mut self, operation: Operation) {
        if operation.count > 0 {
            self.operations.push(operation);
        }
    }
}

impl Dictionary {
    /// Entries are in the order in which tokens first name them; `None` for a number that is not the next one.
    fn token(&mut self, value: u32, none: u32) -> Option<u32> {
        if value == none {
            return Some(0);
        }
        let position = *self.positions.get(&value)?;
        if position < self.used {
            return Some(position + 2);
        }
        (position == self.used).then(|| {
            self.used += 1;
            1
        })
    }
}

impl Script {
    /// What the start function has to know.
    pub(super) fn knows(&self) -> Knows {
        let names = self
            .list
            .iter()
            .any(|operation| operation.coding == Coding::Placeholders);
        match names {
            true => Knows::Names,
            false => Knows::Tables,
        }
    }

    /// Where it lies.
    pub(super) fn placement(&self) -> Placement {
        Placement {
            working_base: self.working_base,
            dictionary_bytes: self.dictionary_bytes,
            length: self.segment.len() as u32,
            operations: self.operations,
        }
    }

    /// Removes what the script writes from an image, and runs the script. Whether the image is what it was.
    ///
    /// The image is left without what the script writes.
    pub(super) fn take_out(&self, base: u32, image: &mut [u8]) -> bool {
        let before = image.to_vec();
        for (address, len) in &self.cells {
            let start = (address - base) as usize;
            if let Some(cell) = image.get_mut(start..start + *len as usize) {
                cell.fill(0);
            }
        }
        let mut rebuilt = image.to_vec();
        let mut working = vec![0; self.dictionary_bytes as usize];
        working.extend_from_slice(&self.segment);
        let mut memory = Target::new(base, &mut rebuilt, self.working_base, &mut working);
        run(&self.list, &mut memory).is_some() && rebuilt == before
    }
}

/// The base-128 numbers of a table, as bytes.
fn numbers(table: &[u8]) -> impl Iterator<Item = &[u8]> {
    table.split_inclusive(|byte| *byte <= 0x7f)
}
