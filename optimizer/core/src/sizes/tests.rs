//! Whose bytes are, on small programs.

mod removal;

use super::*;
use crate::go::fixture::{FIRST_SLOT, Memory, module};
use crate::go::{Identity, Program};
use crate::input::Input;
use crate::{brotli, inspect_sizes, sizes_page};

/// A program of the fixture, taken apart; its bytes are all there, once.
fn taken_apart(minor: u16) -> (Vec<u8>, Map) {
    let memory = Memory::new(minor);
    let release = format!("go1.{minor}");
    let wasm = module(&memory.bytes, FIRST_SLOT, Some(&release));
    let input = Input::read(&wasm).expect("a module");
    let identity = Identity::of(&input);
    let program = Program::read(&input, &identity).expect("a program");
    let map = Map::of(&input, Some(&program));
    let mut at = 0;
    for (range, _) in &map.pieces {
        assert_eq!(range.start, at);
        assert!(range.start < range.end);
        at = range.end;
    }
    assert_eq!(at, wasm.len());
    (wasm, map)
}

/// Bytes of a kind that belong to the package.
fn bytes_of(map: &Map, package: &str, kind: Kind) -> usize {
    let of = |tag: &Tag| tag.kind == kind && map.packages.name(tag.owner) == package;
    let pieces = map.pieces.iter().filter(|(_, tag)| of(tag));
    pieces.map(|(range, _)| range.len()).sum()
}

#[test]
fn tables_belong_to_the_functions_that_name_them() {
    for minor in [18, 21, 24, 25, 26, 27] {
        let (_, map) = taken_apart(minor);
        // Two bodies of four bytes with their lengths, types and slots.
        assert_eq!(bytes_of(&map, "main", Kind::Code), 2 * 7, "go1.{minor}");
        // Two names and two records at least.
        let names = "main.main".len() + "main.(*T).run".len() + 2;
        let records = 2 * 44;
        let pclntab = bytes_of(&map, "main", Kind::Pclntab);
        assert!(pclntab > names + records, "go1.{minor}: {pclntab}");
        // The name of what was inlined.
        let inlined = bytes_of(&map, "example.com/lib", Kind::Pclntab);
        assert_eq!(inlined, "example.com/lib.Helper".len() + 1, "go1.{minor}");
    }
}

#[test]
fn sums_are_the_sizes_of_both_files() {
    let (wasm, _) = taken_apart(26);
    let packed = brotli(&wasm, 11, &|_| ()).expect("encoder");
    let inspection = inspect_sizes(&wasm, Some(&packed)).expect("a module");
    let all = inspection.attribution.expect("was asked for");
    assert_eq!(all.compressed, Some(packed.len() as u64));
    let sum = |parts: &mut dyn Iterator<Item = Part>| {
        parts.fold((0, 0), |(raw, compressed), part| {
            (raw + part.bytes, compressed + part.compressed.unwrap_or(0))
        })
    };
    let whole = (wasm.len() as u64, packed.len() as u64);
    assert_eq!(sum(&mut all.kinds.iter().map(|kind| kind.part)), whole);
    assert_eq!(
        sum(&mut all.packages.iter().map(|package| package.part)),
        whole
    );
    let leaves: f64 = all.leaves.iter().map(|leaf| leaf.compressed).sum();
    assert!((leaves - packed.len() as f64).abs() < 1e-6, "{leaves}");
}

#[test]
fn the_brotli_file_must_be_that_of_the_module() {
    let (wasm, _) = taken_apart(26);
    let packed = brotli(&wasm[1..], 11, &|_| ()).expect("encoder");
    let error = inspect_sizes(&wasm, Some(&packed)).expect_err("another file");
    assert!(error.message().contains("not the brotli file"), "{error}");
}

#[test]
fn a_module_that_is_not_go_is_attributed_by_function() {
    let text = r#"(module (memory 1) (data (i32.const 0) "text") (func $f (call $g)) (func $g))"#;
    let wasm = wat::parse_str(text).expect("fixture");
    let all = (inspect_sizes(&wasm, None).expect("a module").attribution).expect("was asked for");
    assert_eq!(all.bytes, wasm.len() as u64);
    assert_eq!(all.compressed, None);
    let names: Vec<_> = all.functions.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["f", "g"]);
    assert_eq!(all.unattributed.bytes, 0);
}

#[test]
fn names_in_the_page_cannot_end_its_script() {
    let body = "i32.const 7 drop ".repeat(50);
    let text = format!(r#"(module (func $"</script><script>alert(1)" {body}))"#);
    let wasm = wat::parse_str(text).expect("fixture");
    let inspection = inspect_sizes(&wasm, None).expect("a module");
    let page = sizes_page(&inspection, "<b>.wasm").expect("attributed");
    assert!(
        page.contains("\\u003c/script>\\u003cscript>alert(1)"),
        "the name is there"
    );
    assert_eq!(page.matches("</script>").count(), 2);
    assert!(!page.contains("<b>.wasm"));
}
