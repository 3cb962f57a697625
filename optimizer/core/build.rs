//! Assembles the functions that passes add: the start function of columnar-tables, `src/columns/start.wat`, and those of
//! compute-p256. So the library needs no assembler.

#[path = "src/columns/words.rs"]
mod words;

use std::path::Path;

const TEXT: &str = "src/columns/start.wat";
/// What stands at the line [`NAMES_LINE`] where names are stripped.
const NAMES: &str = "src/columns/start_names.wat";
const NAMES_LINE: &str = ";; NAMES\n";

/// What computes the table of P-256.
const P256: &str = "src/passes/compute_p256/table.wat";

fn main() {
    println!("cargo::rerun-if-changed={TEXT}");
    println!("cargo::rerun-if-changed=src/columns/words.rs");
    println!("cargo::rerun-if-changed={NAMES}");
    println!("cargo::rerun-if-changed={P256}");
    let text = std::fs::read_to_string(TEXT).expect("the text is part of the crate");
    let names = std::fs::read_to_string(NAMES).expect("the text is part of the crate");
    let p256 = std::fs::read_to_string(P256).expect("the text is part of the crate");
    assemble("start.wasm", &text);
    assemble("p256.wasm", &p256);
    assemble("start_names.wasm", &text.replace(NAMES_LINE, &names));
}

fn assemble(file: &str, text: &str) {
    let mut text = text.to_owned();
    for (number, word) in (words::FIRST..).zip(words::WORDS) {
        text = text.replace(&format!("const {word})"), &format!("const {number})"));
    }
    let wasm = wat::parse_str(text).expect("the text is valid");
    let folder = std::env::var_os("OUT_DIR").expect("cargo sets it");
    std::fs::write(Path::new(&folder).join(file), wasm).expect("cargo made the folder");
}
