//! What engines and hosts demand of a module, besides its size.

use crate::error::{Error, Result, Stage};
use crate::go::{Identity, Toolchain};
use crate::input::{Input, PAGE};
use serde::Serialize;
use std::ops::Range;
use wasmparser::{BinaryReader, FunctionBody, TableSectionReader, TypeRef};

/// What engines and hosts demand of a module. The module is read, not validated: an engine that refuses it says so
/// itself.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ModuleFacts {
    /// What wrote it, in words.
    pub origin: String,
    /// Whether that was the standard Go toolchain.
    pub is_go: bool,
    /// Bytes of memory that it declares.
    pub memory: u64,
    /// Bytes of the largest function body.
    pub function_body: u64,
    /// Locals of the function that has most, parameters among them.
    pub locals: u64,
    /// Functions, imported ones among them.
    pub functions: u64,
    /// Data segments.
    pub data_segments: u64,
    /// Entries of the largest table.
    pub table: u64,
    /// Module and name of everything that it imports, each once.
    pub imports: Vec<(String, String)>,
}

/// Section id of the binary format.
const TABLE: u8 = 4;

impl ModuleFacts {
    pub(super) fn of(input: &Input<'_>) -> Result<ModuleFacts> {
        let identity = Identity::of(input);
        let bodies = input.bodies.iter();
        Ok(ModuleFacts {
            origin: origin(&identity),
            is_go: identity.toolchain == Toolchain::Go,
            memory: input.memory_min.unwrap_or(0).saturating_mul(PAGE),
            function_body: bodies.map(|body| body.len() as u64).max().unwrap_or(0),
            locals: most_locals(input)?,
            functions: input.functions.len() as u64,
            data_segments: input.data.len() as u64,
            table: largest_table(input)?,
            imports: imports(input),
        })
    }
}

fn origin(identity: &Identity) -> String {
    let mut words = match identity.toolchain {
        Toolchain::Go => vec![format!("Go, {}", identity.found)],
        _ => vec![identity.toolchain.to_string()],
    };
    words.extend(identity.goos.map(|goos| goos.to_string()));
    words.extend(identity.kind.map(|kind| kind.to_string()));
    words.join(", ")
}

fn most_locals(input: &Input<'_>) -> Result<u64> {
    let mut most = 0;
    for (index, body) in input.defined_functions() {
        let parameters = input.function_type(index).map_or(0, |ty| ty.params().len());
        let mut locals = parameters as u64;
        let reader = FunctionBody::new(reader(input, body)).get_locals_reader();
        for group in reader.map_err(|e| unreadable(&e))? {
            // At most 2^32 groups of at most 2^32 each.
            locals = locals.saturating_add(u64::from(group.map_err(|e| unreadable(&e))?.0));
        }
        most = most.max(locals);
    }
    Ok(most)
}

fn largest_table(input: &Input<'_>) -> Result<u64> {
    let mut largest = 0;
    for import in &input.imports {
        if let TypeRef::Table(table) = import.ty {
            largest = largest.max(table.initial);
        }
    }
    for section in input.sections.iter().filter(|section| section.id == TABLE) {
        let tables = TableSectionReader::new(reader(input, &section.range));
        for table in tables.map_err(|e| unreadable(&e))? {
            largest = largest.max(table.map_err(|e| unreadable(&e))?.ty.initial);
        }
    }
    Ok(largest)
}

fn imports(input: &Input<'_>) -> Vec<(String, String)> {
    let imports = input.imports.iter();
    let mut imports: Vec<_> = imports
        .map(|import| (import.module.to_owned(), import.name.to_owned()))
        .collect();
    imports.sort_unstable();
    imports.dedup();
    imports
}

fn reader<'a>(input: &Input<'a>, range: &Range<usize>) -> BinaryReader<'a> {
    BinaryReader::new(input.slice(range), range.start)
}

fn unreadable(error: &wasmparser::BinaryReaderError) -> Error {
    Error::from_parser(Stage::Read, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(text: &str) -> ModuleFacts {
        let wasm = wat::parse_str(text).expect("text of a module");
        let input = Input::read(&wasm).expect("a module");
        ModuleFacts::of(&input).expect("well-formed")
    }

    #[test]
    fn what_engines_limit_is_counted() {
        let facts = facts(
            r#"(module (import "a" "b" (func)) (import "a" "b" (func)) (import "a" "t" (table 7 funcref))
                (table 5 funcref) (memory 3) (data "x") (data "y")
                (func (param i32 i32) (local i64 i64 f32)) (func (local i32) nop nop nop nop nop nop nop nop))"#,
        );
        assert_eq!((facts.memory, facts.data_segments), (3 * 65_536, 2));
        assert_eq!((facts.locals, facts.functions), (5, 4));
        assert_eq!(facts.table, 7);
        // One group of locals: count, number, type; the code ends with `end`.
        assert_eq!(facts.function_body, 3 + 8 + 1);
        assert_eq!(facts.imports.len(), 2);
        assert!(!facts.is_go);
    }

    #[test]
    fn an_empty_module_has_nothing() {
        let facts = facts("(module)");
        assert_eq!((facts.memory, facts.locals, facts.table), (0, 0, 0));
    }
}
