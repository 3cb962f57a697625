//! What a module exports, as TypeScript: by the WebAssembly types of its functions, which are all that a host sees.
//! `plugin/types/typescript.ts` writes the same for bundlers; `tests/node/plugin.test.mjs` compares them.

use crate::error::Result;
use crate::go::host_exports;
use crate::index::FuncIndex;
use crate::input::{Export, Input};
use wasmparser::{ExternalKind, FuncType, ValType};

/// An interface `Exports`, as a file of TypeScript declarations. What Go's runtime exports for its host is left out.
///
/// # Errors
/// `wasm` is no module.
pub fn declarations(wasm: &[u8]) -> Result<String> {
    let input = Input::read(wasm)?;
    let hosts = host_exports(&input);
    let exports = input.exports.iter();
    let members: String = exports
        .filter(|export| !hosts.contains(&export.name))
        .map(|export| format!("  {}\n", member(export, &input)))
        .collect();
    Ok(format!(
        "/** What the program exports: `load<Exports>(…)`. Written by `gowasp pack --types`. */\nexport interface Exports {{\n{members}}}\n"
    ))
}

fn member(export: &Export<'_>, input: &Input<'_>) -> String {
    let key = key(export.name);
    let function = match export.kind {
        ExternalKind::Func | ExternalKind::FuncExact => {
            input.function_type(FuncIndex(export.index))
        }
        ExternalKind::Table => return format!("readonly {key}: WebAssembly.Table;"),
        ExternalKind::Memory => return format!("readonly {key}: WebAssembly.Memory;"),
        ExternalKind::Global => return format!("readonly {key}: WebAssembly.Global;"),
        ExternalKind::Tag => None,
    };
    match function {
        Some(function) => format!("{key}{};", signature(function)),
        None => format!("readonly {key}: unknown;"),
    }
}

/// A name as it may stand in an interface: in quotes if it is no identifier.
fn key(name: &str) -> String {
    let begins = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '$';
    let is_identifier =
        name.starts_with(begins) && name.chars().all(|c| begins(c) || c.is_ascii_digit());
    match is_identifier {
        true => name.to_owned(),
        false => serde_json::Value::from(name).to_string(),
    }
}

fn signature(function: &FuncType) -> String {
    let params: Vec<String> = (function.params().iter().enumerate())
        .map(|(index, ty)| format!("p{index}: {}", value(*ty)))
        .collect();
    let results: Vec<&str> = function.results().iter().map(|ty| value(*ty)).collect();
    let result = match &results[..] {
        [] => "void".to_owned(),
        [one] => (*one).to_owned(),
        many => format!("[{}]", many.join(", ")),
    };
    format!("({}): {result}", params.join(", "))
}

/// The values that JavaScript sees: <https://webassembly.github.io/spec/js-api/#tojsvalue>.
fn value(ty: ValType) -> &'static str {
    match ty {
        ValType::I32 | ValType::F32 | ValType::F64 => "number",
        ValType::I64 => "bigint",
        ValType::V128 | ValType::Ref(_) => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::declarations;

    #[test]
    fn every_kind_of_export_and_of_value() {
        let wasm = wat::parse_str(
            r#"(module
              (func $add (export "add") (param i32 i32) (result i64) i64.const 0)
              (func (export "both") (param f32 f64 externref) (result i32 i64) i32.const 0 i64.const 0)
              (func (export "main.Say-\"it\"") (param i64))
              (func (export "resume"))
              (func (export "_start"))
              (memory (export "mem") 1)
              (table (export "functions") 1 funcref)
              (global (export "top") i32 (i32.const 0)))"#,
        )
        .expect("a module");
        insta::assert_snapshot!(declarations(&wasm).expect("declarations"), @r#"
        /** What the program exports: `load<Exports>(…)`. Written by `gowasp pack --types`. */
        export interface Exports {
          add(p0: number, p1: number): bigint;
          both(p0: number, p1: number, p2: unknown): [number, bigint];
          "main.Say-\"it\""(p0: bigint): void;
          readonly mem: WebAssembly.Memory;
          readonly functions: WebAssembly.Table;
          readonly top: WebAssembly.Global;
        }
        "#);
    }

    #[test]
    fn a_reactor_may_have_a_function_called_run() {
        let wasm = wat::parse_str(
            r#"(module (func (export "_initialize")) (func (export "run") (param i32)))"#,
        )
        .expect("a module");
        let text = declarations(&wasm).expect("declarations");
        assert!(text.contains("  run(p0: number): void;\n}"), "{text}");
    }

    #[test]
    fn what_is_no_module_is_an_error() {
        assert!(declarations(b"no module").is_err());
    }
}
