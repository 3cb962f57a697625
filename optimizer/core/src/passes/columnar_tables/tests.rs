//! Scripts for random tables: the Rust and the WebAssembly version rebuild the same bytes.

use super::names::Names;
use super::writer::{Script, Writer};
use crate::columns::tests::{escaped, module_text};
use crate::columns::{self, Coding, Operation};
use crate::go::Bytes;
use crate::input::Input;
use crate::placeholder::{PREFIXES, placeholder};
use proptest::prelude::*;

pub(super) const BASE: u32 = 0x400;
/// Offsets in the records of these tests.
const NAME: u32 = 4;
const TABLE: u32 = 8;
const LINE: u32 = 12;
const FIRST_COUNT: u32 = 16;
const SECOND_COUNT: u32 = 17;
const ARRAYS: u32 = 20;

/// Tables such as Go's: names, pc-value tables, and records that a list points to.
#[derive(Debug)]
struct Tables {
    bytes: Vec<u8>,
    names: u32,
    pctab: u32,
    pc_values: Vec<Vec<u8>>,
    list: u32,
    count: u32,
}

/// What a record is made of: name, line, first and second array.
type Record = (String, u32, Vec<u32>, Vec<u32>);

fn record() -> impl Strategy<Value = Record> {
    let numbers = || prop::collection::vec(prop_oneof![0..9u32, any::<u32>()], 0..4);
    ("[a-z]{0,9}", any::<u32>(), numbers(), numbers())
}

impl Tables {
    fn new(records: &[Record]) -> Tables {
        let mut bytes: Vec<u8> = Vec::new();
        let mut offsets = Vec::new();
        for (name, ..) in records {
            offsets.push(bytes.len() as u32);
            bytes.extend(name.bytes().chain([0]));
        }
        let pctab = BASE + bytes.len() as u32;
        bytes.push(0);
        let mut pc_values: Vec<Vec<u8>> = Vec::new();
        for (_, line, first, _) in records {
            // Two runs, the second of as many PCs as need two bytes; a short number of a longer line.
            let line = line % 0x3fff;
            let table = vec![line as u8 | 0x80, (line >> 7) as u8, 1, 4, 0x90, 3, 0];
            let table = if first.is_empty() {
                vec![2, 1, 0]
            } else {
                table
            };
            pc_values.push(table.clone());
            bytes.extend(table);
        }
        let list = BASE + bytes.len() as u32;
        bytes.resize(bytes.len() + 8 * records.len(), 0);
        let mut table = 1;
        for (index, (_, line, first, second)) in records.iter().enumerate() {
            let offset = BASE + bytes.len() as u32 - list;
            let at = (list - BASE) as usize + 8 * index;
            bytes[at..at + 4].copy_from_slice(&(0x1000 + index as u32).to_le_bytes());
            bytes[at + 4..at + 8].copy_from_slice(&offset.to_le_bytes());
            let words = [0x1000 + index as u32, offsets[index], table, *line];
            table += pc_values[index].len() as u32;
            bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
            bytes.extend([first.len() as u8, second.len() as u8, 7, 9]);
            bytes.extend(first.iter().chain(second).flat_map(|n| n.to_le_bytes()));
        }
        Tables {
            bytes,
            names: BASE,
            pctab,
            pc_values,
            list,
            count: records.len() as u32,
        }
    }

    fn field(&self, coding: Coding, offset: u32) -> Operation {
        let mut operation = Operation::array(coding, self.count, self.list + 4, 8);
        (operation.list, operation.offset) = (self.list, offset);
        operation
    }

    /// A script for all columns of these tables, whatever `bytes` are; with the values in the second arrays.
    fn script(&self, bytes: &[u8], second: &[u32]) -> Option<Script> {
        let image = Bytes::new(BASE.into(), bytes);
        let working = (BASE + bytes.len() as u32).next_multiple_of(8);
        let entries = self.pc_values.len() + second.len();
        let mut writer = Writer::new(image, working, entries as u32)?;
        writer.column(Operation::array(
            Coding::Previous,
            self.count,
            self.list + 4,
            8,
        ))?;
        let mut entry = Operation::array(Coding::Linear, self.count, self.list, 8);
        (entry.first, entry.a, entry.b) = (0x1000, 1, 1);
        writer.column(entry)?;
        writer.column(self.field(Coding::Previous, FIRST_COUNT))?;
        let mut tables = writer.pc_values(self.pctab, self.pctab + 1, &self.pc_values, &[])?;
        writer.tokens(self.field(Coding::Token, TABLE), &mut tables, 0)?;
        let mut names = self.field(Coding::Name, NAME);
        names.a = self.names;
        writer.column(names)?;
        let mut lines = self.field(Coding::FirstValue, LINE);
        (lines.a, lines.b) = (TABLE, self.pctab);
        writer.column(lines)?;
        for index in 0..4 {
            let mut first = self.field(Coding::Plain, ARRAYS + 4 * index);
            (first.bound, first.index) = (FIRST_COUNT, index);
            writer.column(first)?;
        }
        let mut numbers = writer.dictionary(Coding::Plain, second)?;
        for index in 0..4 {
            let mut second = self.field(Coding::Token, ARRAYS + 4 * index);
            (second.bound, second.index, second.behind) = (SECOND_COUNT, index, FIRST_COUNT);
            writer.tokens(second, &mut numbers, 3)?;
        }
        writer.finish()
    }
}

/// The numbers of all second arrays but 3, each once, in the order in which their columns name them.
fn dictionary(records: &[Record]) -> Vec<u32> {
    let mut numbers = Vec::new();
    for index in 0..4 {
        for (.., second) in records {
            let number = second.get(index).filter(|n| **n != 3);
            numbers.extend(number.filter(|n| !numbers.contains(*n)).copied());
        }
    }
    numbers
}

/// A module with a script for its start function, and the image for its data.
pub(super) fn module_of(script: &Script, image: &[u8]) -> Vec<u8> {
    let image = format!(
        r#"(memory (export "memory") 2) (data (i32.const {BASE}) "{}")"#,
        escaped(image)
    );
    let text = module_text(&script.placement(), &script.segment, script.knows())
        .replace("(memory 1)", &image);
    wat::parse_str(text).expect("the start function is valid text")
}

/// Memory after instantiation, from `BASE` on: as long as `image`, and the rest.
pub(super) fn rebuilt_by_wasm(wasm: &[u8], image: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let engine = wasmi::Engine::default();
    let module = wasmi::Module::new(&engine, wasm).expect("valid");
    let mut store = wasmi::Store::new(&engine, ());
    let linker = wasmi::Linker::new(&engine);
    let instance = (linker.instantiate_and_start(&mut store, &module)).expect("runs to its end");
    let memory = instance.get_memory(&store, "memory").expect("exported");
    let (_, memory) = memory.data(&store).split_at(BASE as usize);
    let (image, rest) = memory.split_at(image.len());
    (image.to_vec(), rest.to_vec())
}

#[test]
fn placeholders_come_back_around_names_that_stay() {
    let mut bytes = vec![0];
    for number in 0..0x1234 {
        let name = match number % 7 {
            3 => format!("main.F{number}"),
            class => placeholder(class % PREFIXES.len(), number as u32),
        };
        bytes.extend(name.bytes().chain([0]));
    }
    let names = Names::read(Bytes::new(BASE.into(), &bytes)).expect("placeholders");
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    let behind = BASE + bytes.len() as u32;
    bytes.extend([7, 0, 0, 0]);
    let working = (BASE + bytes.len() as u32).next_multiple_of(8);
    let mut writer = Writer::new(Bytes::new(BASE.into(), &bytes), working, 0).expect("inside");
    writer.names(&names).expect("inside");
    let last = Operation::array(Coding::Plain, 1, behind, 4);
    writer.column(last).expect("inside");
    let script = writer.finish().expect("inside");
    let mut image = bytes.clone();
    assert!(script.take_out(BASE, &mut image));
    let stays = |image: &[u8]| image.iter().filter(|byte| **byte != 0).count();
    assert!(
        stays(&image) * 4 < stays(&bytes),
        "placeholders stay in the file"
    );
    let wasm = module_of(&script, &image);
    assert_eq!(rebuilt_by_wasm(&wasm, &image).0, bytes);
    let input = Input::read(&wasm).expect("well-formed");
    assert!(columns::rebuild(&input, BASE.into(), &mut image));
    assert_eq!(image, bytes);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn tables_come_back(records in prop::collection::vec(record(), 1..12)) {
        let tables = Tables::new(&records);
        let script = tables.script(&tables.bytes, &dictionary(&records)).expect("all inside");
        let mut image = tables.bytes.clone();
        prop_assert!(script.take_out(BASE, &mut image));
        let from = (tables.list - BASE) as usize;
        let stored = image[from..].iter().filter(|byte| **byte != 0).count();
        prop_assert!(stored <= 4 * records.len(), "more is stored than the entries of records");
        let wasm = module_of(&script, &image);
        let (rebuilt, rest) = rebuilt_by_wasm(&wasm, &image);
        prop_assert_eq!(&rebuilt, &tables.bytes);
        prop_assert!(rest.iter().all(|byte| *byte == 0), "working memory is not clean");
        let input = Input::read(&wasm).expect("well-formed");
        prop_assert!(columns::rebuild(&input, BASE.into(), &mut image), "the script is not found");
        prop_assert_eq!(&image, &tables.bytes);
    }

    /// Arbitrary tables: no script, one that is found to be wrong, or one that is right.
    #[test]
    fn damaged_tables_are_refused_or_come_back(
        records in prop::collection::vec(record(), 1..6),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let tables = Tables::new(&records);
        let mut bytes = tables.bytes.clone();
        for (at, byte) in &damage {
            *at.get_mut(&mut bytes) = *byte;
        }
        let Some(script) = tables.script(&bytes, &dictionary(&records)) else {
            return Ok(());
        };
        let mut image = bytes.clone();
        if script.take_out(BASE, &mut image) {
            prop_assert_eq!(rebuilt_by_wasm(&module_of(&script, &image), &image).0, bytes);
        }
    }
}

#[test]
fn a_kind_names_tables_of_another() {
    let table = |line: u8| vec![line, 3, 0];
    let (shared, own) = (table(20), table(30));
    let pctab: Vec<u8> = [&[0][..], &table(10), &shared, &own].concat();
    let own_at = (pctab.len() - own.len()) as u32;
    let shared_at = own_at - shared.len() as u32;
    let columns = [[1, shared_at, 0, 1], [own_at, shared_at, own_at, 0]];
    let mut bytes = pctab.clone();
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    let rows = BASE + bytes.len() as u32;
    bytes.extend(
        columns
            .iter()
            .flatten()
            .flat_map(|offset| offset.to_le_bytes()),
    );
    let working = (BASE + bytes.len() as u32).next_multiple_of(8);
    let image = Bytes::new(BASE.into(), &bytes);
    let mut writer = Writer::new(image, working, 4).expect("inside");
    let mut first =
        (writer.pc_values(BASE, BASE + 1, &[table(10), shared], &[])).expect("room for both");
    let mut second =
        (writer.pc_values(BASE, BASE + own_at, &[own], &[shared_at])).expect("room for both");
    for (row, dictionary) in [(rows, &mut first), (rows + 16, &mut second)] {
        let column = Operation::array(Coding::Token, 4, row, 4);
        assert!(writer.tokens(column, dictionary, 0).is_some());
    }
    let script = writer.finish().expect("inside");
    let mut image = bytes.clone();
    assert!(script.take_out(BASE, &mut image));
    assert!(image.iter().all(|byte| *byte == 0), "nothing stays");
    let wasm = module_of(&script, &image);
    assert_eq!(rebuilt_by_wasm(&wasm, &image).0, bytes);
}
