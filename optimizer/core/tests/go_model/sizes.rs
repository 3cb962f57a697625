//! Whose the bytes of real programs are, and why they are there.

use crate::builds::Build;
use crate::releases::RELEASES;
use gowasp_core::{Attribution, ItemSize, Options, Root, brotli, inspect_sizes, optimize, why};

fn build(release: &str) -> Build<'_> {
    Build {
        program: "sized",
        release,
        ..Build::local("js")
    }
}

#[test]
fn sizes_of_the_local_release() {
    check(build("local"));
}

#[test]
fn sizes_of_every_release() {
    let Ok(releases) = std::env::var(RELEASES) else {
        eprintln!("skipped: set {RELEASES} to a list of Go releases");
        return;
    };
    for release in releases.split(',') {
        check(build(release));
        eprintln!("go{release}: all bytes are somebody's");
    }
}

fn check(build: Build<'_>) {
    let Some(wasm) = build.module() else {
        return;
    };
    check_sizes(&wasm, build.release);
    check_ways(&wasm, build.release);
    let optimized = optimize(&wasm, &Options::default()).expect("optimizes");
    check_sizes(&optimized.wasm, build.release);
    check_ways(&optimized.wasm, build.release);
}

fn check_sizes(wasm: &[u8], release: &str) {
    let inspection = inspect_sizes(wasm, None).expect("a module");
    let all: Attribution = inspection.attribution.expect("was asked for");
    assert_eq!(all.bytes, wasm.len() as u64);
    let sum: u64 = all.packages.iter().map(|package| package.part.bytes).sum();
    assert_eq!(sum, all.bytes);
    let packed = brotli(wasm, 5, &|_| ()).expect("the encoder takes everything");
    let counted = inspect_sizes(wasm, Some(&packed)).expect("its own brotli file");
    let counted = counted.attribution.and_then(|counted| counted.compressed);
    assert_eq!(counted, Some(packed.len() as u64), "go{release}");
    let nobody = all.unattributed.bytes;
    assert!(
        nobody * 100 < all.bytes,
        "go{release}: {nobody} of {} are nobody's",
        all.bytes
    );
    for kind in [
        "code", "pclntab", "types", "itabs", "strings", "embeds", "bitmaps", "data",
    ] {
        let found = all.kinds.iter().find(|k| k.kind.name() == kind);
        assert!(found.is_some(), "go{release}: no {kind}");
    }
    let named = |items: &[ItemSize], name: &str| {
        let item = items.iter().find(|item| item.name == name);
        assert!(item.is_some(), "go{release}: no {name}");
        item.expect("it is there").clone()
    };
    let square = named(&all.types, "main.square");
    assert_eq!(square.package, "main", "go{release}");
    // A header of 48 bytes, 32 of a struct, a field of 24, 16 of the uncommon type, a method of 16 and two names; less the
    // zeros that Go's linker leaves out of the file, which are runs of more than 8 (`writeDataSec` in
    // cmd/link/internal/wasm/asm.go).
    assert!(
        (136 - 24..400).contains(&square.bytes),
        "go{release}: {}",
        square.bytes
    );
    let large = named(&all.embeds, "static/large.txt");
    let expected = include_str!("sized/static/large.txt").len() as u64;
    assert!(
        large.bytes >= expected,
        "go{release}: {} of {expected}",
        large.bytes
    );
    assert_eq!(large.package, "main", "go{release}");
    named(&all.embeds, "static/small.txt");
    assert_eq!(named(&all.functions, "main.square.area").package, "main");
}

fn check_ways(wasm: &[u8], release: &str) {
    let why = |name: &str| why(wasm, None, name).expect(name);
    let way = |name: &str, root: Root| {
        let why = why(name);
        let way = why.ways.iter().find(|way| way.root == root);
        assert!(way.is_some(), "go{release}: no way to {name}");
        way.expect("it is there").clone()
    };
    assert_eq!(way("type:main.circle", Root::Main).from, "main.main");
    assert_eq!(way("static/large.txt", Root::Main).from, "main.main");
    assert_eq!(
        way("encoding/json", Root::Main).steps[0].to,
        "encoding/json.Unmarshal"
    );
    let reflect = why("reflect");
    assert!(reflect.goes.bytes >= reflect.own.bytes);
    // The package's decoder needs json alone, and fmt is needed by others, too.
    let json = why("encoding/json");
    assert!(json.goes.bytes > json.own.bytes, "go{release}");
    assert!(
        json.packages
            .iter()
            .all(|package| package.name != "runtime" || package.goes.bytes < 20_000)
    );
}
