//! Ways and what would go, in small modules.

use super::*;

/// `run` calls a, which calls b and c; d calls c, e is called by nobody.
fn module() -> Vec<u8> {
    let text = r#"(module
        (func $run (export "run") (call $a) (call $d))
        (func $a (call $b) (call $c))
        (func $b (call $f))
        (func $c)
        (func $d (call $c))
        (func $e)
        (func $f (call $b)))"#;
    wat::parse_str(text).expect("fixture")
}

fn of(name: &str) -> Why {
    why(&module(), None, name).expect("has the name")
}

#[test]
fn the_way_is_the_shortest_one() {
    let why = of("c");
    assert_eq!(why.what, Subject::Function);
    assert_eq!(why.ways.len(), 1);
    let way = &why.ways[0];
    assert_eq!((way.root, way.from.as_str()), (Root::Export, "run"));
    let steps: Vec<_> = way
        .steps
        .iter()
        .map(|s| (s.by.as_str(), s.to.as_str()))
        .collect();
    assert!(
        steps == [("calls", "a"), ("calls", "c")] || steps == [("calls", "d"), ("calls", "c")],
        "{steps:?}"
    );
}

#[test]
fn what_nothing_else_leads_to_goes_as_well() {
    let functions = |name| of(name).goes.functions;
    // With a go b and f, which call each other; c stays, by d.
    assert_eq!(functions("a"), 3);
    assert_eq!(functions("d"), 1);
    assert_eq!(functions("c"), 1);
    // Without the root, nothing is reached.
    assert_eq!(functions("run"), 6);
    let own = of("a").own;
    assert_eq!(own.functions, 1);
    assert!(of("a").goes.bytes > own.bytes);
}

#[test]
fn nothing_leads_to_dead_code() {
    let why = of("e");
    assert!(why.ways.is_empty());
    assert_eq!(why.goes.functions, 1);
}

#[test]
fn a_name_that_nothing_has_brings_the_nearest_ones() {
    let text = r#"(module (func $main.render (export "f")) (func $main.reader (export "g")))"#;
    let wasm = wat::parse_str(text).expect("fixture");
    let error = why(&wasm, None, "main.rendr").expect_err("no such name");
    let hint = error.hint().expect("names");
    assert!(
        hint.starts_with("the nearest names: main.render, main.reader"),
        "{hint}"
    );
    assert!(why(&wasm, None, "type:main.render").is_err());
    assert!(why(&wasm, None, "function:main.render").is_ok());
}
