use super::*;
use crate::go::Field;
use crate::go::fixture::{BASE, FIRST_SLOT, Memory as Fixture, module};
use crate::{Options, optimize};

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

/// A program whose memory is initialized up to `beyond` bytes behind the variables that Go initializes.
fn run_before(beyond: u64) -> Vec<u8> {
    let mut memory = Fixture::new(26);
    let bss = BASE + memory.bytes.len() as u64 - beyond;
    memory.put_word(memory.field(Field::Bss), bss);
    for field in [Field::EBss, Field::NoPtrBss, Field::ENoPtrBss, Field::End] {
        memory.put_word(memory.field(field), 0x2_8000);
    }
    module(&memory.bytes, FIRST_SLOT, Some("go1.26.1"))
}

#[test]
fn gos_code_in_a_snapshot_is_left_alone() {
    let options = Options {
        strict: true,
        ..Options::default()
    };
    let refused = |wasm: &[u8]| optimize(wasm, &options).err();
    let has_run = |error: crate::Error| error.message().contains("has run already");
    assert!(refused(&run_before(8)).is_some_and(has_run));
    assert!(!refused(&run_before(0)).is_some_and(has_run));
}
