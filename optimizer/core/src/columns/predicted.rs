//! Files, lines and the parents of inlined calls, which follow from the inline tree but for small differences.
//!
//! Where a function was inlined, its file is the one that it had where it was inlined before, and its lines begin at its
//! own `func` keyword; behind it, lines go on where they were. The call it stands for is at the PC before, because only
//! PCs that can be asked for are left.
//!
//! ```text
//! inline index  -1 -1  0  0 -1          given
//! lines         12 14 71 73 15          own  12 (+3 to the function before)  +2 +1
//!                                       inlined  +1 +2                       (record 0 starts at line 70)
//! files          4  4  9  9  4          first +0     inlined +0              (that function was in 9 before)
//! parents                               +0                                   (record 0: PC 1, before its first)
//! ```
//!
//! [`Coding::Files`] and [`Coding::Lines`] go over the records of functions, and for each over the runs of its inline
//! indices, or those of its stack pointers if nothing was inlined: only their numbers of PCs count then. The stream has a
//! number for each function: 0 for no table, 1 for one that is not predicted, which lies among the own numbers as it is,
//! and else the difference to the last own line or file of the function before, as `2 + zigzag(difference)`. A table that
//! was there already is found again by its content, and not stored twice. `start.wat` does the same in the shipped module.

use super::script::{
    Coding, Load, Operation, Target, Watch, unzigzag, uvarint, zigzag,
};

/// The pcdata with inline indices and the funcdata with their tree (`go/layout/ids.rs`).
const INL_TREE_INDEX: u32 = 2;
const INL_TREE: u32 = 3;

/// What an operation needs beyond its own fields: words at its address `b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    /// Address of the numbers for PCs where something is inlined.
    pub(crate) inlined: u32,
    /// Address of those for the other PCs, and of tables that are not predicted.
    pub(crate) own: u32,
    /// Address of the numbers of parents, which only [`Coding::Lines`] has.
    pub(crate) parents: u32,
    /// Words that are 0: files by [`name_slot`], or a line for each record of the largest tree.
    pub(crate) known: u32,
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
    /// Offset in it of the name, or of the line.
    pub(crate) tree_field: u32,
    /// Offset in it of the parent.
    pub(crate) tree_parent: u32,
    /// Words that are 0, at least [`words`] of them: addresses of tables by content.
    pub(crate) tables: u32,
    /// How many bits a hash is shifted by to get a position in `tables`.
    pub(crate) shift: u32,
    /// The last address at which there is room for every table, and [`BEHIND`] more bytes.
    pub(crate) limit: u32,
    /// So much room, where tables are made behind that.
    pub(crate) scratch: u32,
}

impl Block {
    /// Words of a block.
    const WORDS: u32 = 15;

    fn read(memory: &impl Load, at: u32) -> Option<Block> {
        let mut words = [0; Block::WORDS as usize];
        for (word, index) in words.iter_mut().zip(0..) {
            *word = memory.u32(at.checked_add(4 * index)?)?;
        }
        let [
            inlined,
            own,
            parents,
            known,
            gofunc,
            pcdata,
            npcdata,
            pcsp,
            tree_record,
            tree_field,
            tree_parent,
            tables,
            shift,
            limit,
            scratch,
        ] = words;
        Some(Block {
            inlined,
            own,
            parents,
            known,
            gofunc,
            pcdata,
            npcdata,
            pcsp,
            tree_record,
            tree_field,
            tree_parent,
            tables,
            shift,
            limit,
            scratch,
        })
    }

    /// As it lies in memory.
    pub(crate) fn bytes(&self) -> impl Iterator<Item = u8> {
        let words: [u32; Block::WORDS as usize] = [
            self.inlined,
            self.own,
            self.parents,
            self.known,
            self.gofunc,
            self.pcdata,
            self.npcdata,
            self.pcsp,
            self.tree_record,
            self.tree_field,
            self.tree_parent,
            self.tables,
            self.shift,
            self.limit,
            self.scratch,
        ];
        words.into_iter().flat_map(u32::to_le_bytes)
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

    /// The address of the name or line of a record of a tree.
    pub(crate) fn field(&self, tree: u32, record: u32) -> u32 {
        tree.wrapping_add(record.wrapping_mul(self.tree_record))
            .wrapping_add(self.tree_field)
    }

    /// The address of the parent of a record of a tree.
    pub(crate) fn parent(&self, tree: u32, record: u32) -> u32 {
        tree.wrapping_add(record.wrapping_mul(self.tree_record))
            .wrapping_add(self.tree_parent)
    }
}

/// Bits of a position among known files: 4096 of them, so that few of the names of a large program meet there.
const NAME_BITS: u32 = 12;
/// Words of known files.
pub(crate) const NAME_SLOTS: u32 = 1 << NAME_BITS;
/// How a hash of a name is shifted to get its position.
pub(super) const NAME_SHIFT: u32 = 32 - NAME_BITS;
/// 2^32 divided by the golden ratio, an odd number: Knuth, The Art of Computer Programming 3, 6.4.
pub(super) const HASH: u32 = 0x9e37_79b1;

/// Position among known files for a name.
pub(crate) fn name_slot(name: u32) -> u32 {
    name.wrapping_mul(HASH) >> NAME_SHIFT
}

/// How many words the search for so many tables needs, and how a hash is shifted for it. Half of them stay free, and
/// those behind take what finds the last ones in use.
pub(crate) fn words(tables: u32) -> (u32, u32) {
    let bits = tables.max(1).ilog2() + 2;
    ((1 << bits) + tables, 32 - bits)
}

/// The runs of a function, and the tree that their values are records of.
#[derive(Debug)]
pub(crate) struct Context {
    /// `None` if nothing is inlined: all PCs are the function's own.
    pub(crate) tree: Option<u32>,
    runs: Runs,
}

impl Context {
    /// The next run that has PCs; `Some(None)` at the end.
    pub(crate) fn next(&mut self, memory: &impl Load) -> Option<Option<Run>> {
        loop {
            let Some((value, pcs)) = self.runs.next(memory)? else {
                return Some(None);
            };
            let own = self.tree.is_none() || value.cast_signed() < 0;
            let record = (!own).then_some(value);
            if pcs != 0 {
                return Some(Some(Run { record, pcs }));
            }
        }
    }
}

/// PCs with one inline index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    /// The record of the tree; `None` for PCs of the function itself.
    pub(crate) record: Option<u32>,
    pub(crate) pcs: u32,
}

/// A pc-value table that is read.
#[derive(Debug)]
pub(crate) struct Runs {
    at: u32,
    value: u32,
    begun: bool,
}

impl Runs {
    /// The table at this address.
    pub(crate) fn new(at: u32) -> Runs {
        Runs {
            at,
            value: u32::MAX,
            begun: false,
        }
    }

    /// The next value and its number of PCs; `Some(None)` at the end.
    pub(crate) fn next(&mut self, memory: &impl Load) -> Option<Option<(u32, u32)>> {
        let change = uvarint(memory, &mut self.at)?;
        if change == 0 && self.begun {
            return Some(None);
        }
        self.begun = true;
        self.value = self.value.wrapping_add(unzigzag(change));
        let pcs = uvarint(memory, &mut self.at)?;
        Some(Some((self.value, pcs)))
    }
}

/// Numbers that are read one after the other.
struct Stream {
    at: u32,
    table: u32,
}

impl Stream {
    fn new(at: u32) -> Stream {
        Stream { at, table: at }
    }

    fn number(&mut self, memory: &impl Load) -> Option<u32> {
        uvarint(memory, &mut self.at)
    }

    fn difference(&mut self, memory: &impl Load) -> Option<u32> {
        Some(unzigzag(self.number(memory)?))
    }

    /// Tells `watch` that what was read since the last call went to `to`.
    fn tell(&mut self, watch: &mut impl Watch, to: u32) {
        watch.number(self.table..self.at, to);
        self.table = self.at;
    }
}

/// Bytes behind a table that are cleared, so that what was there is no part of its hash.
pub(crate) const BEHIND: u32 = 8;

/// Runs a [`Coding::Files`] or [`Coding::Lines`].
pub(super) fn run(
    operation: &Operation,
    memory: &mut Target<'_>,
    watch: &mut impl Watch,
) -> Option<()> {
    let block = Block::read(memory, operation.b)?;
    let mut state = State {
        operation,
        first: Stream::new(operation.stream),
        inlined: Stream::new(block.inlined),
        own: Stream::new(block.own),
        parents: Stream::new(block.parents),
        value: 0,
        to: operation.first,
        block,
    };
    let mut row = operation.row;
    for _ in 0..operation.count {
        let function = operation.list.wrapping_add(memory.u32(row)?);
        state.function(memory, function, watch)?;
        row = row.wrapping_add(operation.stride);
    }
    Some(())
}

struct State<'o> {
    operation: &'o Operation,
    block: Block,
    first: Stream,
    inlined: Stream,
    own: Stream,
    parents: Stream,
    /// The last own value.
    value: u32,
    /// Where the next table goes.
    to: u32,
}

impl State<'_> {
    fn function(
        &mut self,
        memory: &mut Target<'_>,
        function: u32,
        watch: &mut impl Watch,
    ) -> Option<()> {
        let kind = self.first.number(memory)?;
        let predicted = kind.checked_sub(2);
        if let Some(difference) = predicted {
            self.value = self.value.wrapping_add(unzigzag(difference));
        }
        let made = match self.to <= self.block.limit {
            true => self.to,
            false => self.block.scratch,
        };
        let context = (self.block).context(memory, function, self.operation.a)?;
        let mut table = Table::new(made);
        match (self.operation.coding, predicted) {
            (Coding::Files, Some(_)) => self.files(memory, context, &mut table)?,
            (Coding::Files, None) => {}
            (_, Some(_)) => self.lines(memory, context, Some(&mut table), watch)?,
            (_, None) if context.tree.is_some() => self.lines(memory, context, None, watch)?,
            (_, None) => {}
        }
        let end = match kind {
            0 => return Some(()),
            1 => self.as_it_is(memory, made)?,
            _ => table.end(memory)?,
        };
        let table = self.stored(memory, made, end)?;
        let field = function.wrapping_add(self.operation.offset);
        memory.store(field, table.wrapping_sub(self.operation.a))?;
        for stream in [&mut self.first, &mut self.inlined, &mut self.own] {
            stream.tell(watch, table);
        }
        Some(())
    }

    fn as_it_is(&mut self, memory: &mut Target<'_>, mut to: u32) -> Option<u32> {
        let mut begun = false;
        loop {
            let change = self.own.number(memory)?;
            write(memory, &mut to, change)?;
            if change == 0 && begun {
                return Some(to);
            }
            begun = true;
            let pcs = self.own.number(memory)?;
            write(memory, &mut to, pcs)?;
        }
    }

    fn files(
        &mut self,
        memory: &mut Target<'_>,
        mut context: Context,
        table: &mut Table,
    ) -> Option<()> {
        let mut given = true;
        while let Some(run) = context.next(memory)? {
            let file = match (run.record, context.tree) {
                (Some(record), Some(tree)) if !given => {
                    let name = memory.u32(self.block.field(tree, record))?;
                    let known = self.block.known.wrapping_add(4 * name_slot(name));
                    let file = memory.u32(known)?;
                    let file = file.wrapping_add(self.inlined.difference(memory)?);
                    memory.store(known, file)?;
                    file
                }
                _ => self.value,
            };
            given = false;
            table.add(memory, file, run.pcs)?;
        }
        Some(())
    }

    /// Parents, and lines if there is a table for them.
    fn lines(
        &mut self,
        memory: &mut Target<'_>,
        mut context: Context,
        mut table: Option<&mut Table>,
        watch: &mut impl Watch,
    ) -> Option<()> {
        let known = |block: &Block, record: u32| block.known.wrapping_add(record << 2);
        let mut given = true;
        let mut parents = Parents::default();
        while let Some(run) = context.next(memory)? {
            while let (Some((record, predicted)), Some(tree)) = (parents.next(run), context.tree) {
                let parent = predicted.wrapping_add(self.parents.difference(memory)?);
                parents.was(parent);
                let field = self.block.parent(tree, record);
                memory.store(field, parent)?;
                self.parents.tell(watch, field);
                let start = memory.u32(self.block.field(tree, record))?;
                memory.store(known(&self.block, record), start)?;
            }
            parents.behind(run);
            let Some(table) = &mut table else {
                continue;
            };
            let mut line = match run.record {
                Some(record) if !given => memory.u32(known(&self.block, record))?,
                _ => self.value,
            };
            for _ in 0..run.pcs {
                if !given {
                    let stream = match run.record {
                        Some(_) => &mut self.inlined,
                        None => &mut self.own,
                    };
                    line = line.wrapping_add(stream.difference(memory)?);
                }
                given = false;
                table.add(memory, line, 1)?;
            }
            match run.record {
                Some(record) => memory.store(known(&self.block, record), line)?,
                None => self.value = line,
            }
        }
        Some(())
    }

    /// The address of the table that was made: as it was stored before, or is now.
    fn stored(&mut self, memory: &mut Target<'_>, made: u32, end: u32) -> Option<u32> {
        for at in (0..BEHIND).step_by(4) {
            memory.store(end.wrapping_add(at), 0)?;
        }
        // Every table has three bytes.
        let words = [made, made.wrapping_add(4), end.wrapping_sub(3)];
        let mut hash = 0u32;
        for word in words {
            hash = hash.wrapping_add(memory.u32(word)?).wrapping_mul(HASH);
        }
        let mut slot = (self.block.tables).wrapping_add((hash >> (self.block.shift & 31)) << 2);
        let len = end.wrapping_sub(made);
        let to = self.to;
        loop {
            let known = memory.u32(slot)?;
            if known == 0 {
                break;
            }
            let mut same = 0;
            while same < len
                && memory.u8(known.wrapping_add(same))? == memory.u8(made.wrapping_add(same))?
            {
                same += 1;
            }
            if same == len {
                return Some(known);
            }
            slot = slot.wrapping_add(4);
        }
        memory.store(slot, to)?;
        if made != to {
            for at in 0..len {
                let byte = memory.u8(made.wrapping_add(at))?;
                memory.store8(to.wrapping_add(at), byte)?;
            }
        }
        self.to = to.wrapping_add(len);
        Some(to)
    }
}

/// The parents of records, in the order in which PCs first show them.
#[derive(Debug, Default)]
pub(crate) struct Parents {
    /// Records that are done.
    seen: u32,
    /// PC of the next run.
    pc: u32,
    /// The parent of the record before, plus 1.
    behind: u32,
}

impl Parents {
    /// The next record up to that of a run, and the PC that its parent is expected at.
    pub(crate) fn next(&mut self, run: Run) -> Option<(u32, u32)> {
        let last = run.record.filter(|record| self.seen <= *record)?;
        let record = self.seen;
        self.seen += 1;
        // No PC is in a record that is left out, only its own inlined calls are.
        let predicted = match record == last {
            true => self.pc.wrapping_sub(1),
            false => self.behind,
        };
        Some((record, predicted))
    }

    /// That record's parent.
    pub(crate) fn was(&mut self, parent: u32) {
        self.behind = parent.wrapping_add(1);
    }

    pub(crate) fn behind(&mut self, run: Run) {
        self.pc = self.pc.wrapping_add(run.pcs);
    }
}

/// A pc-value table that is made. Its first value is not -1.
struct Table {
    to: u32,
    value: u32,
    pcs: u32,
}

impl Table {
    fn new(to: u32) -> Table {
        Table {
            to,
            value: u32::MAX,
            pcs: 0,
        }
    }

    fn add(&mut self, memory: &mut Target<'_>, value: u32, pcs: u32) -> Option<()> {
        if value != self.value {
            if self.pcs != 0 {
                write(memory, &mut self.to, self.pcs)?;
            }
            let change = zigzag(value.wrapping_sub(self.value));
            write(memory, &mut self.to, change)?;
            (self.value, self.pcs) = (value, 0);
        }
        self.pcs = self.pcs.wrapping_add(pcs);
        Some(())
    }

    /// Address behind the table.
    fn end(mut self, memory: &mut Target<'_>) -> Option<u32> {
        write(memory, &mut self.to, self.pcs)?;
        write(memory, &mut self.to, 0)?;
        Some(self.to)
    }
}

fn write(memory: &mut Target<'_>, to: &mut u32, mut number: u32) -> Option<()> {
    while number > 0x7f {
        memory.store8(*to, number | 0x80)?;
        *to = to.wrapping_add(1);
        number >>= 7;
    }
    memory.store8(*to, number)?;
    *to = to.wrapping_add(1);
    Some(())
}
