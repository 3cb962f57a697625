//! The binary as people run it: outputs, exit codes, messages, and what a failed run leaves behind.

mod harness;

use harness::{Scratch, gowasp, module, stderr_of};

#[test]
fn help_texts() {
    for arguments in [
        &["--help"][..],
        &["pack", "--help"],
        &["optimize", "--help"],
        &["inspect", "--help"],
        &["why", "--help"],
        &["diff", "--help"],
        &["debug", "--help"],
        &["symbolicate", "--help"],
        &["component", "--help"],
        &["snapshot", "--help"],
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
        for subcommand in ["optimize", "pack", "component", "snapshot"] {
            let scratch = Scratch::new();
            let input = scratch.file("bad.wasm", bytes);
            let output = if subcommand != "pack" {
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
            if subcommand != "pack" {
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
        .arg(scratch.root())
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
fn a_function_that_is_not_there_cannot_be_shown() {
    let scratch = Scratch::new();
    let output = scratch.path("out.wasm");
    let mut command = gowasp();
    command.args(["optimize", "-", "--dump", "main.nothing", "-o"]);
    let failed = command.arg(&output).write_stdin(module()).assert().code(1);
    let message = String::from_utf8_lossy(&failed.get_output().stderr).into_owned();
    assert!(
        message.contains("there is no function \"main.nothing\""),
        "{message}"
    );
    assert!(!output.exists());
}

#[test]
fn a_function_cannot_be_shown_where_the_module_goes() {
    for flags in [&["--dump", "main.main"][..], &["--dump-html", "page.html"]] {
        let mut command = gowasp();
        command.args(["optimize", "-", "-o", "-"]).args(flags);
        command.write_stdin(module()).assert().code(2);
    }
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
