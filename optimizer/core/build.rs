//! Assembles the start function of columnar-tables, `src/columns/start.wat`: so the library needs no assembler.

#[path = "src/columns/words.rs"]
mod words;

use std::path::Path;

const TEXT: &str = "src/columns/start.wat";

fn main() {
    println!("cargo::rerun-if-changed={TEXT}");
    println!("cargo::rerun-if-changed=src/columns/words.rs");
    let mut text = std::fs::read_to_string(TEXT).expect("the text is part of the crate");
    for (number, word) in (words::FIRST..).zip(words::WORDS) {
        text = text.replace(&format!("const {word})"), &format!("const {number})"));
    }
    let wasm = wat::parse_str(text).expect("the text is valid");
    let folder = std::env::var_os("OUT_DIR").expect("cargo sets it");
    std::fs::write(Path::new(&folder).join("start.wasm"), wasm).expect("cargo made the folder");
}
