//! The sources keep to what ARCHITECTURE says of them: one place for PCs, one for releases, and no circles.

mod circles;
mod files;

use files::{File, files};

/// Lines of the product's code, without those of tests and comments, for which `is_wrong` holds; each with its place.
fn lines(elsewhere: impl Fn(&File) -> bool, is_wrong: impl Fn(&str) -> bool) -> Vec<String> {
    let files = files();
    let wrong = files.iter().filter(|file| elsewhere(file));
    wrong
        .flat_map(|file| {
            let lines = file.code.lines().filter(|line| is_wrong(line));
            lines.map(|line| format!("{}: {}", file.module.join("::"), line.trim()))
        })
        .collect()
}

/// Whether a number stands in a line, not as part of a longer one.
fn has_number(line: &str, number: &str) -> bool {
    let goes_on = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    line.match_indices(number)
        .any(|(at, _)| !goes_on(&line[at + number.len()..]))
}

#[test]
fn pcs_are_computed_with_in_their_type() {
    let found = lines(
        |file| file.module != ["go", "pc"],
        |line| {
            ["<< 16", ">> 16", "0xffff", "0x1_0000"]
                .iter()
                .any(|n| has_number(line, n))
        },
    );
    assert_eq!(found, [""; 0]);
}

#[test]
fn indices_and_positions_are_converted_in_one_place() {
    let found = lines(
        |file| file.module != ["index"],
        |line| {
            let count = line.contains("imported_functions") || line.contains("facts.imported");
            let computes = [
                "checked_sub",
                " + ",
                " - ",
                "imported..",
                "imported_functions..",
            ];
            count && computes.iter().any(|operator| line.contains(operator))
        },
    );
    assert_eq!(found, [""; 0]);
}

#[test]
fn releases_are_compared_in_the_layout_table() {
    let found = lines(
        |file| !file.module.join("::").starts_with("go::layout"),
        |line| {
            let operators = [" < ", " > ", " <= ", " >= ", " == ", " != "];
            let compares = operators.iter().any(|operator| line.contains(operator));
            let matches = line.contains("match ") && line.contains(".minor");
            line.contains("minor") && (compares || matches)
        },
    );
    assert_eq!(found, [""; 0]);
}

#[test]
fn files_and_folders_use_each_other_one_way() {
    let found = circles::circles(&files());
    println!("{} circles", found.len());
    assert!(found.is_empty(), "{found:#?}");
}
