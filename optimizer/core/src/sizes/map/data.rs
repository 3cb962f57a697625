//! Whose all other data is: that of what refers to it.
//!
//! The linked file has no symbols of data. So memory is cut where code and data point to, and each part, an object, goes
//! to whoever points to it: a function's package, or, over other objects, that of the function behind them. A variable
//! that several packages use belongs to the one whose `init` uses it, if that is one.

use super::{Builder, Step};
use crate::go::{Bytes, Field, Pc, Program};
use crate::sizes::code::References;
use crate::sizes::model::{ItemId, Kind, Owner, Tag, What};
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

/// Claims what nothing else has claimed.
pub(super) fn claim(builder: &mut Builder<'_>, program: &Program, references: &[References]) {
    let memory = program.memory().bytes();
    roots(builder, program);
    let scanned = pointers(program);
    func_values(builder, memory, &scanned);
    let words = data_words(builder, memory, &scanned);
    let mut cuts: BTreeSet<u64> = references.iter().flat_map(|f| &f.data).copied().collect();
    cuts.extend(words.iter().map(|(_, to)| *to));
    objects(builder, memory, &cuts, &read_only(program));
    edges(builder, references, &words);
    let owners = owners(builder);
    for (item, owner) in builder.items.iter_mut().zip(&owners) {
        if item.owner == Owner::Nobody {
            item.owner = *owner;
        }
    }
}

/// moduledata and what only it points to are the runtime's.
fn roots(builder: &mut Builder<'_>, program: &Program) {
    let module = program.module();
    let tag = Tag {
        kind: Kind::Data,
        owner: builder.runtime,
        item: None,
    };
    let size = program
        .layout()
        .offset_of(Field::Next)
        .map_or(0, |at| at + 8);
    builder.claims.claim(module.address(), size, tag);
}

/// Where words may be pointers: in front of the data without pointers, and in the data with them.
fn pointers(program: &Program) -> Vec<Range<u64>> {
    let range = program.memory().bytes().range();
    // Zeros at the end of the data are not in the file.
    let word = |field| Builder::word(program, field).map_or(range.end, |end| end.min(range.end));
    vec![
        range.start..word(Field::NoPtrData),
        word(Field::Data)..word(Field::EData),
    ]
}

fn read_only(program: &Program) -> Range<u64> {
    let range = program.memory().bytes().range();
    range.start..Builder::word(program, Field::NoPtrData).unwrap_or(range.end)
}

/// Words of the unclaimed parts of ranges.
fn free_words<'m>(
    builder: &Builder<'_>,
    memory: Bytes<'m>,
    ranges: &[Range<u64>],
) -> impl Iterator<Item = (u64, u64)> + use<'m> {
    let mut free = Vec::new();
    for range in ranges {
        let pieces = builder.claims.pieces(range.clone());
        free.extend(pieces.into_iter().filter(|(_, tag)| tag.is_none()));
    }
    free.into_iter().flat_map(move |(range, _)| {
        let bytes = memory.slice(range.start, range.end - range.start);
        bytes.into_iter().flat_map(|bytes| bytes.words())
    })
}

/// A word that holds a function's PC is that function's.
fn func_values(builder: &mut Builder<'_>, memory: Bytes<'_>, ranges: &[Range<u64>]) {
    let words: Vec<_> = free_words(builder, memory, ranges)
        .filter_map(|(address, word)| {
            let pc = Pc::of_bits(word).filter(|pc| pc.b == 0)?;
            Some((address, *builder.by_slot.get(&pc.f)?))
        })
        .collect();
    for (address, function) in words {
        let tag = builder.tag(Kind::Data, function);
        builder.claims.claim(address, 8, tag);
    }
}

/// Words that hold an address of data, by the address where they lie.
fn data_words(builder: &Builder<'_>, memory: Bytes<'_>, ranges: &[Range<u64>]) -> Vec<(u64, u64)> {
    let data = memory.range();
    free_words(builder, memory, ranges)
        .filter(|(_, word)| data.contains(word))
        .collect()
}

/// Adds an item for each part between cuts, and claims it.
fn objects(
    builder: &mut Builder<'_>,
    memory: Bytes<'_>,
    cuts: &BTreeSet<u64>,
    read_only: &Range<u64>,
) {
    for (gap, tag) in builder.claims.pieces(memory.range()) {
        if tag.is_some() {
            continue;
        }
        let inside = cuts.range(gap.start + 1..gap.end).copied();
        let mut start = gap.start;
        for end in inside.chain([gap.end]) {
            let range = std::mem::replace(&mut start, end)..end;
            let bytes = memory.slice(range.start, end - range.start);
            let bytes = bytes.map_or(&[][..], |bytes| bytes.as_slice());
            let text = read_only.contains(&range.start) && is_text(bytes);
            let what = match text {
                true => What::Text(range.start),
                false => What::Data(range.start),
            };
            let id = builder.add(what, String::new(), Owner::Nobody);
            let tag = Tag {
                kind: if text { Kind::Strings } else { Kind::Data },
                owner: Owner::Nobody,
                item: Some(id),
            };
            builder.claims.claim(range.start, end - range.start, tag);
        }
    }
}

/// Whether bytes are text that people read.
fn is_text(bytes: &[u8]) -> bool {
    if bytes.iter().all(|byte| *byte == 0) {
        return false;
    }
    // A string may be cut in the middle of a character.
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) if e.valid_up_to() + 4 > bytes.len() => {
            std::str::from_utf8(&bytes[..e.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let odd = (text.chars())
        .filter(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        .count();
    odd * 20 <= text.len()
}

/// What points to objects.
fn edges(builder: &mut Builder<'_>, references: &[References], words: &[(u64, u64)]) {
    let mut found = Vec::new();
    let mut add = |from: ItemId, address: u64| {
        let to = builder.claims.at(address).and_then(|tag| tag.item);
        let Some(to) = to.filter(|to| *to != from) else {
            return;
        };
        let step = match builder.item(to).what {
            // So is a number within a word that holds a PC.
            What::Function(_) if !address.is_multiple_of(8) => return,
            What::Function(_) => Step::FuncValue,
            // A number that lies in the middle of something is no address: these are pointed to at their beginning.
            What::Type(start) | What::Itab(start) | What::Embed(start) | What::Data(start)
                if start != address =>
            {
                return;
            }
            _ => Step::Refers,
        };
        found.push((from, to, step));
    };
    for ((_, from), references) in builder.functions.positions().zip(references) {
        for address in &references.data {
            add(*from, *address);
        }
    }
    for (at, to) in words {
        if let Some(from) = builder.claims.at(*at).and_then(|tag| tag.item) {
            add(from, *to);
        }
    }
    builder.edges.extend(found);
}

/// Whose items are that nobody has: of whoever refers to them, and of those that refer to these.
fn owners(builder: &Builder<'_>) -> Vec<Owner> {
    let count = builder.items.len();
    let is_free = |id: ItemId| builder.item(id).owner == Owner::Nobody;
    let mut owners = vec![Owner::Nobody; count];
    let mut by_init = vec![Owner::Nobody; count];
    let mut next: HashMap<ItemId, Vec<ItemId>> = HashMap::new();
    let mut left = Vec::new();
    for (from, to, _) in builder.edges.iter().filter(|(_, to, _)| is_free(*to)) {
        if is_free(*from) {
            next.entry(*from).or_default().push(*to);
            continue;
        }
        let item = builder.item(*from);
        let owner = &mut owners[to.0 as usize];
        *owner = owner.join(item.owner);
        if is_init(&item.name) {
            let owner = &mut by_init[to.0 as usize];
            *owner = owner.join(item.owner);
        }
        left.push(*to);
    }
    for (owner, by_init) in owners.iter_mut().zip(&by_init) {
        if let (Owner::Shared, Owner::Package(_)) = (*owner, by_init) {
            *owner = *by_init;
        }
    }
    while let Some(from) = left.pop() {
        let owner = owners[from.0 as usize];
        for to in next.get(&from).into_iter().flatten() {
            let known = &mut owners[to.0 as usize];
            let joined = known.join(owner);
            if joined != *known {
                *known = joined;
                left.push(*to);
            }
        }
    }
    owners
}

/// Whether a function of this name makes its package's variables.
pub(crate) fn is_init(name: &str) -> bool {
    let of_package = name.rsplit('/').next().unwrap_or(name);
    let Some((_, function)) = of_package.split_once('.') else {
        return false;
    };
    let numbered = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit());
    function == "init"
        || function.strip_prefix("init.").is_some_and(numbered)
        || function.strip_prefix("map.init.").is_some_and(numbered)
}
