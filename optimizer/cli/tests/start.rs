//! `gowasp check --start`: modules are started in Node, each in one of the ways in which a start ends.

mod harness;

use harness::{Scratch, gowasp};
use serde_json::Value;

/// Checks a module; the exit code and the one subject.
fn started(text: &str, arguments: &[&str]) -> (i32, Value) {
    let scratch = Scratch::new();
    let wasm = wat::parse_str(text).expect("text of a module");
    let path = scratch.file("a.wasm", &wasm);
    let mut command = gowasp();
    command.args(["check", "--json", "--start"]).arg(path);
    let output = command.args(arguments).output().expect("runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let code = output.status.code().expect("no signal");
    (code, report["subjects"][0].clone())
}

/// A command for WASI whose `_start` is this.
fn wasi(body: &str) -> String {
    format!(
        r#"(module
            (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
            (memory (export "memory") 1)
            (func (export "_start") (local $i i32) {body}))"#
    )
}

/// A subscription to a clock, which ends after so many nanoseconds.
fn sleep(nanoseconds: u64) -> String {
    format!(
        "(i64.store (i32.const 24) (i64.const {nanoseconds}))
        (drop (call $poll (i32.const 0) (i32.const 256) (i32.const 1) (i32.const 512)))"
    )
}

fn problem(subject: &Value) -> &str {
    subject["starts"][0]["problem"].as_str().unwrap_or_default()
}

#[test]
fn what_ends_or_waits_is_measured() {
    let read = "(drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 512)))";
    let bodies = [
        "(call $exit (i32.const 0))".to_owned(),
        String::new(),
        // What comes behind the wait does not happen.
        sleep(3_600_000_000_000) + "unreachable",
        read.to_owned() + "unreachable",
    ];
    for text in bodies
        .iter()
        .map(|body| wasi(body))
        .chain(["(module)".to_owned()])
    {
        let (code, subject) = started(&text, &["--platform=cloudflare-workers"]);
        assert_eq!(code, 0, "{text}: {subject}");
        let start = &subject["starts"][0];
        assert_eq!(start["runs"].as_array().map(Vec::len), Some(5), "{start}");
        assert!(
            start["machine"]
                .as_str()
                .is_some_and(|of| of.contains("Node")),
            "{start}"
        );
        let checks = subject["checks"].as_array().expect("checks");
        let check = checks.iter().find(|check| check["measure"] == "start-cpu");
        let check = check.expect("a limit");
        assert_eq!(check["verdict"], "fits");
        let median = start["cpuMs"].as_f64().expect("a time").ceil();
        assert_eq!(check["found"]["likely"].as_f64(), Some(median));
    }
}

#[test]
fn a_pause_of_the_runtime_is_no_wait() {
    let (code, subject) = started(&wasi(&(sleep(1_000_000) + "unreachable")), &[]);
    assert_eq!((code, problem(&subject)), (2, "unreachable"));
}

#[test]
fn one_that_takes_longer_than_the_limit_does_not_fit() {
    // No processor comes round 500 million times in the 60 ms that are allowed.
    let spin = "(local.set $i (i32.const 500000000))
        (loop (br_if 0 (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))";
    let (code, subject) = started(&wasi(spin), &["--platform=akamai-edgeworkers:basic"]);
    assert_eq!(code, 1, "{subject}");
    let checks = subject["checks"].as_array().expect("checks");
    let exceeded = checks.iter().filter(|check| check["verdict"] == "exceeds");
    let exceeded: Vec<_> = exceeded.map(|check| &check["measure"]).collect();
    assert_eq!(exceeded, ["start-cpu"]);
}

#[test]
fn what_does_not_come_so_far_is_told_with_the_reason() {
    let cases = [
        (
            wasi("(call $exit (i32.const 3))"),
            "ended with exit code 3 before it waited",
        ),
        (wasi("unreachable"), "unreachable"),
        (wasi("(loop (br 0))"), "neither waited nor ended within 1 s"),
        (
            r#"(module (import "env" "abort" (func)))"#.to_owned(),
            "imports from env, which only its own host has",
        ),
    ];
    for (text, expected) in cases {
        for platform in ["cloudflare-workers", "browser"] {
            // The one that has to be waited for.
            let seconds = if text.contains("loop") { "1" } else { "60" };
            let arguments = ["--start-timeout", seconds, "--platform", platform];
            let (code, subject) = started(&text, &arguments);
            assert_eq!(code, 2, "{text}: {subject}");
            assert!(problem(&subject).contains(expected), "{text}: {subject}");
        }
    }
}

#[test]
fn the_report_says_what_was_measured_and_where() {
    let scratch = Scratch::new();
    let path = scratch.file("a.wasm", &wat::parse_str("(module)").expect("a module"));
    let run = |flags: &[&str]| {
        let mut command = gowasp();
        command.args(["check", "--start"]).arg(&path).args(flags);
        let output = command.output().expect("runs");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    for text in [run(&[]), run(&["--markdown"]), run(&["--optimized"])] {
        let line = text
            .lines()
            .find(|line| line.contains("start of a.wasm: "))
            .expect("a line");
        assert!(
            line.contains("median of 5") && line.contains("measured on this machine: "),
            "{line}"
        );
    }
    assert_eq!(
        run(&["--optimized"]).matches("start of a.wasm: ").count(),
        2
    );
}

#[test]
fn without_node_it_is_an_error() {
    if std::env::var_os("GOWASP_TEST_LAUNCHER").is_some() {
        // It runs in Node.
        return;
    }
    let scratch = Scratch::new();
    let path = scratch.file("a.wasm", &wat::parse_str("(module)").expect("a module"));
    let mut command = gowasp();
    command
        .args(["check", "--start"])
        .arg(path)
        .env("PATH", scratch.root());
    let output = command.output().expect("runs");
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(message.contains("there is no `node` on PATH"), "{message}");
}
