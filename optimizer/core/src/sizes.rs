//! Who owns each byte of a module, in the file and in its brotli file.
//!
//! `map.rs` takes the file apart into items and the bytes of each; `brotli.rs` says what each byte costs; here both are
//! added up. docs/inspect.md describes the method for users.

mod brotli;
mod claims;
mod code;
mod map;
mod model;
mod page;
mod summary;
#[cfg(test)]
mod tests;

pub(crate) use map::{Map, Step, is_init};
pub use model::Kind;
pub(crate) use model::{Item, ItemId, Owner, What};
pub(crate) use page::{data, page};
pub(crate) use summary::Preview;
pub use summary::{Attribution, ItemSize, KindSize, PackageSizes, Part, SCHEMA, SMALLEST_DATA};

use crate::error::{Error, Result, Stage};
use brotli::UNITS;
use model::Tag;
use std::collections::HashMap;

/// Bytes of the file and of its brotli file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Amount {
    /// Bytes of the file.
    pub(crate) raw: u64,
    /// Units of the brotli file, of which [`UNITS`] are a byte.
    pub(crate) units: u64,
}

impl Amount {
    pub(crate) fn add(&mut self, other: Amount) {
        self.raw += other.raw;
        self.units += other.units;
    }

    /// Bytes of the brotli file.
    pub(crate) fn compressed(self) -> f64 {
        self.units as f64 / UNITS as f64
    }
}

/// A map, and what everything in it amounts to.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) map: Map,
    /// By what bytes are attributed to.
    pub(crate) amounts: HashMap<Tag, Amount>,
    /// Whether compressed bytes were counted.
    pub(crate) is_compressed: bool,
}

impl Measured {
    /// Adds up the bytes of `wasm`, and those of its brotli file, if there is one.
    ///
    /// # Errors
    /// A file that is not brotli, or not of `wasm`.
    pub(crate) fn of(map: Map, wasm: &[u8], packed: Option<&[u8]>) -> Result<Measured> {
        let costs = match packed {
            Some(packed) => brotli::costs(packed, wasm).map_err(|damage| {
                let message = format!("not the brotli file of the module: {}", damage.what);
                Error::new(Stage::Compress, message).at(damage.offset as u64)
            })?,
            None => Vec::new(),
        };
        let mut amounts: HashMap<Tag, Amount> = HashMap::new();
        for (range, tag) in &map.pieces {
            let costs = costs.get(range.clone()).unwrap_or_default();
            amounts.entry(*tag).or_default().add(Amount {
                raw: range.len() as u64,
                units: costs.iter().map(|cost| u64::from(*cost)).sum(),
            });
        }
        Ok(Measured {
            map,
            amounts,
            is_compressed: packed.is_some(),
        })
    }

    /// What each item amounts to, all kinds together.
    pub(crate) fn by_item(&self) -> Vec<Amount> {
        let mut amounts = vec![Amount::default(); self.map.items.len()];
        for (tag, amount) in &self.amounts {
            if let Some(ItemId(item)) = tag.item {
                amounts[item as usize].add(*amount);
            }
        }
        amounts
    }
}
