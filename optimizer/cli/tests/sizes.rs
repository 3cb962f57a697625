//! `inspect` beyond code, `why` and `diff`: outputs and exit codes.

mod harness;

use harness::{Scratch, gowasp, module, stderr_of};

fn stdout_of(command: &mut assert_cmd::Command) -> String {
    let output = command.assert().success().get_output().stdout.clone();
    String::from_utf8(output).expect("UTF-8")
}

/// A module with functions of these names, called in turn from the first, which is exported.
fn calling(names: &[&str]) -> Vec<u8> {
    let functions: String = (names.iter().enumerate())
        .map(|(place, name)| {
            let export = if place == 0 { "(export \"run\")" } else { "" };
            let call = names.get(place + 1).map(|next| format!("(call ${next})"));
            format!("(func ${name} {export} {})", call.unwrap_or_default())
        })
        .collect();
    wat::parse_str(format!("(module {functions})")).expect("fixture")
}

#[test]
fn json_says_whose_all_bytes_are_and_keeps_its_older_fields() {
    let scratch = Scratch::new();
    let input = scratch.file("app.wasm", &module());
    let parse = |text: String| -> serde_json::Value { serde_json::from_str(&text).expect("JSON") };
    let plain = parse(stdout_of(gowasp().args(["inspect", "--json"]).arg(&input)));
    for field in [
        "identity",
        "sizes",
        "sections",
        "packages",
        "functions",
        "dataSegments",
    ] {
        assert!(!plain[field].is_null(), "{field}");
    }
    let attribution = &plain["attribution"];
    assert_eq!(attribution["schema"], 1);
    assert_eq!(attribution["bytes"], plain["sizes"]["raw"]);
    assert!(attribution["compressed"].is_null());

    let compressed = parse(stdout_of(
        gowasp()
            .args(["inspect", "--json", "--compressed", "-q"])
            .arg(&input),
    ));
    let sum: u64 = (compressed["attribution"]["packages"].as_array())
        .expect("packages")
        .iter()
        .map(|package| package["compressed"].as_u64().expect("a number"))
        .sum();
    assert_eq!(compressed["attribution"]["compressed"], sum);
}

#[test]
fn the_page_is_written_and_loads_nothing() {
    let scratch = Scratch::new();
    let input = scratch.file("app.wasm", &module());
    let page = scratch.path("sizes.html");
    gowasp()
        .args(["inspect", "--html"])
        .args([&page, &input])
        .assert()
        .success();
    let page = std::fs::read_to_string(page).expect("the page");
    assert!(page.contains("default-src 'none'"));
    for loading in ["src=\"", "href=\"http", "url(", "@import", "fetch("] {
        assert!(!page.contains(loading), "{loading}");
    }
}

#[test]
fn lists_by_what_is_asked_for() {
    let scratch = Scratch::new();
    let input = scratch.file("app.wasm", &module());
    for by in ["package", "kind", "function", "type", "embed", "data"] {
        let text = stdout_of(gowasp().args(["inspect", "--by", by]).arg(&input));
        assert!(text.contains("bytes"), "{by}: {text}");
    }
    gowasp()
        .args(["inspect", "--by", "colour"])
        .arg(&input)
        .assert()
        .code(2);
}

#[test]
fn why_names_each_step_and_what_would_go() {
    let scratch = Scratch::new();
    let input = scratch.file("app.wasm", &calling(&["main.a", "main.b", "main.c"]));
    let text = stdout_of(gowasp().arg("why").arg(&input).arg("main.b"));
    assert!(text.contains("function main.b"), "{text}");
    assert!(text.contains("calls main.b"), "{text}");
    assert!(text.contains("2 functions"), "main.c goes as well: {text}");
    let json = stdout_of(gowasp().arg("why").arg(&input).args(["main.c", "--json"]));
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["ways"][0]["steps"][1]["to"], "main.c");
    let output = gowasp()
        .arg("why")
        .arg(&input)
        .arg("main.d")
        .assert()
        .code(1);
    let message = String::from_utf8_lossy(&output.get_output().stderr).into_owned();
    assert!(message.contains("the nearest names: main."), "{message}");
}

#[test]
fn diff_ends_with_1_where_a_limit_is_crossed_and_2_where_it_is_none() {
    let scratch = Scratch::new();
    let old = scratch.file("old.wasm", &calling(&["main.a", "main.b"]));
    let new = scratch.file("new.wasm", &calling(&["main.a", "main.b", "main.new"]));
    let diff = |arguments: &[&str]| {
        let mut command = gowasp();
        command.arg("diff").args([&old, &new]).args(arguments);
        command
    };
    let text = stdout_of(diff(&["--by", "function"]).arg("--fail-if=raw+1kB"));
    assert!(text.contains("main.new"), "{text}");
    let message = |code, arguments: &[&str]| {
        let run = diff(arguments).assert().code(code);
        String::from_utf8_lossy(&run.get_output().stderr).into_owned()
    };
    assert!(message(1, &["--fail-if", "raw+1"]).contains("raw+1: the file grew by"));
    assert!(message(1, &["--fail-if", "raw+1MB", "--fail-if", "br+0", "-q"]).contains("br+0"));
    assert!(message(2, &["--fail-if", "raw+x"]).contains("is not like br+1%"));
    let markdown = diff(&["--markdown", "--fail-if", "raw+1"]).assert().code(1);
    let markdown = String::from_utf8_lossy(&markdown.get_output().stdout).into_owned();
    assert!(
        markdown.contains("❌") && markdown.contains("main.new"),
        "{markdown}"
    );
    gowasp().args(["diff", "-", "-"]).assert().code(2);
    let wrong = stderr_of_failure(&scratch.file("text.wasm", b"text"), &new);
    assert!(wrong.contains("text.wasm"), "{wrong}");
}

fn stderr_of_failure(old: &std::path::Path, new: &std::path::Path) -> String {
    let run = gowasp().arg("diff").args([old, new]).assert().code(1);
    String::from_utf8_lossy(&run.get_output().stderr).into_owned()
}

#[test]
fn what_is_written_is_said() {
    let scratch = Scratch::new();
    let input = scratch.file("app.wasm", &module());
    let page = scratch.path("sizes.html");
    let message = stderr_of(gowasp().args(["inspect", "--html"]).args([&page, &input]));
    assert!(message.contains("sizes.html: "), "{message}");
}
