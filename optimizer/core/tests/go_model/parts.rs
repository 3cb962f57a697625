//! Programs that are written as two modules, by cuts that are set by hand: both are valid, and linked they do what the
//! original does.

use crate::builds::Build;
use gowasp_core::go::{Identity, Program};
use gowasp_core::input::Input;
use gowasp_core::part::Part;
use gowasp_core::{InParts, Options, optimize, optimize_in_parts};
use std::collections::BTreeSet;
use std::fs;

#[test]
fn hello_world_behind_its_runtime() {
    check("hello", "js", Part::First, |name| !is_of_runtime(name));
}

#[test]
fn half_of_hello_world_with_the_tables() {
    check("hello", "js", Part::Second, |name| {
        !is_of_runtime(name) && name.len() % 2 == 0
    });
}

#[test]
fn hello_world_of_wasi_behind_its_runtime() {
    check("hello", "wasip1", Part::Second, |name| !is_of_runtime(name));
}

#[test]
fn goroutines_that_switch_between_the_parts() {
    check("goroutines", "js", Part::First, |name| {
        !is_of_runtime(name) && name.len() % 2 == 0
    });
}

#[test]
fn a_program_without_a_second_part_is_the_module() {
    let Some(original) = build("hello", "js").module() else {
        return;
    };
    let options = Options::default();
    let whole = optimize(&original, &options).expect("optimizes").wasm;
    let InParts { first, second } = optimize_in_parts(&original, &options).expect("optimizes");
    assert_eq!(sections(&first), sections(&whole));
    assert!(Input::read(&second).expect("a module").bodies.is_empty());
}

/// All but the exports, which the first part has more of.
fn sections(wasm: &[u8]) -> Vec<&[u8]> {
    const EXPORTS: u8 = 7;
    let input = Input::read(wasm).expect("a module");
    let kept = input
        .sections
        .iter()
        .filter(|section| section.id != EXPORTS);
    kept.map(|section| input.slice(&section.range)).collect()
}

fn is_of_runtime(name: &str) -> bool {
    name.starts_with("runtime.") || name.starts_with("internal/")
}

fn build<'b>(program: &'b str, goos: &'b str) -> Build<'b> {
    Build {
        program,
        ..Build::local(goos)
    }
}

/// Writes a program with these functions, and tables, in the second part, and runs it.
fn check(program: &str, goos: &str, tables: Part, is_second: impl Fn(&str) -> bool) {
    let build = build(program, goos);
    let Some(original) = build.module() else {
        return;
    };
    let mut options = Options::default();
    options.second.functions = names(&original, is_second);
    options.second.tables = tables;
    let parts = optimize_in_parts(&original, &options).expect("two valid modules");
    let second = Input::read(&parts.second).expect("a module");
    let named = options.second.functions.len();
    assert!(second.bodies.len() > named / 2, "{}", second.bodies.len());
    assert_eq!(second.start.is_some(), tables == Part::Second);

    let folder = tempfile::tempdir().expect("a temporary directory");
    let [first, second] = ["first.wasm", "second.wasm"].map(|name| folder.path().join(name));
    fs::write(&first, &parts.first).expect("written");
    fs::write(&second, &parts.second).expect("written");
    let printed = build.run_files(&[&first, &second]);
    assert_eq!(Some(printed), build.run());
}

/// The program's functions that are to be in the second part.
fn names(wasm: &[u8], is_second: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let input = Input::read(wasm).expect("a module");
    let program = Program::read(&input, &Identity::of(&input)).expect("a Go program");
    let names = program.functions().map(|function| function.name());
    names
        .filter(|name| is_second(name))
        .map(str::to_owned)
        .collect()
}
