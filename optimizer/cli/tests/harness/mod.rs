//! What the tests of the binary share.

// Each test file is a crate of its own, and uses a part of this.
#![allow(dead_code)]

use assert_cmd::Command;
use std::path::{Path, PathBuf};

/// A directory of its own for each test, removed afterwards.
pub(crate) struct Scratch(tempfile::TempDir);

impl Scratch {
    pub(crate) fn new() -> Scratch {
        Scratch(tempfile::tempdir().expect("a temporary directory"))
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        std::fs::write(self.path(name), bytes).expect("write a fixture");
        self.path(name)
    }

    pub(crate) fn names(&self) -> Vec<String> {
        names(self.0.path())
    }
}

/// What is in a directory.
pub(crate) fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).expect("a directory");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

/// The native program; with `GOWASP_TEST_LAUNCHER`, the path of npx/gowasp.mjs, the WebAssembly program.
pub(crate) fn gowasp() -> Command {
    let mut command = match std::env::var_os("GOWASP_TEST_LAUNCHER") {
        None => Command::new(assert_cmd::cargo::cargo_bin!("gowasp")),
        Some(launcher) => {
            let mut node = Command::new("node");
            node.arg(launcher).env("GOWASP_BINARY", "wasm");
            node
        }
    };
    // Help texts are wrapped to the terminal's width.
    command.env("COLUMNS", "100").env_remove("NO_COLOR");
    command
}

/// Whether the program writes zstd: Node has it from 22.15 on.
pub(crate) fn has_zstd() -> bool {
    if std::env::var_os("GOWASP_TEST_LAUNCHER").is_none() {
        return true;
    }
    let script = "process.exit(require('node:zlib').zstdCompressSync ? 0 : 1)";
    let node = std::process::Command::new("node")
        .args(["-e", script])
        .status();
    node.expect("Node").success()
}

/// A module of which something can be left out.
pub(crate) fn module() -> Vec<u8> {
    let text = r#"(module (func $dead) (func (export "run") (result i32) i32.const 7)
        (memory (export "mem") 1) (data (i32.const 0) "ab") (data (i32.const 9) "cd") (@custom "producers" "\00"))"#;
    wat::parse_str(text).expect("fixture")
}

pub(crate) fn stderr_of(command: &mut Command) -> String {
    let output = command.output().expect("runs");
    String::from_utf8(output.stderr).expect("UTF-8")
}
