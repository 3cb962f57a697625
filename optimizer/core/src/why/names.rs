//! What a name names.

use super::Subject;
use crate::error::{Error, Result, Stage};
use crate::sizes::{ItemId, Map, Owner, What};
use std::collections::BTreeSet;

/// Words in front of a name that say what it is.
const PREFIXES: [(&str, Subject); 4] = [
    ("package:", Subject::Package),
    ("function:", Subject::Function),
    ("type:", Subject::Type),
    ("embed:", Subject::Embed),
];

/// What a name names, its full name, and its items. A package comes before a function, a type and a file of the same name.
///
/// # Errors
/// Nothing has the name.
pub(super) fn find(map: &Map, name: &str) -> Result<(Subject, String, Vec<ItemId>)> {
    let prefix = (PREFIXES.iter()).find_map(|(p, of)| Some((name.strip_prefix(p)?, *of)));
    let subjects: &[Subject] = match prefix {
        Some((_, Subject::Package)) => &[Subject::Package],
        Some((_, Subject::Function)) => &[Subject::Function],
        Some((_, Subject::Type)) => &[Subject::Type],
        Some((_, Subject::Embed)) => &[Subject::Embed],
        None => &[
            Subject::Package,
            Subject::Function,
            Subject::Type,
            Subject::Embed,
        ],
    };
    let name = prefix.map_or(name, |(rest, _)| rest);
    for subject in subjects {
        let items: Vec<ItemId> = (0..)
            .map(ItemId)
            .zip(&map.items)
            .filter(|(_, item)| names_of(map, item, *subject).any(|known| known == name))
            .map(|(id, _)| id)
            .collect();
        if !items.is_empty() {
            return Ok((*subject, name.to_owned(), items));
        }
    }
    Err(not_found(map, name, subjects))
}

/// The names by which an item may be asked for.
fn names_of<'m>(
    map: &'m Map,
    item: &'m crate::sizes::Item,
    subject: Subject,
) -> impl Iterator<Item = String> + use<'m> {
    let package = match item.owner {
        Owner::Package(_) => Some(map.packages.name(item.owner)),
        _ => None,
    };
    let own = || Some(item.name.clone()).filter(|name| !name.is_empty());
    let (first, second) = match (subject, item.what) {
        (Subject::Package, _) => (package.map(str::to_owned), None),
        (Subject::Function, What::Function(_)) | (Subject::Embed, What::Embed(_)) => (own(), None),
        (Subject::Type, What::Type(_)) => (own(), package.and_then(|p| by_path(&item.name, p))),
        _ => (None, None),
    };
    first.into_iter().chain(second)
}

/// A type's name with its package's import path in place of its name: `example.com/a/b.T` for `b.T`.
fn by_path(name: &str, package: &str) -> Option<String> {
    let stars = name.len() - name.trim_start_matches('*').len();
    let (stars, rest) = name.split_at(stars);
    let (_, own) = rest.split_once('.')?;
    Some(format!("{stars}{package}.{own}"))
}

fn not_found(map: &Map, name: &str, subjects: &[Subject]) -> Error {
    let mut known = BTreeSet::new();
    for item in &map.items {
        for subject in subjects {
            known.extend(names_of(map, item, *subject));
        }
    }
    let mut near: Vec<(usize, &String)> = (known.iter())
        .map(|other| (distance(name, other), other))
        .collect();
    near.sort();
    let near: Vec<&str> = (near.iter().take(3))
        .map(|(_, name)| name.as_str())
        .collect();
    let message = format!("no package, function, type or embedded file is called {name}");
    Error::new(Stage::Read, message).with_hint(format!("the nearest names: {}", near.join(", ")))
}

/// How far a name is from another: insertions, deletions and exchanges of characters, fewer if one is part of the other.
fn distance(name: &str, other: &str) -> usize {
    let (a, b) = (name.to_lowercase(), other.to_lowercase());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let exchanged = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = exchanged.min(row[j] + 1).min(diagonal + 1);
        }
    }
    let edits = row[b.len()];
    match b.contains(&a) {
        true => edits.min(1 + (b.len() - a.len()) / 8),
        false => edits,
    }
}
