//! Programs whose calling convention cannot change, because an assumption of lifting does not hold for the module as a
//! whole.
//!
//! Go's linker makes all modules alike. Another tool may have moved globals, merged functions or exposed the table.

use super::Listed;
use crate::code;
use crate::go::abi::{GLOBAL_CTXT, GLOBAL_G, GLOBAL_SP, REGISTERS};
use crate::go::{Program, known};
use crate::index::{Imported, PerFunction};
use crate::input::Input;
use std::collections::BTreeSet;
use wasmparser::{ExternalKind, GlobalType, TypeRef, ValType};

/// Why the calling convention of this program cannot change.
pub(super) fn reason(
    facts: &code::Facts,
    listed: &PerFunction<Listed>,
    program: &Program,
    input: &Input<'_>,
) -> Option<String> {
    let mut go_functions = listed.iter().filter(|listed| facts.is_go(listed.index));
    if let Some(Listed { index, .. }) = go_functions.find(|listed| listed.pc_f.is_none()) {
        return Some(format!(
            "function {index} looks like Go's but is not in pclntab"
        ));
    }
    table(input)
        .or_else(|| known_functions(program, input.imported_functions))
        .or_else(|| {
            let globals = has_gos_globals(input) && globals_are_in_order(program, input);
            (!globals).then(|| "the globals are not those that Go's linker writes".into())
        })
}

/// Nobody but the module's own code calls through table 0, and each slot has one function.
fn table(input: &Input<'_>) -> Option<String> {
    let is_exported = (input.exports.iter()).any(|export| export.kind == ExternalKind::Table);
    let is_imported = (input.imports.iter()).any(|import| matches!(import.ty, TypeRef::Table(_)));
    if is_exported || is_imported || input.table_is_open {
        return Some("others than Go's functions may be in the table, or call through it".into());
    }
    let slots: BTreeSet<u32> = input.table_slots.iter().map(|(slot, _)| *slot).collect();
    (slots.len() != input.table_slots.len()).then(|| "two functions in one table slot".into())
}

fn known_functions(program: &Program, imported: Imported) -> Option<String> {
    let names: BTreeSet<&str> = program
        .functions()
        .map(|function| function.name())
        .collect();
    let missing = (program.missing_function()).or_else(|| {
        known::TRAMPOLINE
            .into_iter()
            .find(|name| !names.contains(name))
    });
    if let Some(missing) = missing {
        return Some(format!("{missing} is not in pclntab"));
    }
    let is_import = program
        .functions()
        .any(|f| imported.contains(f.wasm_index()));
    is_import.then(|| "a function of pclntab is imported".into())
}

/// Whether the first globals are the registers.
fn has_gos_globals(input: &Input<'_>) -> bool {
    let is = |(global, ty): (&GlobalType, &ValType)| global.content_type == *ty && global.mutable;
    let is_imported = |import: &crate::input::Import<'_>| matches!(import.ty, TypeRef::Global(_));
    input.globals.len() >= REGISTERS.len()
        && !input.imports.iter().any(is_imported)
        && input.globals.iter().zip(&REGISTERS).all(is)
}

/// Whether CTXT and g, which have the same type, were not swapped: `morestack_noctxt` clears CTXT alone, and `gogo`
/// sets g as well (runtime/asm_wasm.s).
fn globals_are_in_order(program: &Program, input: &Input<'_>) -> bool {
    let set_by = |name: &str| {
        let function = program.by_name(name)?;
        Some(code::globals_set(input.body(function.wasm_index())?))
    };
    let (Some(clears), Some(resumes)) = (set_by(known::MORESTACK[1]), set_by(known::GOGO)) else {
        return false;
    };
    clears.contains(&GLOBAL_CTXT)
        && !clears.contains(&GLOBAL_G)
        && [GLOBAL_SP, GLOBAL_CTXT, GLOBAL_G]
            .iter()
            .all(|global| resumes.contains(global))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLOBALS: &str = "(global (mut i32) (i32.const 0))
        (global (mut i64) (i64.const 0)) (global (mut i64) (i64.const 0)) (global (mut i64) (i64.const 0))
        (global (mut i64) (i64.const 0)) (global (mut i64) (i64.const 0)) (global (mut i64) (i64.const 0))
        (global (mut i32) (i32.const 0))";

    fn with<T>(fields: &str, ask: impl Fn(&Input<'_>) -> T) -> T {
        let text = format!("(module (table $t 8 funcref) (func $f) {fields})");
        let wasm = wat::parse_str(text).expect("text of a module");
        ask(&Input::read(&wasm).expect("a module"))
    }

    #[test]
    fn the_table_is_the_modules_own() {
        let fits = |fields| with(fields, |input| table(input).is_none());
        assert!(fits("(elem (i32.const 1) $f $f)"));
        assert!(fits("(elem declare func $f)"));
        assert!(!fits("(elem (i32.const 1) $f $f) (elem (i32.const 2) $f)"));
        assert!(!fits("(elem func $f)"), "passive");
        assert!(!fits("(elem (i32.const 1) funcref (ref.null func))"));
        assert!(!fits(
            "(global $g i32 (i32.const 1)) (elem (global.get $g) $f)"
        ));
        assert!(!fits(r#"(export "table" (table $t))"#));
    }

    #[test]
    fn the_globals_are_those_of_gos_linker() {
        let fits = |fields: &str| with(fields, has_gos_globals);
        assert!(fits(GLOBALS));
        assert!(
            fits(&format!("{GLOBALS} (global i32 (i32.const 0))")),
            "one more"
        );
        assert!(!fits(""));
        assert!(!fits(&GLOBALS.replacen("(mut i64)", "i64", 1)));
        assert!(
            !fits(&format!("(global (mut i64) (i64.const 0)) {GLOBALS}")),
            "moved"
        );
    }
}
