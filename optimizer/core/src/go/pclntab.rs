//! Finding pclntab and its moduledata in memory.

use super::layout::{Entry, Field, Layout};
use super::moduledata::ModuleData;
use super::pc_header::{PcHeader, first_word};
use crate::bytes::Bytes;
use crate::error::{Error, Result, Stage};
use std::collections::HashMap;

/// A pclntab that a moduledata points to.
#[derive(Debug, Clone, Copy)]
pub struct PclnTab {
    /// Its header.
    pub header: PcHeader,
}

/// An entry of ftab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FuncTabEntry {
    /// The entry as stored, see [`Entry`].
    pub entry: u32,
    /// PC_F, the table slot of the function.
    pub pc_f: u32,
    /// Address of the `_func` record.
    pub func: u64,
}

impl PclnTab {
    /// Finds the pclntab of this layout and the moduledata that points to it.
    ///
    /// # Errors
    /// Fails if there is no pclntab, none that a moduledata of this layout points to, or more than one such.
    pub fn find(memory: Bytes<'_>, layout: &'static Layout) -> Result<(Self, ModuleData)> {
        Places::scan(memory, layout.magic).select(memory, layout)
    }

    /// The entries of ftab without the last one, which only marks the end.
    pub fn entries(
        &self,
        memory: Bytes<'_>,
        module: &ModuleData,
        entry: Entry,
    ) -> Option<impl Iterator<Item = Option<FuncTabEntry>>> {
        let text = module.word(memory, Field::Text)?;
        let ftab = module.table(memory, Field::FTab)?;
        let functab = self.header.functab;
        let (pairs, _) = ftab.as_slice().as_chunks::<8>();
        let count = usize::try_from(self.header.nfunc).ok()?;
        Some(pairs.iter().take(count).map(move |pair| {
            let pair = Bytes::new(0, pair);
            let stored = pair.u32(0)?;
            Some(FuncTabEntry {
                entry: stored,
                pc_f: entry.pc_f(text, stored)?,
                func: functab.checked_add(u64::from(pair.u32(4)?))?,
            })
        }))
    }
}

/// Where a pclntab and its moduledata could be, by content: a pclntab is its first word at a multiple of 8 and a
/// possible header, a moduledata two words that hold the addresses of a pclntab and of its names.
pub(super) struct Places {
    headers: HashMap<u64, PcHeader>,
    /// Address of each pair of words, and of the header it points to.
    pairs: Vec<(u64, u64)>,
}

impl Places {
    /// Two passes over memory, whatever is in it.
    pub(super) fn scan(memory: Bytes<'_>, magic: u32) -> Self {
        let first = first_word(magic);
        let starts = memory.words().filter(|(_, word)| *word == first);
        let headers: HashMap<u64, PcHeader> = starts
            .filter_map(|(address, _)| Some((address, PcHeader::read(memory, address, magic)?)))
            .collect();
        let (Some(&low), Some(&high)) = (headers.keys().min(), headers.keys().max()) else {
            return Places {
                headers,
                pairs: Vec::new(),
            };
        };
        let next = memory.words().skip(1).map(|(_, word)| word);
        let in_range = memory
            .words()
            .zip(next)
            .filter(|((_, word), _)| (low..=high).contains(word));
        let pairs = in_range
            .filter(|((_, header), names)| {
                let header = headers.get(header);
                header.is_some_and(|header| header.funcnametab == *names)
            })
            .map(|(pair, _)| pair)
            .collect();
        Places { headers, pairs }
    }

    /// The place whose moduledata is one of this layout.
    pub(super) fn select(
        &self,
        memory: Bytes<'_>,
        layout: &'static Layout,
    ) -> Result<(PclnTab, ModuleData)> {
        if self.headers.is_empty() {
            return Err(no_pclntab(layout));
        }
        let mut found: Option<(PclnTab, ModuleData)> = None;
        let mut rejected = None;
        for (address, header) in &self.pairs {
            let Some(&header) = self.headers.get(header) else {
                continue;
            };
            match ModuleData::read(memory, *address, layout, &header) {
                Ok(module) => {
                    if let Some((_, first)) = found {
                        return Err(two_modules(first.address(), module.address()));
                    }
                    found = Some((PclnTab { header }, module));
                }
                Err(reason) => rejected = rejected.or(Some((*address, reason))),
            }
        }
        found.ok_or_else(|| no_moduledata(layout, rejected))
    }
}

fn no_pclntab(layout: &Layout) -> Error {
    Error::new(
        Stage::GoModel,
        format!(
            "no pclntab of Go 1.{} (magic {:#x}) in the data",
            layout.minor, layout.magic
        ),
    )
    .with_hint("the module may have been changed by another tool, or name a wrong Go release")
}

fn no_moduledata(layout: &Layout, rejected: Option<(u64, String)>) -> Error {
    let message = match rejected {
        Some((address, reason)) => format!(
            "the moduledata at address {address:#x} is not one of Go 1.{}: {reason}",
            layout.minor
        ),
        None => format!("no moduledata of Go 1.{} points to pclntab", layout.minor),
    };
    Error::new(Stage::GoModel, message)
        .with_hint("the module may have been changed by another tool, or name a wrong Go release")
}

fn two_modules(first: u64, second: u64) -> Error {
    Error::new(
        Stage::GoModel,
        format!(
            "two moduledata, at addresses {first:#x} and {second:#x}, and no telling which is the program's"
        ),
    )
}
