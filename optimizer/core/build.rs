//! Assembles the functions that passes add: the start function of columnar-tables, `src/columns/start.wat`, and those of
//! compute-p256. So the library needs no assembler.

#[path = "src/columns/words.rs"]
mod words;

use std::path::Path;

/// What computes the table of P-256.
const P256: &str = "src/passes/compute_p256/table.wat";

fn main() {
    println!("cargo::rerun-if-changed=src/columns");
    println!("cargo::rerun-if-changed={P256}");
    assemble("start.wasm", &words::text(false));
    assemble("start_names.wasm", &words::text(true));
    let p256 = std::fs::read_to_string(P256).expect("the text is part of the crate");
    assemble("p256.wasm", &p256);
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
