//! Tables that are made: where, of which numbers, and whether they were there before.

use super::block::Side;
use crate::columns::script::{Load, Target, Watch, unzigzag, uvarint, zigzag};

/// Tables of files, or of lines.
pub(super) struct Kind {
    pub(super) first: Stream,
    pub(super) side: Side,
    /// The last own value.
    pub(super) value: u32,
}

impl Kind {
    pub(super) fn new(first: u32, side: Side) -> Kind {
        Kind {
            first: Stream::new(first),
            side,
            value: 0,
        }
    }

    /// Begins with a function.
    pub(super) fn begin(&mut self, memory: &impl Load) -> Option<Made> {
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
    pub(super) fn end(
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
pub(super) struct Made {
    /// What the stream says of it.
    number: u32,
    at: u32,
    pub(super) table: Table,
}

impl Made {
    pub(super) fn is_predicted(&self) -> bool {
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

/// Bytes behind a table that are cleared, so that what was there is no part of its hash.
pub(crate) const BEHIND: u32 = 8;

/// 2^32 divided by the golden ratio, an odd number: Knuth, The Art of Computer Programming 3, 6.4.
pub(in crate::columns) const HASH: u32 = 0x9e37_79b1;

/// How many words the search for so many tables needs, and how a hash is shifted for it. Some of them stay free, and
/// those behind take what finds the last ones in use.
pub(crate) fn words(tables: u32) -> (u32, u32) {
    let bits = tables.max(1).ilog2() + 1;
    ((1 << bits) + tables, 32 - bits)
}

/// Numbers that are read one after the other.
pub(super) struct Stream {
    at: u32,
    table: u32,
}

impl Stream {
    pub(super) fn new(at: u32) -> Stream {
        Stream { at, table: at }
    }

    pub(super) fn number(&mut self, memory: &impl Load) -> Option<u32> {
        uvarint(memory, &mut self.at)
    }

    pub(super) fn difference(&mut self, memory: &impl Load) -> Option<u32> {
        Some(unzigzag(self.number(memory)?))
    }

    /// Tells `watch` that what was read since the last call went to `to`.
    pub(super) fn tell(&mut self, watch: &mut impl Watch, to: u32) {
        watch.number(self.table..self.at, to);
        self.table = self.at;
    }
}

/// A pc-value table that is made. Its first value is not -1.
pub(super) struct Table {
    to: u32,
    value: u32,
    pcs: u32,
}

impl Table {
    pub(super) fn new(to: u32) -> Table {
        Table {
            to,
            value: u32::MAX,
            pcs: 0,
        }
    }

    pub(super) fn add(&mut self, memory: &mut Target<'_>, value: u32, pcs: u32) -> Option<()> {
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
