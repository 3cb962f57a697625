//! Scripts for random files and lines: the Rust and the WebAssembly version rebuild the same bytes.

use super::*;
use crate::columns;
use crate::input::Input;
use crate::passes::columnar_tables::tests::{BASE, module_of, rebuilt_by_wasm};
use crate::passes::columnar_tables::writer::{Script, Writer};
use proptest::prelude::*;

/// Offsets in the records of these tests: of words, bytes and arrays.
const FILE: u32 = 4;
const LINE: u32 = 8;
const SP: u32 = 12;
const NPCDATA: u32 = 16;
const NFUNCDATA: u32 = 17;
const PCDATA: u32 = 20;
const RECORD: u32 = PCDATA + 4 * (3 + 4);
/// Bytes of a record of a tree: name, parent, line.
const TREE_RECORD: u32 = 12;

/// A function: its runs of records of a tree, -1 for its own, each with a file and a line for each of its PCs.
#[derive(Debug, Clone)]
struct Function {
    runs: Vec<(i32, u32, Vec<u32>)>,
    /// What stands in place of the tables of files and of lines, if they are not those of the runs.
    others: [Option<Vec<u8>>; 2],
    /// Name, parent and line of each record of the tree.
    tree: Vec<(u32, u32, u32)>,
}

fn function() -> impl Strategy<Value = Function> {
    let line = || prop_oneof![6 => 10..30u32, 1 => 0..2000u32, 1 => any::<u32>()];
    let file = prop_oneof![9 => 3..5u32, 1 => any::<u32>()];
    let run = (-1..4i32, file, prop::collection::vec(line(), 1..5));
    let other = || {
        prop_oneof![
            8 => Just(None),
            1 => Just(Some(Vec::new())),
            // One run of one PC, and -1 for 200 of them.
            1 => Just(Some(vec![14, 1, 0])),
            1 => Just(Some(vec![0, 0xc8, 1, 0])),
        ]
    };
    let tree = prop::collection::vec((0..6u32, 0..9u32, line()), 4);
    let parts = (
        prop::collection::vec(run, 1..7),
        other(),
        other(),
        any::<bool>(),
        tree,
    );
    parts.prop_map(|(mut runs, files, lines, inlined, tree)| {
        if !inlined {
            runs.iter_mut().for_each(|run| run.0 = -1);
        }
        // Most functions are in one file.
        let own = runs[0].1;
        for run in &mut runs {
            if run.0 < 0 && run.1 < 9 {
                run.1 = own;
            }
        }
        Function {
            runs,
            others: [files, lines],
            tree,
        }
    })
}

impl Function {
    fn by_pc(&self, value: impl Fn(&(i32, u32, Vec<u32>), usize) -> u32) -> Option<Vec<u8>> {
        let values: Vec<u32> = (self.runs.iter())
            .flat_map(|run| {
                (0..run.2.len())
                    .map(|pc| value(run, pc))
                    .collect::<Vec<_>>()
            })
            .collect();
        let mut bytes = Vec::new();
        let mut previous = u32::MAX;
        for run in values.chunk_by(|one, other| one == other) {
            number(&mut bytes, zigzag(run[0].wrapping_sub(previous)));
            number(&mut bytes, run.len() as u32);
            previous = run[0];
        }
        bytes.push(0);
        Some(bytes)
    }

    fn inlined(&self) -> bool {
        self.runs.iter().any(|run| run.0 >= 0)
    }

    /// Stack pointers, inline indices, files and lines; empty for no table.
    fn tables(&self) -> [Vec<u8>; 4] {
        let indices = match self.inlined() {
            true => self.by_pc(|run, _| run.0 as u32),
            false => None,
        };
        let [files, lines] = &self.others;
        let files = files.clone().or_else(|| self.by_pc(|run, _| run.1));
        let lines = lines.clone().or_else(|| self.by_pc(|run, pc| run.2[pc]));
        let pointers = self.by_pc(|_, pc| pc as u32 / 2);
        [pointers, indices, files, lines].map(Option::unwrap_or_default)
    }
}

/// An image with the tables of functions.
#[derive(Debug)]
struct Tables {
    bytes: Vec<u8>,
    pctab: u32,
    functab: u32,
    /// Address and length of each table of files and of lines.
    kinds: [Vec<(u32, usize)>; 2],
    records: Vec<u32>,
}

impl Tables {
    fn new(functions: &[Function]) -> Tables {
        let mut bytes: Vec<u8> = Vec::new();
        let mut trees = Vec::new();
        for function in functions {
            trees.push(bytes.len() as u32);
            for (name, parent, line) in &function.tree {
                bytes.extend(
                    [*name, *parent, *line]
                        .iter()
                        .flat_map(|word| word.to_le_bytes()),
                );
            }
        }
        let pctab = BASE + bytes.len() as u32;
        bytes.push(0);
        let tables: Vec<_> = functions.iter().map(Function::tables).collect();
        let mut offsets = vec![[0u32; 4]; functions.len()];
        let mut kinds = [Vec::new(), Vec::new()];
        for kind in 0..4 {
            let mut known: HashMap<&[u8], u32> = HashMap::new();
            for (tables, offsets) in tables.iter().zip(&mut offsets) {
                let table = &tables[kind][..];
                if table.is_empty() {
                    continue;
                }
                let next = BASE + bytes.len() as u32 - pctab;
                offsets[kind] = *known.entry(table).or_insert_with(|| {
                    bytes.extend_from_slice(table);
                    if kind >= 2 {
                        kinds[kind - 2].push((pctab + next, table.len()));
                    }
                    next
                });
            }
        }
        let functab = BASE + bytes.len() as u32;
        let mut list = Vec::new();
        let mut records = Vec::new();
        let first = functab + 8 * functions.len() as u32;
        for (index, (function, offsets)) in functions.iter().zip(&offsets).enumerate() {
            let at = first + RECORD * index as u32;
            bytes.extend(
                [0, at - functab]
                    .iter()
                    .flat_map(|word: &u32| word.to_le_bytes()),
            );
            let [pointers, indices, files, lines] = *offsets;
            let tree = if function.inlined() {
                trees[index]
            } else {
                u32::MAX
            };
            let words = [
                0, files, lines, pointers, 0x0403, 0, 0, indices, 0, 0, 0, tree,
            ];
            list.extend(words.iter().flat_map(|word: &u32| word.to_le_bytes()));
            records.push(at);
        }
        bytes.extend(list);
        Tables {
            bytes,
            pctab,
            functab,
            kinds,
            records,
        }
    }

    /// A script for these tables, whatever `bytes` are.
    fn script(&self, bytes: &[u8]) -> Option<Script> {
        let image = Bytes::new(BASE.into(), bytes);
        let field = |field| Side {
            field,
            ..Side::default()
        };
        let block = Block {
            gofunc: BASE,
            pcdata: PCDATA,
            npcdata: NPCDATA,
            pcsp: SP,
            tree_record: TREE_RECORD,
            tree_name: 0,
            tree_line: 8,
            tree_parent: 4,
            file_tables: field(FILE),
            line_tables: field(LINE),
            ..Block::default()
        };
        let functions = Functions {
            image,
            records: self.records.clone(),
            block,
            functab: self.functab,
            pctab: self.pctab,
            nfuncdata: NFUNCDATA.into(),
        };
        let [files, lines] = [0, 1].map(|kind| {
            let tables: &[(u32, usize)] = &self.kinds[kind];
            let slice = |(address, len): &(u32, usize)| {
                let start = (address - BASE) as usize;
                &bytes[start..start + len]
            };
            PcTables {
                address: tables.first().map_or(self.pctab, |table| table.0),
                tables: tables.iter().map(slice).collect(),
                elsewhere: Vec::new(),
            }
        });
        let predicted = functions.predicted([&files, &lines])?;
        let working = (BASE + bytes.len() as u32).next_multiple_of(8);
        let mut writer = Writer::new(image, working, predicted.words.all())?;
        writer.predicted(predicted)?;
        writer.finish()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn files_lines_and_parents_come_back(functions in prop::collection::vec(function(), 1..8)) {
        let tables = Tables::new(&functions);
        let script = tables.script(&tables.bytes).expect("all inside");
        let mut image = tables.bytes.clone();
        prop_assert!(script.take_out(BASE, &mut image));
        for (address, len) in tables.kinds.iter().flatten() {
            let start = (address - BASE) as usize;
            prop_assert!(image[start..start + len].iter().all(|byte| *byte == 0), "a table is stored");
        }
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
    fn damaged_files_and_lines_are_refused_or_come_back(
        functions in prop::collection::vec(function(), 1..5),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let tables = Tables::new(&functions);
        let mut bytes = tables.bytes.clone();
        for (at, byte) in &damage {
            *at.get_mut(&mut bytes) = *byte;
        }
        let Some(script) = tables.script(&bytes) else {
            return Ok(());
        };
        let mut image = bytes.clone();
        if script.take_out(BASE, &mut image) {
            prop_assert_eq!(rebuilt_by_wasm(&module_of(&script, &image), &image).0, bytes);
        }
    }
}

/// What the tables of files and lines look like where the prediction is right.
#[test]
fn what_follows_takes_a_byte_of_nothing() {
    let function = |line: u32| Function {
        runs: vec![
            (-1, 4, vec![line, line + 2]),
            (0, 9, vec![71, 73]),
            (-1, 4, vec![line + 3]),
        ],
        others: [None, None],
        tree: vec![(5, 1, 70)],
    };
    let tables = Tables::new(&[function(12), function(20)]);
    let script = tables.script(&tables.bytes).expect("all inside");
    // Files: own +4, as before; of the inlined one, +9 and +0. Lines: own +12, +5.
    let streams = [
        &[2 + 8, 2][..],
        &[18, 0],
        &[2 + 24, 2 + 10],
        &[2, 4, 2, 4],
        &[4, 2, 4, 2],
        &[0, 0],
    ]
    .concat();
    assert_eq!(script.segment[..streams.len()], streams[..]);
}
