//! What became larger and smaller from one module to another.

use crate::inspect::Inspection;
use crate::sizes::Attribution;
use serde::Serialize;
use std::collections::BTreeMap;

mod limit;
mod markdown;
#[cfg(test)]
mod tests;

pub use limit::{Growth, GrowthLimit};

/// The number of the schema of docs/diff.md: a changed meaning raises it, a new field does not.
pub const DIFF_SCHEMA: u32 = 1;

/// What changed: the JSON of `gowasp diff --json`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Diff {
    /// [`DIFF_SCHEMA`].
    pub schema: u32,
    /// The whole file.
    pub total: Change,
    /// By kind, as in an inspection: what changed most comes first, what did not change is left out.
    pub kinds: Vec<Change>,
    /// By package, likewise.
    pub packages: Vec<Change>,
    /// By function, likewise.
    pub functions: Vec<Change>,
    /// By type, likewise.
    pub types: Vec<Change>,
    /// By embedded file, likewise.
    pub embeds: Vec<Change>,
    /// The limits that were asked for.
    pub limits: Vec<Growth>,
}

/// Something in two modules.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Its name.
    pub name: String,
    /// Its size in the first; `None` where it is not there.
    pub old: Option<Amounts>,
    /// Its size in the second; `None` where it is not there.
    pub new: Option<Amounts>,
}

/// A size.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Amounts {
    /// Bytes of the file.
    pub bytes: u64,
    /// Bytes of the brotli file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compressed: Option<f64>,
}

impl Change {
    /// By how many bytes of the file it grew.
    pub fn bytes(&self) -> i64 {
        let of = |amounts: &Option<Amounts>| amounts.map_or(0, |a| a.bytes.cast_signed());
        of(&self.new).saturating_sub(of(&self.old))
    }

    /// By how many bytes of the brotli file it grew, if these were counted.
    pub fn compressed(&self) -> Option<f64> {
        let of = |amounts: Option<Amounts>| amounts.map_or(Some(0.0), |a| a.compressed);
        Some(of(self.new)? - of(self.old)?)
    }

    /// What counts for the order: compressed bytes where they are known.
    fn weight(&self) -> f64 {
        self.compressed().unwrap_or(self.bytes() as f64).abs()
    }
}

/// Compares two modules by name: functions, types and files that are called the same are the same.
///
/// Both inspections are those of [`inspect_sizes`](crate::inspect_sizes); what one has no attribution of counts as
/// nothing.
pub fn diff(old: &Inspection, new: &Inspection, limits: &[GrowthLimit]) -> Diff {
    let of = |inspection: &Inspection, list: &dyn Fn(&Attribution) -> Vec<(String, Amounts)>| {
        inspection
            .attribution
            .as_ref()
            .map(list)
            .unwrap_or_default()
    };
    let compared = |list: &dyn Fn(&Attribution) -> Vec<(String, Amounts)>| {
        changes(of(old, list), of(new, list))
    };
    let whole = |inspection: &Inspection| Amounts {
        bytes: inspection.sizes.raw,
        compressed: (inspection.attribution.as_ref())
            .and_then(|a| a.compressed)
            .map(|bytes| bytes as f64),
    };
    let total = Change {
        name: "file".to_owned(),
        old: Some(whole(old)),
        new: Some(whole(new)),
    };
    Diff {
        schema: DIFF_SCHEMA,
        kinds: compared(&|a| {
            let part =
                |kind: &crate::sizes::KindSize| (kind.kind.name().to_owned(), kind.part.into());
            a.kinds.iter().map(part).collect()
        }),
        packages: compared(&|a| {
            let part =
                |package: &crate::sizes::PackageSizes| (package.name.clone(), package.part.into());
            a.packages.iter().map(part).collect()
        }),
        functions: compared(&|a| a.functions.iter().map(Amounts::named).collect()),
        types: compared(&|a| a.types.iter().map(Amounts::named).collect()),
        embeds: compared(&|a| a.embeds.iter().map(Amounts::named).collect()),
        limits: (limits.iter())
            .filter_map(|limit| limit.growth(&total))
            .collect(),
        total,
    }
}

impl Amounts {
    fn named(item: &crate::sizes::ItemSize) -> (String, Amounts) {
        // Functions without a name are numbered, and numbers move.
        let name = match item.name.strip_prefix("function ") {
            Some(number) if number.bytes().all(|byte| byte.is_ascii_digit()) => "(no name)",
            _ => &item.name,
        };
        let amounts = Amounts {
            bytes: item.bytes,
            compressed: item.compressed,
        };
        (name.to_owned(), amounts)
    }
}

impl From<crate::sizes::Part> for Amounts {
    fn from(part: crate::sizes::Part) -> Amounts {
        Amounts {
            bytes: part.bytes,
            compressed: part.compressed.map(|bytes| bytes as f64),
        }
    }
}

fn changes(old: Vec<(String, Amounts)>, new: Vec<(String, Amounts)>) -> Vec<Change> {
    let mut named: BTreeMap<String, (Option<Amounts>, Option<Amounts>)> = BTreeMap::new();
    for (name, amounts) in old {
        add(&mut named.entry(name).or_default().0, amounts);
    }
    for (name, amounts) in new {
        add(&mut named.entry(name).or_default().1, amounts);
    }
    let mut changes: Vec<Change> = (named.into_iter())
        .filter(|(_, (old, new))| old != new)
        .map(|(name, (old, new))| Change { name, old, new })
        .collect();
    changes.sort_by(|a, b| {
        (b.weight().total_cmp(&a.weight()))
            .then(b.bytes().abs().cmp(&a.bytes().abs()))
            .then_with(|| a.name.cmp(&b.name))
    });
    changes
}

/// Several may have one name: closures of generic functions, for instance.
fn add(sum: &mut Option<Amounts>, amounts: Amounts) {
    let known = sum.unwrap_or(Amounts {
        bytes: 0,
        compressed: amounts.compressed.map(|_| 0.0),
    });
    *sum = Some(Amounts {
        bytes: known.bytes + amounts.bytes,
        compressed: (known.compressed.zip(amounts.compressed))
            .map(|(a, b)| ((a + b) * 10.0).round() / 10.0),
    });
}
