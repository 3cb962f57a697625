use super::*;

/// A module that says that it is of Go 1.26, with these fields.
fn of_go(fields: &str) -> Vec<u8> {
    let text = format!(r#"(module (@producers (language "Go" "go1.26.8")) {fields})"#);
    wat::parse_str(text).expect("text of a module")
}

const WASI: &str =
    r#"(import "wasi_snapshot_preview1" "random_get" (func (param i32 i32) (result i32)))"#;
const REACTOR: &str = r#"(func (export "_initialize")) (func (export "own"))"#;

fn refused(wasm: &[u8]) -> String {
    let error = snapshot(wasm, &SnapshotOptions::default()).expect_err("refused");
    format!("{error}; {}", error.hint().unwrap_or_default())
}

#[test]
fn what_no_snapshot_can_be_made_of() {
    let js = r#"(import "gojs" "runtime.wasmExit" (func (param i32))) (memory 1)"#;
    let memory = r#"(import "env" "memory" (memory 1))"#;
    let table = "(memory 1) (table 1 funcref) (func (table.set (i32.const 0) (ref.null func)))";
    for (fields, reason) in [
        (js.to_owned(), "GOOS=js"),
        (
            format!(r#"{WASI} (memory 1) (func (export "_start"))"#),
            "command",
        ),
        (format!("{WASI} {memory} {REACTOR}"), "env.memory"),
        (format!("{WASI} {REACTOR}"), "no memory"),
        (
            format!("{WASI} (memory 1) (memory 1) {REACTOR}"),
            "2 memories",
        ),
        (format!("{WASI} {table} {REACTOR}"), "tables"),
    ] {
        let message = refused(&of_go(&fields));
        assert!(message.contains(reason), "{message}");
    }
    let other = wat::parse_str("(module (memory 1))").expect("text");
    assert!(refused(&other).contains("not of standard Go"));
    let component = wat::parse_str("(component)").expect("text");
    assert!(refused(&component).contains("component"));
}
