//! What becomes of files that are there already: modes, links, leftovers, and files that are named twice.

#![cfg(unix)]

mod harness;

use harness::{Scratch, gowasp, module};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Optimizes the fixture to `output`, and returns the exit code and what was said.
fn optimize_to(output: &Path) -> (i32, String) {
    let mut command = gowasp();
    command.args(["optimize", "-q", "-", "-o"]).arg(output);
    let run = command.write_stdin(module()).output().expect("runs");
    let said = String::from_utf8(run.stderr).expect("UTF-8");
    (run.status.code().expect("a code"), said)
}

fn mode(path: &Path) -> u32 {
    let found = fs::metadata(path).expect("a file");
    found.permissions().mode() & 0o7777
}

#[test]
fn an_older_file_keeps_its_mode() {
    let scratch = Scratch::new();
    for wanted in [0o600, 0o640, 0o666, 0o755] {
        let output = scratch.file("out.wasm", b"old");
        fs::set_permissions(&output, Permissions::from_mode(wanted)).expect("chmod");
        assert_eq!(optimize_to(&output), (0, String::new()));
        assert_eq!(mode(&output), wanted);
        assert!(fs::read(&output).expect("the module").starts_with(b"\0asm"));
    }
}

#[test]
fn a_read_only_file_is_an_error_and_stays() {
    let scratch = Scratch::new();
    let output = scratch.file("out.wasm", b"old");
    fs::set_permissions(&output, Permissions::from_mode(0o444)).expect("chmod");
    let (code, said) = optimize_to(&output);
    assert_eq!(code, 1);
    assert!(said.contains("out.wasm: it is read-only"), "{said}");
    assert_eq!(fs::read(&output).expect("still there"), b"old");
    assert_eq!((mode(&output), scratch.names().len()), (0o444, 1));
}

#[test]
fn symbolic_links_are_followed_also_to_what_is_not_there_yet() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("far")).expect("a directory");
    for old in [true, false] {
        let target = scratch.path("far/out.wasm");
        let _ = fs::remove_file(&target);
        if old {
            fs::write(&target, "old").expect("writes");
        }
        let link = scratch.path(if old { "link" } else { "dangling" });
        symlink("far/out.wasm", scratch.path(&format!("step-{old}"))).expect("a link");
        symlink(format!("step-{old}"), &link).expect("a link");
        assert_eq!(optimize_to(&link), (0, String::new()));
        assert!(fs::symlink_metadata(&link).expect("the link").is_symlink());
        assert!(fs::read(&target).expect("the module").starts_with(b"\0asm"));
    }
    let circle = scratch.path("circle");
    symlink("circle", &circle).expect("a link");
    let (code, said) = optimize_to(&circle);
    assert!(code == 1 && said.contains("circle"), "{said}");
}

#[test]
fn leftovers_of_killed_runs_are_swept_and_nothing_else() {
    let scratch = Scratch::new();
    let old = SystemTime::now() - Duration::from_secs(2 * 60 * 60);
    let stay = [
        ".gowasp-config",
        ".gowasp-abc.partial",
        ".gowasp-ABC-12.partial",
    ];
    for name in stay.iter().chain(&[".gowasp-a1B2c3.partial"]) {
        let file = fs::File::create(scratch.path(name)).expect("a file");
        file.set_modified(old).expect("its time");
    }
    fs::create_dir(scratch.path(".gowasp-folder.partial")).expect("a directory");
    // Another run may be writing this one.
    scratch.file(".gowasp-d4E5f6.partial", b"half");
    assert_eq!(optimize_to(&scratch.path("out.wasm")), (0, String::new()));
    let mut expected = vec![
        ".gowasp-d4E5f6.partial",
        ".gowasp-folder.partial",
        "out.wasm",
    ];
    expected.extend(stay);
    expected.sort_unstable();
    assert_eq!(scratch.names(), expected);
}

#[test]
fn a_report_that_would_overwrite_another_file_is_refused() {
    let scratch = Scratch::new();
    let input = scratch.file("in.wasm", &module());
    symlink("in.wasm", scratch.path("link")).expect("a link");
    let output = scratch.path("out");
    let roundabout = scratch.path(".").join("out");
    let hashed = output.join("in.0123456789abcdef.wasm.br");
    let cases = [
        ("optimize", &input),
        ("optimize", &scratch.path("link")),
        ("optimize", &output),
        ("optimize", &roundabout),
        ("pack", &input),
        ("pack", &output.join("app.json")),
        ("pack", &hashed),
    ];
    for (subcommand, report) in cases {
        let mut command = gowasp();
        command.arg(subcommand).arg(&input).arg("-o").arg(&output);
        let run = command.arg("--report").arg(report).assert().code(2);
        let said = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
        assert!(said.contains("--report"), "{said}");
        assert!(!output.exists(), "{subcommand} {}", report.display());
        assert_eq!(fs::read(&input).expect("the input"), module());
    }
}
