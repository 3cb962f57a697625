//! Assembles the start function of columnar-tables, `src/columns/start.wat`: so the library needs no assembler.

#[path = "src/columns/words.rs"]
mod words;

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=src/columns");
    assemble("start.wasm", &words::text(false));
    assemble("start_names.wasm", &words::text(true));
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
