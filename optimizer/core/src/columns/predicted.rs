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
//! [`Coding::Lines`] goes over the records of functions, and for each over the runs of its inline indices, or those of its
//! stack pointers if nothing was inlined: only their numbers of PCs count then. Two streams, that of the operation for files
//! and another for lines, have a number for each function: 0 for no table, 1 for one that is not predicted, which lies in a
//! stream as it is, and else the difference to the last own file or line of the function before, as
//! `2 + zigzag(difference)`. A table that was there already is found again by its content, and not stored twice.
//! `start.wat` does the same in the shipped module.

use super::script::{
    Load, Operation, Target, Watch, unzigzag, uvarint, zigzag,
};

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
    /// Words that are 0, [`NAME_SLOTS`] of them: the last file by [`name_slot`].
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
    /// Words that are 0, at least [`words`] of them: addresses of tables by content.
    pub(crate) tables: u32,
    /// How many bits a hash is shifted by to get a position among them.
    pub(crate) shift: u32,
    /// The last address at which there is room for every table, and [`BEHIND`] more bytes.
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

    fn read(memory: &impl Load, at: u32) -> Option<Block> {
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

/// How many words the search for so many tables needs, and how a hash is shifted for it. Some of them stay free, and
/// those behind take what finds the last ones in use.
pub(crate) fn words(tables: u32) -> (u32, u32) {
    let bits = tables.max(1).ilog2() + 1;
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

/// Runs the operation.
pub(super) fn run(
    operation: &Operation,
    memory: &mut Target<'_>,
    watch: &mut impl Watch,
) -> Option<()> {
    let block = Block::read(memory, operation.b)?;
    let mut state = State {
        pctab: operation.a,
        files: Kind::new(operation.stream, block.file_tables),
        lines: Kind::new(block.lines, block.line_tables),
        inlined: Stream::new(block.inlined),
        own: Stream::new(block.own),
        names: Stream::new(block.names),
        parents: Stream::new(block.parents),
        raw: Stream::new(block.raw),
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

struct State {
    pctab: u32,
    block: Block,
    files: Kind,
    lines: Kind,
    inlined: Stream,
    own: Stream,
    names: Stream,
    parents: Stream,
    raw: Stream,
}

/// Tables of files, or of lines.
struct Kind {
    first: Stream,
    side: Side,
    /// The last own value.
    value: u32,
}

impl Kind {
    fn new(first: u32, side: Side) -> Kind {
        Kind {
            first: Stream::new(first),
            side,
            value: 0,
        }
    }

    /// Begins with a function.
    fn begin(&mut self, memory: &impl Load) -> Option<Made> {
        let number = self.first.number(memory)?;
        if let Some(difference) = number.checked_sub(2) {
            self.value = self.value.wrapping_add(unzigzag(difference));
        }
        let at = match self.side.to <= self.side.limit {
            true => self.side.to,
            false => self.side.scratch,
        };
        Some(Made {
            number,
            at,
            table: Table::new(at),
        })
    }

    /// Puts the table where it belongs. Gives its address; `Some(None)` if there is none.
    fn end(
        &mut self,
        memory: &mut Target<'_>,
        raw: &mut Stream,
        made: Made,
    ) -> Option<Option<u32>> {
        let end = match made.number {
            0 => return Some(None),
            1 => as_it_is(memory, raw, made.at)?,
            _ => made.table.end(memory)?,
        };
        self.stored(memory, made.at, end).map(Some)
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
        let hash = hash.wrapping_shr(self.side.shift);
        let mut slot = self.side.tables.wrapping_add(hash << 2);
        let len = end.wrapping_sub(made);
        loop {
            let known = memory.u32(slot)?;
            if known == 0 {
                break;
            }
            if same(memory, known, made, len)? {
                return Some(known);
            }
            slot = slot.wrapping_add(4);
        }
        let to = self.side.to;
        memory.store(slot, to)?;
        if made != to {
            for at in 0..len {
                let byte = memory.u8(made.wrapping_add(at))?;
                memory.store8(to.wrapping_add(at), byte)?;
            }
        }
        self.side.to = to.wrapping_add(len);
        Some(to)
    }
}

/// The table of a function.
struct Made {
    /// What the stream says of it.
    number: u32,
    at: u32,
    table: Table,
}

impl Made {
    fn is_predicted(&self) -> bool {
        self.number >= 2
    }
}

/// Whether two ranges hold the same bytes.
fn same(memory: &impl Load, one: u32, other: u32, len: u32) -> Option<bool> {
    for at in 0..len {
        if memory.u8(one.wrapping_add(at))? != memory.u8(other.wrapping_add(at))? {
            return Some(false);
        }
    }
    Some(true)
}

/// A table that is not predicted; the address behind it.
fn as_it_is(memory: &mut Target<'_>, raw: &mut Stream, mut to: u32) -> Option<u32> {
    let mut begun = false;
    loop {
        let change = raw.number(memory)?;
        write(memory, &mut to, change)?;
        if change == 0 && begun {
            return Some(to);
        }
        begun = true;
        let pcs = raw.number(memory)?;
        write(memory, &mut to, pcs)?;
    }
}

impl State {
    fn function(
        &mut self,
        memory: &mut Target<'_>,
        function: u32,
        watch: &mut impl Watch,
    ) -> Option<()> {
        let mut files = self.files.begin(memory)?;
        let mut lines = self.lines.begin(memory)?;
        let context = self.block.context(memory, function, self.pctab)?;
        if files.is_predicted() || lines.is_predicted() || context.tree.is_some() {
            self.walk(memory, context, (&mut files, &mut lines), watch)?;
        }
        if let Some(table) = self.files.end(memory, &mut self.raw, files)? {
            let field = function.wrapping_add(self.files.side.field);
            memory.store(field, table.wrapping_sub(self.pctab))?;
            for stream in [&mut self.files.first, &mut self.names, &mut self.raw] {
                stream.tell(watch, table);
            }
        }
        if let Some(table) = self.lines.end(memory, &mut self.raw, lines)? {
            let field = function.wrapping_add(self.lines.side.field);
            memory.store(field, table.wrapping_sub(self.pctab))?;
            let streams = [
                &mut self.lines.first,
                &mut self.inlined,
                &mut self.own,
                &mut self.raw,
            ];
            for stream in streams {
                stream.tell(watch, table);
            }
        }
        Some(())
    }

    fn walk(
        &mut self,
        memory: &mut Target<'_>,
        mut context: Context,
        (files, lines): (&mut Made, &mut Made),
        watch: &mut impl Watch,
    ) -> Option<()> {
        let mut given = true;
        let mut parents = Parents::default();
        while let Some(run) = context.next(memory)? {
            let mut inlined = None;
            if let (Some(record), Some(tree)) = (run.record, context.tree) {
                self.records(memory, &mut parents, run, tree, watch)?;
                inlined = Some((record, tree)).filter(|_| !given);
            }
            parents.behind(run);
            if files.is_predicted() {
                let file = match inlined {
                    Some((record, tree)) => self.file(memory, record, tree)?,
                    None => self.files.value,
                };
                files.table.add(memory, file, run.pcs)?;
            }
            if lines.is_predicted() {
                self.lines(memory, run, given, &mut lines.table)?;
            }
            given = false;
        }
        Some(())
    }

    /// The parents and the first lines of records that no PC before was in.
    fn records(
        &mut self,
        memory: &mut Target<'_>,
        parents: &mut Parents,
        run: Run,
        tree: u32,
        watch: &mut impl Watch,
    ) -> Option<()> {
        while let Some((record, predicted)) = parents.next(run) {
            let parent = predicted.wrapping_add(self.parents.difference(memory)?);
            parents.was(parent);
            let field = self.block.parent(tree, record);
            memory.store(field, parent)?;
            self.parents.tell(watch, field);
            let line = memory.u32(self.block.line(tree, record))?;
            memory.store(self.known_line(record), line)?;
        }
        Some(())
    }

    fn known_line(&self, record: u32) -> u32 {
        self.block.known_lines.wrapping_add(record << 2)
    }

    /// The file of an inlined function.
    fn file(&mut self, memory: &mut Target<'_>, record: u32, tree: u32) -> Option<u32> {
        let name = memory.u32(self.block.name(tree, record))?;
        let known = (self.block.known_files).wrapping_add(4 * name_slot(name));
        let file = memory.u32(known)?;
        let file = file.wrapping_add(self.names.difference(memory)?);
        memory.store(known, file)?;
        Some(file)
    }

    fn lines(
        &mut self,
        memory: &mut Target<'_>,
        run: Run,
        mut given: bool,
        table: &mut Table,
    ) -> Option<()> {
        let mut line = match run.record {
            Some(record) if !given => memory.u32(self.known_line(record))?,
            _ => self.lines.value,
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
            Some(record) => memory.store(self.known_line(record), line)?,
            None => self.lines.value = line,
        }
        Some(())
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
