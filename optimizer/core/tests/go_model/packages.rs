//! Go programs that npm packages ship.

use gowasp_core::go::{Identity, Program};
use gowasp_core::input::Input;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What is known of a package's module.
struct Expected {
    file: &'static str,
    minor: u16,
    abi: &'static str,
    main_file: &'static str,
    largest_package: &'static str,
}

#[test]
fn esbuild() {
    check(&Expected {
        file: "esbuild-wasm/esbuild.wasm",
        minor: 26,
        abi: "gojs",
        main_file: "github.com/evanw/esbuild/cmd/esbuild/main.go",
        largest_package: "github.com/evanw/esbuild/internal/js_parser",
    });
}

#[test]
fn hcl2json() {
    check(&Expected {
        file: "@cdktf/hcl2json/main.wasm.gz",
        minor: 18,
        abi: "go",
        main_file: "packages/@cdktf/hcl2json/main.go",
        largest_package: "runtime",
    });
}

#[test]
fn astro() {
    check(&Expected {
        file: "@astrojs/compiler/dist/astro.wasm",
        minor: 22,
        abi: "gojs",
        main_file: "astro-wasm.go",
        largest_package: "runtime",
    });
}

/// The module of an npm package; `None`, after saying so, where the package is not installed.
pub(crate) fn module(file: &str) -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../node_modules")
        .join(file);
    let Ok(bytes) = fs::read(path) else {
        assert!(std::env::var_os("CI").is_none(), "CI has no {file}");
        eprintln!("skipped: {file} is not installed");
        return None;
    };
    Some(if file.ends_with(".gz") {
        gunzip(&bytes)
    } else {
        bytes
    })
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let size: [u8; 4] = bytes[bytes.len() - 4..].try_into().expect("a gzip trailer");
    let mut out = vec![0; u32::from_le_bytes(size) as usize];
    let mut decompressor = libdeflater::Decompressor::new();
    decompressor
        .gzip_decompress(bytes, &mut out)
        .expect("a gzip file");
    out
}

fn check(expected: &Expected) {
    let Some(wasm) = module(expected.file) else {
        return;
    };
    let input = Input::read(&wasm).expect("a module");
    let identity = Identity::of(&input);
    assert_eq!(
        identity.release().map(|release| release.minor),
        Some(expected.minor)
    );
    assert_eq!(identity.abi.to_string(), expected.abi);
    let program = Program::read(&input, &identity).expect("a Go program");
    assert_eq!(program.functions().len(), input.bodies.len());
    assert!(program.unlisted().is_empty());
    let main = program
        .functions()
        .find(|f| f.name() == "main.main")
        .expect("every program has it");
    assert!(
        main.file()
            .expect("tables are there")
            .ends_with(expected.main_file)
    );
    assert_eq!(largest_package(&input, &program), expected.largest_package);
    check_func_ids(&program);
    for function in program.functions() {
        check_tables(function);
    }
}

/// Functions that the runtime knows by number, in every release there is a package for.
fn check_func_ids(program: &Program) {
    for (name, id) in [
        ("runtime.goexit", "goexit"),
        ("runtime.main", "runtime_main"),
        ("runtime.sigpanic", "sigpanic"),
        ("runtime.deferreturn", "wrapper"),
    ] {
        let function = program.functions().find(|function| function.name() == name);
        assert_eq!(
            function.and_then(|function| function.func_id()),
            Some(id),
            "{name}"
        );
    }
}

fn largest_package(input: &Input<'_>, program: &Program) -> String {
    let mut sizes: BTreeMap<String, usize> = BTreeMap::new();
    for function in program.functions() {
        let package = function
            .package()
            .map_or_else(String::new, |package| package.into_owned());
        let position = input.imported_functions.defined(function.wasm_index());
        let body = &input.bodies[position.expect("not an import").place()];
        *sizes.entry(package).or_default() += body.len();
    }
    let largest = sizes.into_iter().max_by_key(|(_, size)| *size);
    largest.expect("programs have functions").0
}

/// Every table is whole, its runs follow each other, and every PC leads out of the inline tree.
fn check_tables(function: gowasp_core::go::Function<'_>) {
    let (pcsp, pcfile, pcln) = (function.pcsp(), function.pcfile(), function.pcln());
    let pcdata = (0..4).map(|id| function.pcdata(id));
    for table in [pcsp, pcfile, pcln].into_iter().chain(pcdata).flatten() {
        let mut end = 0;
        for range in table {
            let range = range.expect("well-formed");
            assert!(
                range.start == end && range.end > range.start,
                "{}",
                function.name()
            );
            end = range.end;
            assert!(
                end <= 0x1_0000,
                "{} has more PCs than PC_B can count",
                function.name()
            );
        }
        let frames = function.frames_at(end - 1).expect("well-formed");
        assert_eq!(frames.last().map(|f| f.function), Some(function.name()));
    }
}
