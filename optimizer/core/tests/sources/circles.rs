//! Who uses whom, by the `use` declarations. In each folder, files and folders that use each other in a circle are one; what a
//! module and those inside it have of each other does not count.

use crate::files::File;
use std::collections::{BTreeMap, BTreeSet};

type Path = Vec<String>;
/// By folder, which of its units uses which.
type Edges = BTreeMap<Path, BTreeSet<(String, String)>>;

/// The units of each circle.
pub(crate) fn circles(files: &[File]) -> Vec<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for (folder, edges) in edges(files) {
        let names: BTreeSet<&String> = edges.iter().flat_map(|(a, b)| [a, b]).collect();
        for name in names {
            let reached = reached_from(name, &edges);
            if reached.contains(name) {
                let both_ways = |other: &&String| reached_from(other, &edges).contains(name);
                let circle = reached.iter().filter(both_ways);
                let full =
                    |unit: &String| [&folder[..], std::slice::from_ref(unit)].concat().join("/");
                found.insert(circle.map(full).collect());
            }
        }
    }
    found.into_iter().collect()
}

fn reached_from(unit: &str, edges: &BTreeSet<(String, String)>) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut pending = vec![unit.to_owned()];
    while let Some(from) = pending.pop() {
        for (_, to) in edges.iter().filter(|(unit, _)| *unit == from) {
            if reached.insert(to.clone()) {
                pending.push(to.clone());
            }
        }
    }
    reached
}

fn edges(files: &[File]) -> Edges {
    let modules: BTreeSet<Path> = files.iter().map(|file| file.module.clone()).collect();
    let mut exports: BTreeMap<(Path, String), Path> = BTreeMap::new();
    let mut uses: Vec<(Path, Path)> = Vec::new();
    for file in files {
        for (is_public, path) in declared(&file.code) {
            let Some(path) = absolute(&path, &file.module, &modules) else {
                continue;
            };
            if let (true, Some(name)) = (is_public, path.last()) {
                exports.insert((file.module.clone(), name.clone()), path.clone());
            }
            uses.push((file.module.clone(), path));
        }
    }
    let mut edges = Edges::new();
    for (from, path) in uses {
        let to = module_of(&path, &modules, &exports);
        let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
        if let (Some(user), Some(used)) = (from.get(common), to.get(common)) {
            let edges = edges.entry(from[..common].to_vec()).or_default();
            edges.insert((user.clone(), used.clone()));
        }
    }
    edges
}

/// The module that has what a path from the crate's root names, where re-exports lead.
fn module_of(
    path: &[String],
    modules: &BTreeSet<Path>,
    exports: &BTreeMap<(Path, String), Path>,
) -> Path {
    let depth = (0..=path.len())
        .rev()
        .find(|depth| modules.contains(&path[..*depth]));
    let (module, rest) = path.split_at(depth.unwrap_or(0));
    let export = rest
        .first()
        .and_then(|name| exports.get(&(module.to_vec(), name.clone())));
    match export.filter(|export| *export != path) {
        Some(export) => module_of(&[export, &rest[1..]].concat(), modules, exports),
        None => module.to_vec(),
    }
}

/// From the crate's root; `None` for another crate's.
fn absolute(path: &[String], module: &[String], modules: &BTreeSet<Path>) -> Option<Path> {
    let supers = path
        .iter()
        .take_while(|segment| *segment == "super")
        .count();
    match path.first()?.as_str() {
        "crate" => Some(path[1..].to_vec()),
        "self" => Some([module, &path[1..]].concat()),
        "super" => {
            let parent = &module[..module.len().checked_sub(supers)?];
            Some([parent, &path[supers..]].concat())
        }
        first => {
            let inner = [module, &[first.to_owned()]].concat();
            modules.contains(&inner).then(|| [module, path].concat())
        }
    }
}

/// Paths that `use` declarations name, and whether they are public.
fn declared(code: &str) -> Vec<(bool, Path)> {
    let mut found = Vec::new();
    for statement in code.split(';') {
        let lines = statement.lines().map(str::trim);
        let text: Vec<&str> = lines.filter(|line| !line.starts_with('#')).collect();
        let text = text.join(" ");
        let text = text
            .rsplit('}')
            .next()
            .filter(|_| !text.contains("use "))
            .map_or(text.as_str(), |t| t);
        let Some(at) = text.find("use ") else {
            continue;
        };
        let before = text[..at].trim();
        let is_public = before.ends_with("pub") || before.ends_with(')') && before.contains("pub(");
        if before.is_empty() || is_public {
            let mut paths = Vec::new();
            expand(text[at + 4..].trim(), &[], &mut paths);
            found.extend(paths.into_iter().map(|path| (is_public, path)));
        }
    }
    found
}

/// The paths of `a::{b, c::{d, e}}` behind a prefix.
fn expand(tree: &str, prefix: &[String], paths: &mut Vec<Path>) {
    let (head, group) = match tree.split_once('{') {
        Some((head, group)) => (head, group.strip_suffix('}')),
        None => (tree, None),
    };
    let head = head.split(" as ").next().unwrap_or_default();
    let segments = head.split("::").map(str::trim).filter(|s| !s.is_empty());
    let path: Path = prefix
        .iter()
        .cloned()
        .chain(segments.map(str::to_owned))
        .collect();
    let Some(group) = group else {
        return paths.push(path);
    };
    let (mut depth, mut start) = (0, 0);
    for (at, character) in group.char_indices().chain([(group.len(), ',')]) {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let part = group[start..at].trim();
                if !part.is_empty() {
                    expand(part, &path, paths);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}
