use super::*;
use crate::go::fixture::{BASE, FIRST_SLOT, Memory, module};

fn of_text(wat: &str) -> Identity {
    let wasm = wat::parse_str(wat).expect("fixture is valid text");
    Identity::of(&Input::read(&wasm).expect("fixture is a module"))
}

fn of_memory(memory: &Memory, release: Option<&str>) -> Identity {
    let wasm = module(&memory.bytes, FIRST_SLOT, release);
    Identity::of(&Input::read(&wasm).expect("fixture is a module"))
}

/// A module whose producers section has one language of this name and version.
fn produced_by(name: &str, version: &str) -> Identity {
    let mut field = wasm_encoder::ProducersField::new();
    field.value(name, version);
    let mut producers = wasm_encoder::ProducersSection::new();
    producers.field("language", &field);
    let mut module = wasm_encoder::Module::new();
    module.section(&producers);
    let wasm = module.finish();
    Identity::of(&Input::read(&wasm).expect("fixture is a module"))
}

/// Appends `text` and a Go string header that points to it.
fn add_string(memory: &mut Memory, text: &str) {
    memory
        .bytes
        .resize(memory.bytes.len().next_multiple_of(8), 0);
    let at = BASE + memory.bytes.len() as u64;
    memory.bytes.extend((at + 16).to_le_bytes());
    memory.bytes.extend((text.len() as u64).to_le_bytes());
    memory.bytes.extend(text.as_bytes());
}

fn refusal(identity: &Identity) -> String {
    identity.layout().expect_err("no layout").to_string()
}

#[test]
fn js_commands_and_wasip1_reactors() {
    let js = of_text(
        r#"(module (import "gojs" "runtime.wasmExit" (func)) (func $f)
            (export "run" (func $f)) (export "resume" (func $f)) (export "getsp" (func $f))
            (export "add" (func $f))
            (@custom "go:buildid" "\ff Go build ID: \"a/b/c/d\"\n \ff"))"#,
    );
    assert_eq!(js.toolchain, Toolchain::Go);
    assert_eq!(
        (js.goos, js.kind, js.abi),
        (Some(Goos::Js), Some(Kind::Command), Abi::Gojs)
    );
    assert_eq!(js.build_id.as_deref(), Some("a/b/c/d"));
    assert_eq!(js.exported_functions, ["add"]);
    let wasip1 = of_text(
        r#"(module (import "wasi_snapshot_preview1" "proc_exit" (func)) (func $f)
            (export "_initialize" (func $f)) (@custom "go:buildid" "\"x\""))"#,
    );
    assert_eq!(
        (wasip1.goos, wasip1.kind, wasip1.abi),
        (Some(Goos::Wasip1), Some(Kind::Reactor), Abi::Wasi)
    );
}

#[test]
fn hosts_before_go_1_21_are_told_apart() {
    let old = of_text(
        r#"(module (import "go" "runtime.wasmExit" (func)) (@custom "go.buildid" "\"x\""))"#,
    );
    assert_eq!((old.toolchain.clone(), old.abi), (Toolchain::Go, Abi::Go));
}

#[test]
fn tinygo_is_not_standard_go() {
    let tinygo = of_text(
        r#"(module (import "gojs" "runtime.ticks" (func)) (func $f) (export "_start" (func $f)))"#,
    );
    assert_eq!(
        (tinygo.toolchain.clone(), tinygo.abi),
        (Toolchain::TinyGo, Abi::TinyGo)
    );
    assert_eq!(
        (tinygo.goos, tinygo.kind, tinygo.release()),
        (None, None, None)
    );
    assert!(refusal(&tinygo).contains("TinyGo"));
}

#[test]
fn tinygo_for_wasi_and_before_gojs() {
    let old = of_text(
        r#"(module (import "env" "syscall/js.valueGet" (func)) (func $f) (export "_start" (func $f)))"#,
    );
    assert_eq!(
        (old.toolchain.clone(), old.abi),
        (Toolchain::TinyGo, Abi::TinyGo)
    );
    let wasi = of_text(
        r#"(module (import "wasi_snapshot_preview1" "fd_write" (func)) (func $f)
            (export "go_scheduler" (func $f)))"#,
    );
    assert_eq!(
        (wasi.toolchain.clone(), wasi.abi),
        (Toolchain::TinyGo, Abi::Wasi)
    );
}

#[test]
fn other_toolchains_are_named() {
    let rust = produced_by("Rust", "1.95.0");
    assert_eq!(rust.toolchain, Toolchain::Other("Rust 1.95.0".into()));
    assert_eq!(rust.abi, Abi::None);
    assert!(refusal(&rust).contains("Rust 1.95.0"));
    assert_eq!(of_text("(module)").toolchain, Toolchain::Unknown);
}

#[test]
fn releases_without_a_layout_are_named_and_refused() {
    for (version, expected) in [
        ("go1.28.1", "no layout is known for go1.28.1"),
        ("go1.17.13", "go1.17.13 is older than go1.18"),
        (
            "go1.27-devel_0123abc Mon Jan 2",
            "is a build between releases",
        ),
        ("devel go1.22-0123abc", "is a build between releases"),
        ("weird", "\"weird\""),
    ] {
        let identity = produced_by("Go", version);
        assert_eq!(identity.toolchain, Toolchain::Go, "{version}");
        assert!(
            refusal(&identity).contains(expected),
            "{}",
            refusal(&identity)
        );
    }
}

#[test]
fn every_row_is_reached_by_its_release() {
    for layout in Layout::all() {
        let identity = produced_by("Go", &format!("go1.{}.3", layout.minor));
        assert_eq!(identity.layout().expect("has a row").minor, layout.minor);
    }
}

#[test]
fn without_producers_the_version_string_speaks() {
    let mut memory = Memory::new(24);
    add_string(&mut memory, "go1.24.3");
    // A text of the program, of a release whose tables look different.
    add_string(&mut memory, "go1.26");
    let identity = of_memory(&memory, None);
    assert_eq!(identity.found.to_string(), "go1.24.3");
    assert_eq!(identity.layout().expect("has a row").minor, 24);
}

#[test]
fn without_any_name_the_shape_speaks() {
    let one = of_memory(&Memory::new(25), None);
    assert_eq!(
        one.found,
        Found::Between {
            first: 25,
            last: 25
        }
    );
    assert_eq!(one.layout().expect("a single row fits").minor, 25);
    let several = of_memory(&Memory::new(23), None);
    assert_eq!(
        several.found,
        Found::Between {
            first: 23,
            last: 24
        }
    );
    assert_eq!(several.release(), None);
    assert!(refusal(&several).contains("go1.23 to go1.24"));
}

#[test]
fn an_unknown_release_with_the_shape_of_a_known_one_is_not_taken_for_it() {
    for version in ["go1.28.1", "go1.28-devel_0123abc"] {
        let mut memory = Memory::new(27);
        add_string(&mut memory, version);
        add_string(&mut memory, "go1.27");
        let identity = of_memory(&memory, None);
        assert_eq!(
            identity.found,
            Found::Unknown(format!("the data names {version}"))
        );
        assert!(identity.layout().is_err());
    }
}

#[test]
fn the_manifest_s_words() {
    let identity = of_memory(&Memory::new(26), Some("go1.26.8"));
    let json = serde_json::to_value((
        identity.release(),
        identity.goos,
        identity.kind,
        identity.abi,
    ));
    let expected = serde_json::json!(["go1.26.8", "js", "command", "gojs"]);
    assert_eq!(json.expect("plain data"), expected);
    for abi in [Abi::Gojs, Abi::Go, Abi::Wasi, Abi::TinyGo, Abi::None] {
        let json = serde_json::to_value(abi).expect("plain data");
        assert_eq!(json, abi.to_string());
    }
}
