//! Tests of passes as text files: `cases/PASS/NAME.txt` holds what a pass gets, a line `=>`, and what it leaves, in the text
//! form of `code/text.rs`. With BLESS=1 in the environment the second half is written anew.
//!
//! A case is one function, or a program. In a program each function has a line before it, with its index and what Go's
//! tables say of it ([`definition`](crate::code::text::definition)); indices are those from the first one on, and whatever
//! is below is imported. Before the functions there may be lines `given WHAT WORDS...`, facts that the test of the pass
//! hands on:
//!
//! ```text
//! // Nothing is resumed behind a call of a leaf.
//! given morestack f9
//! f3 pc_f 4097 frame 16
//! locals i32 i32
//! b0: at 0.0
//!   go f4 pc 2 resume
//! ...
//! f4 pc_f 4098
//! ...
//! ```
//!
//! `given morestack f9` is known to each test; other facts are named where the pass is tested.

use crate::code::text::{definition, parse, text};
use crate::code::{Code, Facts, Function, tests::machine};
use crate::index::{FuncIndex, Imported};
use std::fs;
use std::path::PathBuf;

/// Runs a pass on each of its cases, which are functions.
///
/// # Panics
/// With the case that came out differently.
pub(super) fn check(pass: &str, run: impl Fn(&mut Function)) {
    each(pass, |before| {
        let mut function = parse::parse(before);
        run(&mut function);
        text(&function)
    });
}

/// Runs a pass on each of its cases, which are programs.
///
/// # Panics
/// With the case that came out differently.
pub(super) fn check_programs(pass: &str, run: impl Fn(&mut Code, &Given)) {
    each(pass, |before| {
        let at = (before.lines())
            .scan(0, |at, line| {
                let start = *at;
                *at += line.len() + 1;
                Some((start, line))
            })
            .find(|(_, line)| line.starts_with('f'))
            .map_or(before.len(), |(start, _)| start);
        let (head, functions) = before.split_at(at);
        let given = Given::read(head);
        let functions = parse::program(functions);
        let first = functions.first().expect("a function").index;
        let count = functions.len() as u32;
        let mut facts = Facts::of_go(Imported(first.0), count);
        facts.morestack = given.functions("morestack").into_iter().collect();
        let mut code = Code {
            facts,
            functions: functions.into_iter().collect(),
            style: machine::style(false, false),
        };
        run(&mut code, &given);
        code.functions.iter().map(definition).collect()
    });
}

/// What lines `given` say.
pub(super) struct Given(Vec<Vec<String>>);

impl Given {
    fn read(head: &str) -> Given {
        let lines = head.lines().filter_map(|line| line.strip_prefix("given "));
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect();
        Given(lines.map(words).collect())
    }

    /// What stands behind `given WHAT`, line by line.
    pub(super) fn lines<'g>(&'g self, what: &'g str) -> impl Iterator<Item = &'g [String]> {
        let of = self.0.iter().filter_map(|words| words.split_first());
        of.filter(move |(first, _)| *first == what)
            .map(|(_, rest)| rest)
    }

    /// The functions of the lines `given WHAT f3 f4`.
    pub(super) fn functions(&self, what: &str) -> Vec<FuncIndex> {
        self.lines(what)
            .flatten()
            .map(|word| function(word))
            .collect()
    }
}

/// The function of a word such as `f3`.
pub(super) fn function(word: &str) -> FuncIndex {
    let index = word.strip_prefix('f').and_then(|index| index.parse().ok());
    FuncIndex(index.expect("a function"))
}

fn each(pass: &str, run: impl Fn(&str) -> String) {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "src", "passes", "cases", pass]
        .iter()
        .collect();
    let files = fs::read_dir(&folder).expect("a folder of cases");
    let mut count = 0;
    for file in files {
        let path = file.expect("a case").path();
        let case = fs::read_to_string(&path).expect("text");
        let (before, expected) = case.split_once("=>\n").unwrap_or((&case, ""));
        let after = run(before);
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, format!("{before}=>\n{after}")).expect("written");
        } else {
            let name = path.display();
            assert_eq!(
                after, expected,
                "{name} came out differently; BLESS=1 writes what it is now"
            );
        }
        count += 1;
    }
    assert!(count > 0, "{pass} has no cases");
}
