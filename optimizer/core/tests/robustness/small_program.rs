//! A program that does nothing but hold the Go runtime; `tests/functions` builds it, too.

use std::fs;
use std::process::Command;

/// The module, built by the machine's own `go`; `None`, after saying so, on a machine without Go, which CI must not be.
pub(crate) fn build(goos: &str) -> Option<Vec<u8>> {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let source = directory.path().join("main.go");
    fs::write(&source, "package main\n\nfunc main() { println(\"hi\") }\n").expect("written");
    let output = Command::new("go")
        .args(["build", "-ldflags=-s -w", "-o", "main.wasm", "main.go"])
        .current_dir(&directory)
        .env("GOOS", goos)
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
