//! Entries of method tables that nobody looks for, and their names.

use super::clear;
use super::reach::StillNamed;
use crate::go::{Field, Memory, Program};
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

/// Where an entry is, and where its name, with its length.
pub(super) type Entry = (Range<u64>, (u64, u64));

/// Bit of a name's first byte: the offset of an import path ends it (`abi.Name` in src/internal/abi/type.go).
const HAS_PATH: u8 = 4;

/// Clears entries, and the names that nothing else names. Returns how many bytes of names.
///
/// Names are named by offsets, in 32 bits, from the beginning of types on: by any aligned word there, whatever it means, that
/// is not one of these entries, and by names that end in that of a package; and by addresses, in data and code.
pub(super) fn clear(
    program: &Program,
    memory: &mut Memory,
    entries: &[Entry],
    named: &StillNamed,
) -> Option<u64> {
    let bytes = program.memory().bytes();
    let word = |field| program.module().word(bytes, field);
    let (base, end) = (word(Field::Types)?, word(Field::ETypes)?);
    let mut names: BTreeMap<u64, u64> = entries.iter().map(|(_, name)| *name).collect();
    let mut words: HashSet<u64> = HashSet::new();
    for (entry, _) in entries {
        words.extend([entry.start, entry.start.checked_add(4)?]);
        words.extend([entry.start.checked_add(8)?, entry.start.checked_add(12)?]);
    }
    let mut at = base.next_multiple_of(4);
    while at < end {
        let offset = bytes.u32(at).map(u64::from);
        if let Some(offset) = offset.filter(|_| !words.contains(&at)) {
            names.remove(&base.saturating_add(offset));
        }
        at = at.saturating_add(4);
    }
    for (address, len) in &named.names {
        let offset = address.checked_add(*len)?.checked_sub(4)?;
        if bytes.u8(*address)? & HAS_PATH != 0 {
            names.remove(&base.saturating_add(u64::from(bytes.u32(offset)?)));
        }
    }
    let mut keep = |address: u64| {
        let before = names.range(..=address).next_back();
        if let Some((start, len)) = before.map(|(start, len)| (*start, *len))
            && address < start.saturating_add(len)
        {
            names.remove(&start);
        }
    };
    bytes.words().for_each(|(_, word)| keep(word));
    named.addresses.iter().for_each(|address| keep(*address));
    for (entry, _) in entries {
        memory.clear(entry.clone())?;
    }
    let mut cleared = 0u64;
    for (address, len) in names {
        if clear::unless_pc(program, memory, address..address.checked_add(len)?)? {
            cleared = cleared.saturating_add(len);
        }
    }
    Some(cleared)
}
