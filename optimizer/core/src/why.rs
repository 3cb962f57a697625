//! Why something is in a module, and what would go with it.
//!
//! Items (functions, types, itabs, data, embedded files) and what they refer to make a graph. The program reaches what is
//! there from its roots: `main.main`, the `init` functions of packages, and what the host calls. The answer is the
//! shortest way from each of these. What would go is what the roots reach, but not without what was asked for: the items
//! that it dominates.

use crate::error::Result;
use crate::go::{Identity, Program};
use crate::input::Input;
use crate::sizes::{Amount, ItemId, Map, Measured, Preview};
use serde::Serialize;
use std::collections::BTreeMap;

mod graph;
mod names;
#[cfg(test)]
mod tests;

use graph::Graph;

/// The number of the schema of docs/why.md: a changed meaning raises it, a new field does not.
pub const WHY_SCHEMA: u32 = 1;

/// Why something is in a module: the JSON of `gowasp why --json`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Why {
    /// [`WHY_SCHEMA`].
    pub schema: u32,
    /// What was asked for, by its full name.
    pub name: String,
    /// `package`, `function`, `type` or `embed`.
    pub what: Subject,
    /// Its own bytes.
    pub own: Goes,
    /// The shortest ways to it: from `main`, package inits and exports, where there are any.
    pub ways: Vec<Way>,
    /// Everything that would go if it did, itself included.
    pub goes: Goes,
    /// The same by package, the largest first.
    pub packages: Vec<PackageGoes>,
}

/// What a name names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Subject {
    /// A package, by its import path.
    Package,
    /// A function.
    Function,
    /// A type.
    Type,
    /// An embedded file.
    Embed,
}

/// Some items, added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Goes {
    /// Number of functions among them.
    pub functions: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// Bytes of the brotli file that they take now; without them the rest may take a little more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compressed: Option<f64>,
}

/// Items of one package.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PackageGoes {
    /// Import path, or a word in parentheses.
    pub name: String,
    /// How much.
    #[serde(flatten)]
    pub goes: Goes,
}

/// A way from a root.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Way {
    /// Which kind of root.
    pub root: Root,
    /// Where it begins.
    pub from: String,
    /// From there, step by step.
    pub steps: Vec<WayStep>,
}

/// What a way begins at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Root {
    /// `main.main`.
    Main,
    /// An `init` function of a package, or one that makes its variables.
    Init,
    /// A function that the host calls.
    Export,
}

/// A step of a way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WayStep {
    /// How the one before leads here, in words: `calls`, `holds the func value of`.
    pub by: String,
    /// What it leads to: `function`, `type`, `itab`, `data`, `text` or `embed`.
    pub what: &'static str,
    /// Its name.
    pub to: String,
}

/// Says why `name` is in a module. `packed` is the module's brotli file, if compressed bytes are to be counted.
///
/// # Errors
/// A module that cannot be read, a file that is not its brotli file, and a name that nothing has: the hint has the nearest
/// ones.
pub fn why(wasm: &[u8], packed: Option<&[u8]>, name: &str) -> Result<Why> {
    let input = Input::read(wasm)?;
    let identity = Identity::of(&input);
    let program = Program::read(&input, &identity);
    let known = program.as_ref().ok();
    let map = Map::of(&input, known);
    let preview = Preview {
        memory: known.map(|program| program.memory().bytes()),
    };
    let (subject, full, items) = names::find(&map, name)?;
    let measured = Measured::of(map, wasm, packed)?;
    let graph = Graph::of(&measured.map, &input);
    let amounts = measured.by_item();
    let sum = |items: &[ItemId]| sum(&measured, &amounts, items);
    let going = graph.going(&items);
    Ok(Why {
        schema: WHY_SCHEMA,
        name: full,
        what: subject,
        own: sum(&items),
        ways: graph.ways(&measured.map, &items, preview),
        goes: sum(&going),
        packages: by_package(&measured, &amounts, &going),
    })
}

fn sum(measured: &Measured, amounts: &[Amount], items: &[ItemId]) -> Goes {
    let mut all = Amount::default();
    let mut functions = 0;
    for id in items {
        all.add(amounts[id.0 as usize]);
        functions += u64::from(measured.map.items[id.0 as usize].is_function());
    }
    Goes {
        functions,
        bytes: all.raw,
        compressed: (measured.is_compressed).then(|| (all.compressed() * 10.0).round() / 10.0),
    }
}

fn by_package(measured: &Measured, amounts: &[Amount], items: &[ItemId]) -> Vec<PackageGoes> {
    let mut packages: BTreeMap<&str, Vec<ItemId>> = BTreeMap::new();
    for id in items {
        let owner = measured.map.items[id.0 as usize].owner;
        let name = measured.map.packages.name(owner);
        packages.entry(name).or_default().push(*id);
    }
    let mut packages: Vec<PackageGoes> = (packages.into_iter())
        .map(|(name, items)| PackageGoes {
            name: name.to_owned(),
            goes: sum(measured, amounts, &items),
        })
        .collect();
    packages.sort_by(|a, b| {
        let size = |p: &PackageGoes| p.goes.compressed.unwrap_or(0.0);
        (size(b).total_cmp(&size(a)))
            .then(b.goes.bytes.cmp(&a.goes.bytes))
            .then_with(|| a.name.cmp(&b.name))
    });
    packages
}
