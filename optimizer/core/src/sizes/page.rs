//! `gowasp inspect --html`: the sizes as a map, on a page that needs nothing else.

use super::summary::{Attribution, Leaf};
use crate::error::{Error, Result, Stage};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// What page.js reads.
#[derive(Serialize)]
struct Data<'a> {
    name: &'a str,
    release: &'a str,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    compressed: Option<u64>,
    kinds: Vec<&'static str>,
    packages: Vec<&'a str>,
    names: Vec<String>,
    /// Name, package, kind, bytes, compressed bytes.
    items: Vec<(usize, usize, usize, u64, f64)>,
}

/// Smaller items of a package and kind are shown as one.
const SMALLEST: u64 = 96;
/// Longest name that is shown whole, in characters.
const LONGEST: usize = 120;

/// The page. `name` is what people call the file, `release` that of Go.
///
/// # Errors
/// None on any attribution: what is written has strings and numbers alone.
pub(crate) fn page(attribution: &Attribution, release: &str, name: &str) -> Result<String> {
    // `<` in a string could end the script, or begin a comment.
    let json = data(attribution, release, name)?.replace('<', "\\u003c");
    let mut page = String::new();
    let mut rest = PAGE;
    for (mark, text) in [
        ("/*STYLE*/", STYLE),
        ("\"DATA\"", json.as_str()),
        ("/*SCRIPT*/", SCRIPT),
    ] {
        let (before, behind) = rest.split_once(mark).unwrap_or((rest, ""));
        page.push_str(before);
        page.push_str(text);
        rest = behind;
    }
    page.push_str(rest);
    Ok(page)
}

/// The JSON that the page shows, for a page that has no data yet.
///
/// # Errors
/// As [`page`].
pub(crate) fn data(attribution: &Attribution, release: &str, name: &str) -> Result<String> {
    let mut data = Data::of(attribution);
    data.name = name;
    data.release = release;
    serde_json::to_string(&data).map_err(|e| Error::new(Stage::Read, e.to_string()))
}

impl<'a> Data<'a> {
    fn of(attribution: &'a Attribution) -> Data<'a> {
        let mut data = Data {
            name: "",
            release: "",
            bytes: attribution.bytes,
            compressed: attribution.compressed,
            kinds: attribution.kinds.iter().map(|k| k.kind.name()).collect(),
            packages: attribution
                .packages
                .iter()
                .map(|p| p.name.as_str())
                .collect(),
            names: Vec::new(),
            items: Vec::new(),
        };
        let kinds: HashMap<&str, usize> = numbered(&data.kinds);
        let packages: HashMap<&str, usize> = numbered(&data.packages);
        let mut names: HashMap<String, usize> = HashMap::new();
        let mut number = |name: String, all: &mut Vec<String>| {
            *names.entry(name).or_insert_with_key(|name| {
                all.push(name.clone());
                all.len() - 1
            })
        };
        let mut small: BTreeMap<(usize, usize), (u64, u64, f64)> = BTreeMap::new();
        for leaf in &attribution.leaves {
            let place = (
                packages.get(leaf.package.as_str()),
                kinds.get(leaf.kind.name()),
            );
            let (Some(package), Some(kind)) = place else {
                continue;
            };
            match &leaf.name {
                Some(name) if leaf.bytes >= SMALLEST => {
                    let name = number(shown(name), &mut data.names);
                    let compressed = (leaf.compressed * 10.0).round() / 10.0;
                    (data.items).push((name, *package, *kind, leaf.bytes, compressed));
                }
                _ => {
                    let sum = small.entry((*package, *kind)).or_default();
                    let named = u64::from(leaf.name.is_some());
                    *sum = (sum.0 + named, sum.1 + leaf.bytes, sum.2 + leaf.compressed);
                }
            }
        }
        for ((package, kind), (count, bytes, compressed)) in small {
            let name = match count {
                0 => "(common)".to_owned(),
                1 => "(1 small item)".to_owned(),
                n => format!("({n} small items)"),
            };
            let name = number(name, &mut data.names);
            let compressed = (compressed * 10.0).round() / 10.0;
            data.items.push((name, package, kind, bytes, compressed));
        }
        data
    }
}

fn numbered<'s>(names: &[&'s str]) -> HashMap<&'s str, usize> {
    names.iter().copied().zip(0..).collect()
}

/// A name as it is shown: type arguments of generic functions may be very long.
fn shown(name: &str) -> String {
    match name.char_indices().nth(LONGEST) {
        None => name.to_owned(),
        Some((end, _)) => format!("{}…", &name[..end]),
    }
}

impl Leaf {
    /// What it is sorted by.
    pub(super) fn key(&self) -> (&str, super::Kind, u64, Option<&str>) {
        (
            &self.package,
            self.kind,
            u64::MAX - self.bytes,
            self.name.as_deref(),
        )
    }
}
