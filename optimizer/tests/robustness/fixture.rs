//! A small real Go program, and how much to test.

use proptest::test_runner::Config;
use std::fs;
use std::process::Command;
use std::sync::OnceLock;

/// So many cases, or `PROPTEST_CASES`.
pub(crate) fn cases(by_default: u32) -> Config {
    if std::env::var_os("PROPTEST_CASES").is_some() {
        return Config::default();
    }
    Config::with_cases(by_default)
}

/// # Panics
/// On bytes that are not a valid module.
pub(crate) fn validate(wasm: &[u8]) {
    let features = wasmparser::WasmFeatures::all();
    let mut validator = wasmparser::Validator::new_with_features(features);
    validator.validate_all(wasm).expect("valid");
}

/// A program that does nothing but hold the Go runtime, built once by the machine's own `go`; `None`, after
/// saying so, on a machine without Go, which CI must not be.
pub(crate) fn program() -> Option<&'static [u8]> {
    static PROGRAM: OnceLock<Option<Vec<u8>>> = OnceLock::new();
    PROGRAM.get_or_init(build).as_deref()
}

fn build() -> Option<Vec<u8>> {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let source = directory.path().join("main.go");
    fs::write(&source, "package main\n\nfunc main() { println(\"hi\") }\n").expect("written");
    let output = Command::new("go")
        .args(["build", "-ldflags=-s -w", "-o", "main.wasm", "main.go"])
        .current_dir(&directory)
        .env("GOOS", "wasip1")
        .env("GOARCH", "wasm")
        .env("GOFLAGS", "")
        .output();
    let Ok(output) = output else {
        assert!(std::env::var_os("CI").is_none(), "CI has no go");
        eprintln!("skipped: there is no go on this machine");
        return None;
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "go build failed: {errors}");
    Some(fs::read(directory.path().join("main.wasm")).expect("just built"))
}
