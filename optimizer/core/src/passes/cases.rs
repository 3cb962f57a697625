//! Tests of passes as text files: `cases/PASS/NAME.txt` holds a function before the pass, a line `=>`, and the function
//! after it, in the text form of `code/text.rs`. With BLESS=1 in the environment the second half is written anew.

use crate::code::Function;
use crate::code::text::{parse, text};
use std::fs;
use std::path::PathBuf;

/// Runs a pass on each of its cases.
///
/// # Panics
/// With the case that came out differently.
pub(super) fn check(pass: &str, run: impl Fn(&mut Function)) {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "src", "passes", "cases", pass]
        .iter()
        .collect();
    let files = fs::read_dir(&folder).expect("a folder of cases");
    let mut count = 0;
    for file in files {
        let path = file.expect("a case").path();
        let case = fs::read_to_string(&path).expect("text");
        let (before, expected) = case.split_once("=>\n").unwrap_or((&case, ""));
        let mut function = parse::parse(before);
        run(&mut function);
        let after = text(&function);
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
