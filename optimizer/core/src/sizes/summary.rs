//! Sizes as people and scripts read them: the part `attribution` of `gowasp inspect --json`.

use super::model::{Kind, Packages, Tag, What};
use super::{Amount, Item, Measured};
use serde::Serialize;
use std::collections::BTreeMap;

/// The number of the schema of docs/inspect.md: a changed meaning raises it, a new field does not.
pub const SCHEMA: u32 = 1;

/// Whose the bytes of a file are.
///
/// Compressed bytes are those of the file's brotli file, counted by a decoder. Those of kinds and packages are rounded so
/// that they add up to its size; those of single items are exact to a tenth.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Attribution {
    /// [`SCHEMA`].
    pub schema: u32,
    /// Bytes of the file.
    pub bytes: u64,
    /// Bytes of its brotli file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compressed: Option<u64>,
    /// Bytes that nothing is known to use.
    pub unattributed: Part,
    /// By kind, in the order of [`Kind`]; those that the file has none of are left out.
    pub kinds: Vec<KindSize>,
    /// By package, the largest first: `(shared)` is what several packages use, `(wasm)` what is not Go's.
    pub packages: Vec<PackageSizes>,
    /// Functions with everything that is theirs, the largest first.
    pub functions: Vec<ItemSize>,
    /// Types, with their method tables' bytes but without their methods', the largest first.
    pub types: Vec<ItemSize>,
    /// Embedded files, the largest first.
    pub embeds: Vec<ItemSize>,
    /// Strings and other data of [`SMALLEST_DATA`] bytes or more, the largest first.
    pub data: Vec<ItemSize>,
    /// What the page shows.
    #[serde(skip)]
    pub(crate) leaves: Vec<Leaf>,
}

/// The bytes of one kind of one item, or of none.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    pub(crate) package: String,
    pub(crate) kind: Kind,
    pub(crate) name: Option<String>,
    pub(crate) bytes: u64,
    pub(crate) compressed: f64,
}

/// Smallest string or object of data that is listed by itself.
pub const SMALLEST_DATA: u64 = 256;

/// Some of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Part {
    /// Bytes of the file.
    pub bytes: u64,
    /// Bytes of its brotli file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compressed: Option<u64>,
}

/// The bytes of a kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KindSize {
    /// Which kind.
    pub kind: Kind,
    /// How much.
    #[serde(flatten)]
    pub part: Part,
}

/// The bytes of a package.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PackageSizes {
    /// Import path, or a word in parentheses.
    pub name: String,
    /// All of them.
    #[serde(flatten)]
    pub part: Part,
    /// By kind.
    pub kinds: Vec<KindSize>,
}

/// The bytes of one function, type, file or object.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ItemSize {
    /// Its name; text of a string, where data begins for other data.
    pub name: String,
    /// Import path of its package, or a word in parentheses.
    pub package: String,
    /// What kind its most bytes are.
    pub kind: Kind,
    /// Index of a function in the module.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u32>,
    /// Bytes of the file.
    pub bytes: u64,
    /// Bytes of its brotli file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compressed: Option<f64>,
}

/// Cells of a table of packages and kinds.
type Cells = BTreeMap<(String, Kind), Part>;

impl Attribution {
    /// Adds up by package, kind and item.
    pub(crate) fn of(measured: &Measured, wasm: &[u8], memory: Preview<'_>) -> Attribution {
        let cells = cells(measured);
        let sum = |parts: &mut dyn Iterator<Item = Part>| {
            parts.fold(Part::empty(measured.is_compressed), Part::plus)
        };
        let total = sum(&mut cells.values().copied());
        let mut kinds = Vec::new();
        for kind in Kind::ALL {
            let of_kind = cells.iter().filter(|((_, other), _)| *other == kind);
            let part = sum(&mut of_kind.map(|(_, part)| *part));
            if part.bytes > 0 {
                kinds.push(KindSize { kind, part });
            }
        }
        let items = items(measured, memory);
        let of = |wanted: &dyn Fn(What) -> bool| {
            let chosen = items.iter().filter(|(what, _)| wanted(*what));
            chosen.map(|(_, size)| size.clone()).collect()
        };
        let unattributed = cells
            .iter()
            .filter(|((name, _), _)| name == Packages::NOBODY);
        debug_assert_eq!(total.bytes, wasm.len() as u64);
        Attribution {
            schema: SCHEMA,
            bytes: total.bytes,
            compressed: total.compressed,
            unattributed: sum(&mut unattributed.map(|(_, part)| *part)),
            kinds,
            packages: packages(&cells, measured.is_compressed),
            functions: of(&|what| matches!(what, What::Function(_))),
            types: of(&|what| matches!(what, What::Type(_))),
            embeds: of(&|what| matches!(what, What::Embed(_))),
            data: (items.iter())
                .filter(|(what, size)| {
                    matches!(what, What::Text(_) | What::Data(_)) && size.bytes >= SMALLEST_DATA
                })
                .map(|(_, size)| size.clone())
                .collect(),
            leaves: leaves(measured, memory),
        }
    }
}

fn leaves(measured: &Measured, preview: Preview<'_>) -> Vec<Leaf> {
    let mut leaves: Vec<Leaf> = (measured.amounts.iter())
        .map(|(tag, amount)| Leaf {
            package: measured.map.packages.name(tag.owner).to_owned(),
            kind: tag.kind,
            name: (tag.item).map(|id| preview.name(&measured.map.items[id.0 as usize])),
            bytes: amount.raw,
            compressed: amount.compressed(),
        })
        .collect();
    leaves.sort_by(|a, b| a.key().cmp(&b.key()));
    leaves
}

impl Part {
    fn empty(is_compressed: bool) -> Part {
        Part {
            bytes: 0,
            compressed: is_compressed.then_some(0),
        }
    }

    fn plus(self, other: Part) -> Part {
        Part {
            bytes: self.bytes + other.bytes,
            compressed: self.compressed.zip(other.compressed).map(|(a, b)| a + b),
        }
    }
}

/// Packages and kinds, with compressed bytes as integers that add up to the size of the brotli file.
fn cells(measured: &Measured) -> Cells {
    let mut amounts: BTreeMap<(String, Kind), Amount> = BTreeMap::new();
    for (tag, amount) in &measured.amounts {
        let name = measured.map.packages.name(tag.owner).to_owned();
        amounts.entry((name, tag.kind)).or_default().add(*amount);
    }
    let mut so_far = Amount::default();
    let mut cells = Cells::new();
    for (key, amount) in amounts {
        let before = so_far.compressed().round() as u64;
        so_far.add(amount);
        let rounded = so_far.compressed().round() as u64 - before;
        let part = Part {
            bytes: amount.raw,
            compressed: measured.is_compressed.then_some(rounded),
        };
        cells.insert(key, part);
    }
    cells
}

fn packages(cells: &Cells, is_compressed: bool) -> Vec<PackageSizes> {
    let mut packages: Vec<PackageSizes> = Vec::new();
    for ((name, kind), part) in cells {
        if packages.last().is_none_or(|last| last.name != *name) {
            packages.push(PackageSizes {
                name: name.clone(),
                part: Part::empty(is_compressed),
                kinds: Vec::new(),
            });
        }
        if let Some(package) = packages.last_mut() {
            package.part = package.part.plus(*part);
            package.kinds.push(KindSize {
                kind: *kind,
                part: *part,
            });
        }
    }
    packages.sort_by(|a, b| {
        let size = |p: &PackageSizes| (p.part.compressed, p.part.bytes);
        size(b).cmp(&size(a)).then_with(|| a.name.cmp(&b.name))
    });
    packages
}

/// All items that have bytes, the largest first.
fn items(measured: &Measured, preview: Preview<'_>) -> Vec<(What, ItemSize)> {
    let mut kinds: BTreeMap<u32, (u64, Kind)> = BTreeMap::new();
    let tags = measured.amounts.iter();
    for (Tag { kind, item, .. }, amount) in tags {
        if let Some(item) = item {
            let largest = kinds.entry(item.0).or_insert((0, *kind));
            *largest = (*largest).max((amount.raw, *kind));
        }
    }
    let amounts = measured.by_item();
    let mut sizes: Vec<(What, ItemSize)> = Vec::new();
    for (number, (item, amount)) in (0..).zip(measured.map.items.iter().zip(amounts)) {
        let Some((_, kind)) = kinds.get(&number) else {
            continue;
        };
        let size = ItemSize {
            name: preview.name(item),
            package: measured.map.packages.name(item.owner).to_owned(),
            kind: *kind,
            index: match item.what {
                What::Function(index) => Some(index),
                _ => None,
            },
            bytes: amount.raw,
            compressed: (measured.is_compressed)
                .then(|| (amount.compressed() * 10.0).round() / 10.0),
        };
        sizes.push((item.what, size));
    }
    sizes.sort_by(|(what, a), (other, b)| {
        let of_compressed = |size: &ItemSize| size.compressed.unwrap_or(0.0);
        (of_compressed(b).total_cmp(&of_compressed(a)))
            .then(b.bytes.cmp(&a.bytes))
            .then(what.cmp(other))
    });
    sizes
}

/// Names items that have none by what they hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Preview<'m> {
    /// The program's memory.
    pub(crate) memory: Option<crate::go::Bytes<'m>>,
}

impl Preview<'_> {
    /// What an item is called.
    pub(crate) fn name(self, item: &Item) -> String {
        match item.what {
            _ if !item.name.is_empty() => item.name.clone(),
            What::Function(index) => format!("function {index}"),
            What::Text(address) => self.text(address),
            What::Type(at) | What::Itab(at) | What::Embed(at) | What::Data(at) => {
                format!("data at {at:#x}")
            }
        }
    }

    /// The beginning of a text.
    fn text(self, address: u64) -> String {
        const SHOWN: usize = 48;
        let bytes = self.memory.and_then(|memory| memory.from(address));
        let bytes = bytes.map_or(&[][..], |bytes| bytes.as_slice());
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * SHOWN)]);
        let shown: String = text.chars().take(SHOWN).collect();
        format!("{shown:?}")
    }
}
