//! What the operation needs beyond its own fields.

use super::runs::{Context, Runs};
use crate::columns::script::Load;

/// The pcdata with inline indices and the funcdata with their tree (`go/layout/ids.rs`).
const INL_TREE_INDEX: u32 = 2;
const INL_TREE: u32 = 3;

/// What the operation needs beyond its own fields: words at its address `b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Block {
    /// Address of the numbers of functions for their lines.
    pub(crate) lines: u32,
    /// Address of lines where something is inlined.
    pub(crate) inlined: u32,
    /// Address of lines elsewhere.
    pub(crate) own: u32,
    /// Address of files where something is inlined.
    pub(crate) names: u32,
    /// Address of the numbers of parents.
    pub(crate) parents: u32,
    /// Words that are 0, [`NAME_SLOTS`](super::NAME_SLOTS) of them: the last file by [`name_slot`](super::name_slot).
    pub(crate) known_files: u32,
    /// Words for the last line of each record of the largest tree.
    pub(crate) known_lines: u32,
    /// Address that offsets of funcdata are counted from.
    pub(crate) gofunc: u32,
    /// Offset of pcdata in a record of a function.
    pub(crate) pcdata: u32,
    /// Offset of the number of pcdata.
    pub(crate) npcdata: u32,
    /// Offset of the offset of pcsp.
    pub(crate) pcsp: u32,
    /// Bytes of a record of an inline tree.
    pub(crate) tree_record: u32,
    /// Offset in it of the name.
    pub(crate) tree_name: u32,
    /// Offset in it of the first line.
    pub(crate) tree_line: u32,
    /// Offset in it of the parent.
    pub(crate) tree_parent: u32,
    pub(crate) file_tables: Side,
    pub(crate) line_tables: Side,
    /// Address of tables that are not predicted, in the order of functions, files first.
    pub(crate) raw: u32,
}

/// Where tables of one kind go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Side {
    /// Address of the next one.
    pub(crate) to: u32,
    /// Words that are 0, at least [`words`](super::words) of them: addresses of tables by content.
    pub(crate) tables: u32,
    /// How many bits a hash is shifted by to get a position among them.
    pub(crate) shift: u32,
    /// The last address at which there is room for every table, and [`BEHIND`](super::BEHIND) more bytes.
    pub(crate) limit: u32,
    /// So much room, where tables are made behind that.
    pub(crate) scratch: u32,
    /// Offset of a table's offset in a record of a function.
    pub(crate) field: u32,
}

impl Side {
    const WORDS: usize = 6;

    fn of(words: &[u32; Side::WORDS]) -> Side {
        let [to, tables, shift, limit, scratch, field] = *words;
        Side {
            to,
            tables,
            shift,
            limit,
            scratch,
            field,
        }
    }

    fn words(&self) -> [u32; Side::WORDS] {
        [
            self.to,
            self.tables,
            self.shift,
            self.limit,
            self.scratch,
            self.field,
        ]
    }
}

impl Block {
    /// Words in front of those of the sides.
    const FIRST: usize = 15;

    pub(super) fn read(memory: &impl Load, at: u32) -> Option<Block> {
        let mut words = [0; Block::FIRST + 2 * Side::WORDS + 1];
        for (word, index) in words.iter_mut().zip(0..) {
            *word = memory.u32(at.checked_add(4 * index)?)?;
        }
        let (first, rest) = words.split_first_chunk::<{ Block::FIRST }>()?;
        let (file_tables, rest) = rest.split_first_chunk()?;
        let (line_tables, rest) = rest.split_first_chunk()?;
        let [raw] = *rest else {
            return None;
        };
        let [
            lines,
            inlined,
            own,
            names,
            parents,
            known_files,
            known_lines,
            gofunc,
            pcdata,
            npcdata,
            pcsp,
            tree_record,
            tree_name,
            tree_line,
            tree_parent,
        ] = *first;
        Some(Block {
            lines,
            inlined,
            own,
            names,
            parents,
            known_files,
            known_lines,
            gofunc,
            pcdata,
            npcdata,
            pcsp,
            tree_record,
            tree_name,
            tree_line,
            tree_parent,
            file_tables: Side::of(file_tables),
            line_tables: Side::of(line_tables),
            raw,
        })
    }

    /// As it lies in memory.
    pub(crate) fn bytes(&self) -> impl Iterator<Item = u8> {
        let first: [u32; Block::FIRST] = [
            self.lines,
            self.inlined,
            self.own,
            self.names,
            self.parents,
            self.known_files,
            self.known_lines,
            self.gofunc,
            self.pcdata,
            self.npcdata,
            self.pcsp,
            self.tree_record,
            self.tree_name,
            self.tree_line,
            self.tree_parent,
        ];
        let sides = [self.file_tables.words(), self.line_tables.words()];
        (first.into_iter().chain(sides.into_iter().flatten()))
            .chain([self.raw])
            .flat_map(u32::to_le_bytes)
    }

    /// Where the runs of a function begin.
    pub(crate) fn context(&self, memory: &impl Load, function: u32, pctab: u32) -> Option<Context> {
        let pcdata = function.wrapping_add(self.pcdata);
        let npcdata = memory.u8(function.wrapping_add(self.npcdata))?;
        if npcdata > INL_TREE_INDEX {
            let table = memory.u32(pcdata.wrapping_add(4 * INL_TREE_INDEX))?;
            if table != 0 {
                let tree = pcdata.wrapping_add(4 * npcdata + 4 * INL_TREE);
                return Some(Context {
                    tree: Some(self.gofunc.wrapping_add(memory.u32(tree)?)),
                    runs: Runs::new(pctab.wrapping_add(table)),
                });
            }
        }
        let table = memory.u32(function.wrapping_add(self.pcsp))?;
        Some(Context {
            tree: None,
            runs: Runs::new(pctab.wrapping_add(table)),
        })
    }

    /// The address of a record of a tree.
    fn record(&self, tree: u32, record: u32) -> u32 {
        tree.wrapping_add(record.wrapping_mul(self.tree_record))
    }

    /// The address of its name.
    pub(crate) fn name(&self, tree: u32, record: u32) -> u32 {
        self.record(tree, record).wrapping_add(self.tree_name)
    }

    /// The address of its first line.
    pub(crate) fn line(&self, tree: u32, record: u32) -> u32 {
        self.record(tree, record).wrapping_add(self.tree_line)
    }

    /// The address of its parent.
    pub(crate) fn parent(&self, tree: u32, record: u32) -> u32 {
        self.record(tree, record).wrapping_add(self.tree_parent)
    }
}
