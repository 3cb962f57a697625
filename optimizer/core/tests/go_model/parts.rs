//! Programs that are written as two modules, by cuts that are set by hand: both are valid, and linked they do what the
//! original does.

use crate::builds::Build;
use gowasp_core::go::{Identity, Program};
use gowasp_core::input::Input;
use gowasp_core::part::Part;
use gowasp_core::{Options, optimize_in_parts};
use std::fs;

#[test]
fn the_runtime_in_the_first_part() {
    check(Part::First, |name| !is_of_runtime(name));
}

#[test]
fn tables_and_half_of_the_rest_in_the_second_part() {
    check(Part::Second, |name| {
        !is_of_runtime(name) && name.len() % 2 == 0
    });
}

#[test]
fn a_program_that_stays_in_the_first_part() {
    check(Part::First, |_| false);
}

fn is_of_runtime(name: &str) -> bool {
    name.starts_with("runtime.") || name.starts_with("internal/")
}

/// Writes hello world with these functions in the second part.
fn check(tables: Part, is_second: impl Fn(&str) -> bool) {
    let build = Build {
        program: "hello",
        ..Build::local("js")
    };
    let Some(original) = build.module() else {
        return;
    };
    let input = Input::read(&original).expect("a module");
    let program = Program::read(&input, &Identity::of(&input)).expect("a Go program");
    let names = program.functions().map(|function| function.name());
    let mut options = Options::default();
    options.second.functions = names
        .filter(|name| is_second(name))
        .map(str::to_owned)
        .collect();
    options.second.tables = tables;
    let parts = optimize_in_parts(&original, &options).expect("two valid modules");
    let folder = tempfile::tempdir().expect("a temporary directory");
    let [first, second] = ["first.wasm", "second.wasm"].map(|name| folder.path().join(name));
    fs::write(&first, &parts.first).expect("written");
    fs::write(&second, &parts.second).expect("written");
    let printed = build.run_files(&[&first, &second]);
    assert_eq!(Some(printed), build.run());
}
