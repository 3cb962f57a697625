//! `gowasp debug`, `--debug` of `pack`, and `gowasp symbolicate`, on modules that Go did not write; `tests/debug` has real ones.

mod harness;

use gowasp_core::build_id;
use gowasp_core::input::Input;
use gowasp_core::manifest::{Manifest, sha256_hex};
use harness::{Scratch, gowasp, names, stderr_of};
use std::path::Path;

/// A module whose own `name` section names its function.
fn named() -> Vec<u8> {
    wat::parse_str("(module (func $named (export \"run\")) (@custom \"producers\" \"\\00\"))")
        .expect("fixture")
}

fn section<'a>(input: &Input<'a>, name: &str) -> Option<&'a [u8]> {
    input.custom_section(name)
}

#[test]
fn a_module_without_gos_tables_keeps_its_names_and_a_warning_says_so() {
    let scratch = Scratch::new();
    let (input, output) = (scratch.file("in.wasm", &named()), scratch.path("out.wasm"));
    let mut command = gowasp();
    command.arg("debug").arg(&input).arg("-o").arg(&output);
    let said = stderr_of(&mut command);
    assert!(said.contains("only names"), "{said}");
    let written = std::fs::read(&output).expect("the output");
    let input = Input::read(&written).expect("a module");
    let content = section(&input, "name").expect("names");
    assert!(content.windows(5).any(|bytes| bytes == b"named"));
    assert_eq!(
        section(&input, "sourceMappingURL"),
        Some(&b"\x0cout.wasm.map"[..])
    );
    assert!(scratch.path("out.wasm.map").exists());

    let nameless = wat::parse_str("(module (func))").expect("fixture");
    let nameless = scratch.file("nameless.wasm", &nameless);
    let mut command = gowasp();
    command.arg("debug").arg(&nameless).arg("-o").arg(&output);
    command.assert().code(1);
    assert_eq!(std::fs::read(&output).expect("still there"), written);
}

#[test]
fn a_source_map_needs_a_file_name() {
    let ask = |kinds: &[&str]| {
        let mut command = gowasp();
        command.args(["debug", "-", "-o", "-"]).args(kinds);
        command.write_stdin(named()).assert()
    };
    ask(&["--debug", "sourcemap"]).code(2);
    ask(&["--debug", "names"]).code(0);
    ask(&[]).code(0);
}

fn packed(directory: &Path, flags: &[&str]) -> Manifest {
    let mut command = gowasp();
    command.args(["pack", "-", "--name=app", "-q", "--encodings=gzip", "-o"]);
    command.arg(directory).args(flags).write_stdin(named());
    command.assert().success();
    let json = std::fs::read_to_string(directory.join("app.json")).expect("the manifest");
    Manifest::from_json(&json).expect("a manifest")
}

#[test]
fn packed_debug_files_are_tied_to_the_module_by_build_id_and_address() {
    let scratch = Scratch::new();
    let plain = packed(&scratch.path("plain"), &[]);
    let directory = scratch.path("debug");
    let manifest = packed(&directory, &["--debug", "names,dwarf"]);
    assert!(manifest.module.size <= plain.module.size + 100);
    assert_eq!(plain.debug, None);

    let read = |name: &str| std::fs::read(directory.join(name)).expect(name);
    let shipped = read(&manifest.module.url);
    let symbols = manifest.symbols.expect("a side-car");
    let file = manifest
        .debug
        .and_then(|debug| debug.module)
        .expect("a debug file");
    let name = file.url.expect("its address");
    let debug = read(&name);
    assert_eq!(sha256_hex(&debug), file.sha256);

    let id = build_id(&shipped).expect("a module");
    assert_eq!(id, symbols.build_id);
    assert!(name.starts_with(&format!("app.{}", &id[..16])), "{name}");
    let (shipped, debug) = (
        Input::read(&shipped).expect("a module"),
        Input::read(&debug).expect("a module"),
    );
    let held = section(&shipped, "build_id").expect("an id");
    let hex: String = held[1..].iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((held[0], hex), (16, id));
    assert_eq!(section(&debug, "build_id"), Some(held));
    let address = section(&shipped, "external_debug_info").expect("an address");
    assert_eq!(&address[1..], name.as_bytes());
    assert!(section(&shipped, "name").is_none() && section(&debug, "name").is_some());
}

#[test]
fn debug_files_that_are_kept_back_leave_the_build_id_alone() {
    let scratch = Scratch::new();
    let (directory, private) = (scratch.path("public"), scratch.path("private"));
    let kept = private.to_str().expect("UTF-8");
    let manifest = packed(
        &directory,
        &["--debug", "names,dwarf,sourcemap", "--symbols-dir", kept],
    );
    let shipped = std::fs::read(directory.join(&manifest.module.url)).expect("the module");
    let shipped = Input::read(&shipped).expect("a module");
    assert!(section(&shipped, "build_id").is_some());
    for name in ["external_debug_info", "sourceMappingURL"] {
        assert!(section(&shipped, name).is_none(), "{name}");
    }
    assert_eq!(names(&directory).len(), 3, "module, gzip, manifest");
    let files = names(&private);
    for ending in [".debug.wasm", ".wasm.map", ".symbols"] {
        assert!(files.iter().any(|name| name.ends_with(ending)), "{files:?}");
    }
}

#[test]
fn text_that_is_no_trace_goes_through_unchanged_however_long_its_lines_are() {
    let scratch = Scratch::new();
    packed(&scratch.path("app"), &[]);
    let files = names(&scratch.path("app"));
    let symbols = files.iter().find(|name| name.ends_with(".symbols"));
    let symbols = scratch.path("app").join(symbols.expect("a side-car"));
    let long = "x".repeat(100_000);
    let text = format!(
        "one\r\n{long} at wasm-function[0]:0x20\n\u{fffd}\0\n  at wasm://wasm/1:wasm-function[0]:0x1\nend"
    );
    let mut bytes = text.into_bytes();
    bytes.extend([0xff, 0xfe, b'\n', 0x80]);
    let mut command = gowasp();
    command.arg("symbolicate").arg("--symbols").arg(&symbols);
    let output = command.write_stdin(bytes.clone()).output().expect("runs");
    assert_eq!(output.stdout, bytes);
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(
        said.contains("1 frames are no calls of this build"),
        "{said}"
    );
}

#[test]
fn a_side_car_that_is_none_is_an_error() {
    let scratch = Scratch::new();
    for content in [&b"{}"[..], b"\xff", b"", b"{\"format\":2}"] {
        let symbols = scratch.file("app.symbols", content);
        let mut command = gowasp();
        command.arg("symbolicate").arg("--symbols").arg(symbols);
        command.write_stdin("").assert().code(1);
    }
    let mut command = gowasp();
    command.arg("symbolicate").write_stdin("").assert().code(2);
}
