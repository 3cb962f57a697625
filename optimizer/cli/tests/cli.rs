//! The binary as people run it: outputs, exit codes, messages, and what a failed run leaves behind.

use assert_cmd::Command;
use std::path::{Path, PathBuf};

/// A directory of its own for each test, removed afterwards.
struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Scratch {
        Scratch(tempfile::tempdir().expect("a temporary directory"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        std::fs::write(self.path(name), bytes).expect("write a fixture");
        self.path(name)
    }

    fn names(&self) -> Vec<String> {
        names(self.0.path())
    }
}

fn names(directory: &Path) -> Vec<String> {
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

fn gowasp() -> Command {
    let mut command = Command::cargo_bin("gowasp").expect("the binary");
    // Help texts are wrapped to the terminal's width.
    command.env("COLUMNS", "100").env_remove("NO_COLOR");
    command
}

fn module() -> Vec<u8> {
    let text = r#"(module (func $dead) (func (export "run") (result i32) i32.const 7)
        (memory (export "mem") 1) (data (i32.const 0) "ab") (data (i32.const 9) "cd") (@custom "producers" "\00"))"#;
    wat::parse_str(text).expect("fixture")
}

fn stderr_of(command: &mut Command) -> String {
    let output = command.output().expect("runs");
    String::from_utf8(output.stderr).expect("UTF-8")
}

#[test]
fn help_texts() {
    for arguments in [
        &["--help"][..],
        &["pack", "--help"],
        &["optimize", "--help"],
        &["inspect", "--help"],
    ] {
        let output = gowasp()
            .args(arguments)
            .assert()
            .success()
            .get_output()
            .stdout
            .clone();
        let name = format!("help-{}", arguments[0].trim_start_matches('-'));
        insta::assert_snapshot!(name, String::from_utf8(output).expect("UTF-8"));
    }
}

#[test]
fn optimize_writes_a_smaller_module_and_says_so() {
    let scratch = Scratch::new();
    let input = scratch.file("app.wasm", &module());
    let output = scratch.path("out.wasm");
    let message = stderr_of(gowasp().args(["optimize", "-o"]).arg(&output).arg(&input));
    let written = std::fs::read(&output).expect("the output");
    assert!(written.len() < module().len());
    assert!(
        message.contains(&format!("to {} bytes", written.len())),
        "{message}"
    );
}

#[test]
fn standard_input_and_output() {
    let run = gowasp()
        .args(["optimize", "-", "-o", "-", "-q"])
        .write_stdin(module())
        .assert()
        .success();
    assert!(run.get_output().stdout.starts_with(b"\0asm"));
    assert!(run.get_output().stderr.is_empty());
}

#[test]
fn the_same_input_gives_the_same_bytes_on_any_number_of_threads() {
    let run = |jobs: &str| {
        let mut command = gowasp();
        command
            .args(["optimize", "-", "-o", "-", "-q", "--jobs", jobs])
            .write_stdin(module());
        command.assert().success().get_output().stdout.clone()
    };
    assert_eq!(run("1"), run("2"));
}

#[test]
fn bad_input_is_named_and_leaves_the_old_output_alone() {
    let mut corrupt = module();
    let code = corrupt
        .windows(3)
        .position(|w| w == [0x41, 0x07, 0x0b])
        .expect("the body of run");
    corrupt[code] = 0xff;
    let component = b"\0asm\x0d\0\x01\0";
    let huge = wat::parse_str("(module)").expect("fixture");
    let huge = [&huge[..], &[5, 5, 1, 0, 0x81, 0x80, 0x04]].concat();
    let cases: [(&str, &[u8], &str); 9] = [
        ("empty", b"", "the file is empty (at offset 0x0)"),
        ("text", b"hello", "not a WebAssembly module"),
        ("html", b"<!doctype html>", "HTML"),
        ("gzip", &[0x1f, 0x8b, 8, 0], "gzip"),
        ("component", component, "component"),
        ("version", b"\0asm\x07\0\0\0", "version"),
        ("truncated", &module()[..module().len() - 3], "at offset 0x"),
        ("corrupt", &corrupt, "at offset 0x"),
        ("memory over 4 GiB", &huge, "memory size"),
    ];
    for (name, bytes, expected) in cases {
        for subcommand in ["optimize", "pack"] {
            let scratch = Scratch::new();
            let input = scratch.file("bad.wasm", bytes);
            let output = if subcommand == "optimize" {
                scratch.file("old", b"old")
            } else {
                scratch.path("dir")
            };
            let before = scratch.names();
            let run = gowasp()
                .arg(subcommand)
                .arg(&input)
                .arg("-o")
                .arg(&output)
                .assert()
                .code(1);
            let message = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
            assert!(
                message.starts_with("error: ") && message.contains(expected),
                "{name}: {message}"
            );
            assert_eq!(scratch.names(), before, "{name}: nothing is left behind");
            if subcommand == "optimize" {
                assert_eq!(
                    std::fs::read(&output).expect("still there"),
                    b"old",
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn wrong_usage_exits_with_2_and_lists_the_passes() {
    let message = stderr_of(gowasp().args([
        "optimize",
        "a.wasm",
        "-o",
        "b.wasm",
        "--skip",
        "no-such-pass",
    ]));
    assert!(
        message.contains("merge-data") && message.contains("no-such-pass"),
        "{message}"
    );
    gowasp()
        .args([
            "optimize",
            "a.wasm",
            "-o",
            "b.wasm",
            "--skip",
            "no-such-pass",
        ])
        .assert()
        .code(2);
    gowasp().arg("nonsense").assert().code(2);
    gowasp().args(["pack", "a.wasm"]).assert().code(2);
}

#[test]
fn a_missing_file_is_named() {
    let message = stderr_of(gowasp().args(["inspect", "no/such.wasm"]));
    assert!(message.contains("no/such.wasm"), "{message}");
}

#[test]
fn a_directory_as_output_is_refused() {
    let scratch = Scratch::new();
    let input = scratch.file("app.wasm", &module());
    let run = gowasp()
        .arg("optimize")
        .arg(&input)
        .arg("-o")
        .arg(scratch.0.path())
        .assert()
        .code(1);
    assert!(String::from_utf8_lossy(&run.get_output().stderr).contains("is a directory"));
}

#[test]
fn skip_and_stop_after_leave_passes_out_and_the_report_says_so() {
    let scratch = Scratch::new();
    let input = scratch.file("app.wasm", &module());
    let report = |flags: &[&str]| -> serde_json::Value {
        let path = scratch.path("report.json");
        let mut command = gowasp();
        command
            .arg("optimize")
            .arg(&input)
            .arg("-o")
            .arg(scratch.path("out.wasm"))
            .arg("--report")
            .arg(&path);
        command.args(flags).assert().success();
        serde_json::from_slice(&std::fs::read(&path).expect("the report")).expect("JSON")
    };
    let ran = |report: &serde_json::Value| -> Vec<String> {
        let passes = report["passes"].as_array().expect("passes").iter();
        passes
            .filter(|p| p["status"] == "ran")
            .map(|p| p["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    assert!(ran(&report(&[])).contains(&"merge-data".to_owned()));
    assert!(!ran(&report(&["--skip", "merge-data"])).contains(&"merge-data".to_owned()));
    assert_eq!(
        ran(&report(&["--stop-after", "drop-custom-sections"])),
        ["drop-custom-sections"]
    );
}

#[test]
fn strict_only_concerns_go() {
    gowasp()
        .args(["optimize", "-", "-o", "-", "--strict"])
        .write_stdin(module())
        .assert()
        .success();
}

#[test]
fn inspect_prints_only_json_with_json() {
    let run = gowasp()
        .args(["inspect", "-", "--json"])
        .write_stdin(module())
        .assert()
        .success();
    let json: serde_json::Value = serde_json::from_slice(&run.get_output().stdout).expect("JSON");
    assert_eq!(json["identity"]["toolchain"], "unknown toolchain");
    assert_eq!(json["dataSegments"], 2);
    assert_eq!(json["functions"].as_array().map(Vec::len), Some(2));
}

mod pack {
    use super::*;
    use gowasp_core::manifest::{Manifest, sha256_hex};

    fn pack(directory: &Path, flags: &[&str]) -> Manifest {
        let mut command = gowasp();
        command
            .args(["pack", "-", "--name", "app", "-o"])
            .arg(directory)
            .args(flags)
            .write_stdin(module());
        command.assert().success();
        let json = std::fs::read_to_string(directory.join("app.json")).expect("the manifest");
        Manifest::from_json(&json).expect("a manifest")
    }

    #[test]
    fn every_file_is_what_the_manifest_says() {
        let scratch = Scratch::new();
        let directory = scratch.path("new/dir");
        let manifest = pack(&directory, &[]);
        let read = |url: &str| std::fs::read(directory.join(url)).expect("a file of the manifest");

        let wasm = read(&manifest.module.url);
        assert_eq!(
            (manifest.module.size, manifest.module.sha256.clone()),
            (wasm.len() as u64, sha256_hex(&wasm))
        );
        assert!(manifest.module.url.contains(&manifest.module.sha256[..16]));
        for file in manifest.module.encodings.values() {
            let bytes = read(&file.url);
            assert_eq!(
                (file.size, file.sha256.clone()),
                (bytes.len() as u64, sha256_hex(&bytes))
            );
        }
        let symbols = manifest.symbols.expect("a side-car");
        let json = String::from_utf8(read(&symbols.url)).expect("UTF-8");
        let side_car = gowasp_core::symbols::Symbols::from_json(&json).expect("a side-car");
        assert_eq!(side_car.build_id, symbols.build_id);
        assert_eq!(
            names(&directory).len(),
            6,
            "module, three encodings, side-car, manifest"
        );
    }

    #[test]
    fn packing_again_changes_nothing() {
        let scratch = Scratch::new();
        let directory = scratch.path("dir");
        let first = pack(&directory, &[]);
        let before = names(&directory);
        assert_eq!(pack(&directory, &[]), first);
        assert_eq!(names(&directory), before);
    }

    #[test]
    fn only_the_encodings_asked_for() {
        let scratch = Scratch::new();
        let manifest = pack(
            &scratch.path("dir"),
            &["--encodings", "gzip", "--brotli", "1"],
        );
        let encodings: Vec<_> = manifest.module.encodings.keys().map(|e| e.name()).collect();
        assert_eq!(encodings, ["gzip"]);
    }

    #[test]
    fn a_name_that_is_no_file_name_is_refused() {
        let scratch = Scratch::new();
        for name in ["a/b", "..", "", "a b"] {
            let mut command = gowasp();
            command
                .args(["pack", "-", "--name", name, "-o"])
                .arg(scratch.path("dir"))
                .write_stdin(module());
            command.assert().code(1);
        }
        assert!(scratch.names().is_empty());
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_or_device_is_written_to_and_stays() {
    use std::os::unix::fs::FileTypeExt;
    let scratch = Scratch::new();
    let input = scratch.file("in.wasm", &module());
    let pipe = scratch.path("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo").success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read(pipe).expect("the module")
    });
    gowasp()
        .arg("optimize")
        .arg(&input)
        .arg("-o")
        .arg(&pipe)
        .assert()
        .success();
    assert!(reader.join().expect("a reader").starts_with(b"\0asm"));
    let kind = std::fs::metadata(&pipe).expect("the pipe").file_type();
    assert!(kind.is_fifo());
}
