//! Names that components may have for a module's exports, and the world that they make.
//!
//! ```text
//! before   (export "process_data" (func (param i32 i64) (result f64)))
//! after    (export "process-data" (func (param i32 i64) (result f64)))
//!          world app { export process-data: func(p0: s32, p1: s64) -> f64; }
//! ```
//!
//! Of a function the file says only which numbers it takes and returns; strings, records and signs are not in it, so all
//! are signed numbers here. An export `PACKAGE/INTERFACE#NAME` is one of an interface. Who wants more gives a world.

use super::fail;
use crate::edit::Edit;
use crate::error::Result;
use crate::go::abi::{INITIALIZE, is_canonical};
use crate::go::host_exports;
use crate::index::FuncIndex;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use wasm_encoder::ValType;
use wasmparser::ExternalKind;

/// The world of a module's exports.
pub(super) struct Derived {
    pub(super) text: String,
}

/// Renames exports that components may not have as they are. What is left out is noted.
///
/// # Errors
/// Types that no Go function has.
pub(super) fn run(edit: &mut Edit<'_>, notes: &mut Vec<String>) -> Result<Option<Derived>> {
    let input = edit.input();
    if !input.exports.iter().any(|export| export.name == INITIALIZE) {
        return Ok(None);
    }
    let hosts = host_exports(input);
    let mut own = BTreeMap::new();
    let mut interfaces: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (position, export) in input.exports.iter().enumerate() {
        let is_own = !hosts.contains(&export.name) && !is_canonical(export.name);
        if export.kind != ExternalKind::Func || !is_own {
            continue;
        }
        let ty = function_type(edit, FuncIndex(export.index))?;
        if let Some((interface, name)) = export.name.split_once('#') {
            interfaces
                .entry(interface)
                .or_default()
                .push(format!("{}: {ty}", escaped(name)));
            continue;
        }
        let Some(name) = kebab(export.name) else {
            notes.push(format!(
                "the export {} is left out: no component may have such a name",
                export.name
            ));
            continue;
        };
        if own.contains_key(&name) {
            notes.push(format!(
                "the export {} is left out: another one is {name}, too",
                export.name
            ));
            continue;
        }
        if name != export.name {
            edit.rename_export(position, &name);
        }
        own.insert(name, ty);
    }
    if input.exports.iter().any(|export| is_canonical(export.name)) {
        notes.push("it has functions for strings and lists, which the world cannot know of: give yours by --world".to_owned());
    }
    let is_empty = own.is_empty() && interfaces.is_empty();
    Ok((!is_empty).then(|| Derived {
        text: text(&own, &interfaces),
    }))
}

fn text(own: &BTreeMap<String, String>, interfaces: &BTreeMap<&str, Vec<String>>) -> String {
    // Writing to a string cannot fail.
    let mut text = "package go:exports;\n\nworld app {\n".to_owned();
    for interface in interfaces.keys() {
        let _ = writeln!(text, "  export {interface};");
    }
    for (name, ty) in own {
        let _ = writeln!(text, "  export {}: {ty};", escaped(name));
    }
    text.push_str("}\n");
    let mut packages: BTreeMap<String, Vec<(&str, &Vec<String>)>> = BTreeMap::new();
    for (interface, functions) in interfaces {
        let (path, version) = interface
            .split_once('@')
            .map_or((*interface, None), |(path, version)| (path, Some(version)));
        let (package, name) = path.split_once('/').unwrap_or((path, path));
        let package = version.map_or(package.to_owned(), |version| format!("{package}@{version}"));
        packages.entry(package).or_default().push((name, functions));
    }
    for (package, interfaces) in packages {
        let _ = writeln!(text, "\npackage {package} {{");
        for (name, functions) in interfaces {
            let _ = writeln!(text, "  interface {name} {{");
            functions.iter().for_each(|function| {
                let _ = writeln!(text, "    {function};");
            });
            text.push_str("  }\n");
        }
        text.push_str("}\n");
    }
    text
}

/// The type of a function of numbers.
fn function_type(edit: &Edit<'_>, function: FuncIndex) -> Result<String> {
    let (parameters, results) = edit.signature(function)?;
    let parameters = parameters.iter().enumerate();
    let parameters: Vec<String> = parameters
        .map(|(n, ty)| Ok(format!("p{n}: {}", number(*ty)?)))
        .collect::<Result<_>>()?;
    let parameters = parameters.join(", ");
    Ok(match results[..] {
        [] => format!("func({parameters})"),
        [ty] => format!("func({parameters}) -> {}", number(ty)?),
        _ => return Err(fail("a function returns more than one value")),
    })
}

fn number(ty: ValType) -> Result<&'static str> {
    Ok(match ty {
        ValType::I32 => "s32",
        ValType::I64 => "s64",
        ValType::F32 => "f32",
        ValType::F64 => "f64",
        _ => {
            return Err(fail(
                "an exported function takes or returns what is no number",
            ));
        }
    })
}

/// Words of letters and digits, each from a letter on, with `-` between them; `None` where a name cannot be made so.
fn kebab(name: &str) -> Option<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = '-';
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.') {
            return None;
        }
        let begins = !previous.is_ascii_alphanumeric()
            || previous.is_ascii_lowercase() && c.is_ascii_uppercase();
        if c.is_ascii_alphanumeric() {
            match words.last_mut().filter(|_| !begins) {
                Some(word) => word.push(c.to_ascii_lowercase()),
                None => words.push(c.to_ascii_lowercase().to_string()),
            }
        }
        previous = c;
    }
    let fits = |word: &String| word.starts_with(|c: char| c.is_ascii_lowercase());
    (!words.is_empty() && words.iter().all(fits)).then(|| words.join("-"))
}

/// A name in a text, where some words mean something else.
fn escaped(name: &str) -> String {
    match keywords().contains(name) {
        true => format!("%{name}"),
        false => name.to_owned(),
    }
}

/// The words of WIT.
fn keywords() -> BTreeSet<&'static str> {
    let words = "as async bool borrow char constructor enum error-context export f32 f64 flags from func future import \
        include interface list map option own package record resource result s16 s32 s64 s8 static stream string tuple \
        type u16 u32 u64 u8 use variant with world";
    words.split(' ').collect()
}

#[cfg(test)]
mod tests {
    use super::kebab;

    #[test]
    fn names_become_words_with_dashes() {
        for (name, expected) in [
            ("add", Some("add")),
            ("process_data", Some("process-data")),
            ("processData", Some("process-data")),
            ("ParseHTTP2", Some("parse-http2")),
            ("is-even", Some("is-even")),
            ("__x__", Some("x")),
            ("2nd", None),
            ("a_2", None),
            ("größe", None),
            ("", None),
        ] {
            assert_eq!(kebab(name).as_deref(), expected, "{name}");
        }
    }
}
