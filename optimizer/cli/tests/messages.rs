//! What the binary says of a module beside its result: warnings, notes, and nothing that a terminal would obey.

mod harness;

use harness::gowasp;

/// What a run says, whose output nobody wants.
fn said(subcommand: &str, flags: &[&str], wasm: Vec<u8>) -> String {
    let scratch = tempfile::tempdir().expect("a temporary directory");
    let mut command = gowasp();
    command
        .arg(subcommand)
        .arg("-")
        .args(flags)
        .write_stdin(wasm);
    command.arg("-o").arg(scratch.path().join("output"));
    let output = command.assert().success().get_output().clone();
    String::from_utf8(output.stderr).expect("UTF-8")
}

/// A module of a producers section that names one language or tool.
fn produced_by(name: &str, version: &str) -> Vec<u8> {
    let string = |text: &str| [&[text.len() as u8], text.as_bytes()].concat();
    let fields = [&[1], &string("language")[..], &[1]].concat();
    let content = [string("producers"), fields, string(name), string(version)].concat();
    let header = [0, content.len() as u8];
    [b"\0asm\x01\0\0\0", &header[..], &content].concat()
}

#[test]
fn a_warning_that_changes_what_to_do_is_shown_even_with_quiet() {
    for (release, expected) in [
        ("go1.17.13", "go1.17.13 is older than go1.18"),
        ("go1.99.1", "no layout is known for go1.99.1"),
    ] {
        for subcommand in ["optimize", "pack"] {
            let message = said(subcommand, &["-q"], produced_by("Go", release));
            assert_eq!(message.lines().count(), 1, "{message}");
            assert!(message.starts_with("warning: only generic passes: "));
            assert!(message.contains(expected), "{message}");
            assert!(message.contains("build with Go 1.18 to 1."), "{message}");
        }
        let mut strict = gowasp();
        strict.args(["optimize", "-", "-o", "-", "--strict"]);
        strict.write_stdin(produced_by("Go", release));
        strict.assert().code(1);
    }
}

#[test]
fn a_note_that_only_explains_is_not_shown_with_quiet() {
    let module = produced_by("rustc", "1.95.0");
    let message = said("optimize", &[], module.clone());
    assert!(
        message.starts_with("note: only generic passes: not standard Go: rustc 1.95.0\n"),
        "{message}"
    );
    assert_eq!(said("optimize", &["-q"], module), "");
}

#[test]
fn what_a_file_says_is_printed_without_what_a_terminal_obeys() {
    for (name, version) in [
        ("Go", "go\u{1b}[2J\r\u{9b}1m"),
        ("evil\u{1b}]0;\u{7}", "\n\u{202e}x"),
    ] {
        let module = produced_by(name, version);
        let mut inspect = gowasp();
        inspect.args(["inspect", "-"]).write_stdin(module.clone());
        let inspected = inspect.assert().success().get_output().stdout.clone();
        let inspected = String::from_utf8(inspected).expect("UTF-8");
        for text in [said("optimize", &[], module), inspected] {
            let obeyed = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!text.contains(obeyed), "{text:?}");
            assert!(text.contains(r"\u{1b}"), "{text}");
        }
    }
}

#[test]
fn arguments_are_repeated_without_what_a_terminal_obeys() {
    let evil = "evil\u{1b}]0;\u{7}\n\u{202e}x";
    let cases: [&[&str]; 6] = [
        &["optimize", evil, "-o", "out"],
        &["inspect", "a", evil],
        &["pack", evil, "-o", "out"],
        &["pack", "-", "-o", "out", "--name", evil],
        &["optimize", "-", "-o", "-", "--skip", evil],
        &[evil],
    ];
    for arguments in cases {
        let output = gowasp().args(arguments).output().expect("runs");
        assert!(!output.status.success());
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(!said.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{said:?}");
        assert!(said.contains(r"evil\u{1b}]0;\u{7}\n\u{202e}x"), "{said}");
    }
}

#[test]
fn json_has_what_a_terminal_obeys_as_escapes_and_means_the_same() {
    let language = "evil\u{9b}2J\u{202e}\u{7f}\u{1b}[2J é 日本";
    let mut inspect = gowasp();
    inspect.args(["inspect", "-", "--json"]);
    inspect.write_stdin(produced_by(language, "1"));
    let printed = inspect.assert().success().get_output().stdout.clone();
    let printed = String::from_utf8(printed).expect("UTF-8");
    let obeyed = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!printed.contains(obeyed), "{printed:?}");
    let json: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
    assert!(
        json.to_string()
            .contains(serde_json::json!(language).to_string().trim_matches('"')),
        "{json}"
    );
}
