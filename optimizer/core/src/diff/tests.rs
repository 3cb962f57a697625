//! Changes, limits and Markdown.

use super::*;
use crate::inspect_sizes;

fn module(bodies: &[(&str, usize)]) -> Inspection {
    let functions: String = (bodies.iter())
        .map(|(name, drops)| {
            let body = "i32.const 1 drop ".repeat(*drops);
            format!("(func ${name} {body})")
        })
        .collect();
    let wasm = wat::parse_str(format!("(module {functions})")).expect("fixture");
    let packed = crate::brotli(&wasm, 11, &|_| ()).expect("encoder");
    inspect_sizes(&wasm, Some(&packed)).expect("a module")
}

#[test]
fn functions_are_compared_by_name() {
    let old = module(&[("same", 9), ("grows", 3), ("goes", 20)]);
    let new = module(&[("comes", 5), ("same", 9), ("grows", 10)]);
    let diff = diff(&old, &new, &[]);
    let of = |name: &str| diff.functions.iter().find(|change| change.name == name);
    let sizes = |name| of(name).map(|c| (c.old.map(|a| a.bytes), c.new.map(|a| a.bytes)));
    // A body, its length, its type's number, and its name in the name section.
    let size = |name: &str, drops: u64| Some(3 * drops + 4 + 2 + name.len() as u64);
    assert_eq!(sizes("grows"), Some((size("grows", 3), size("grows", 10))));
    assert_eq!(sizes("goes"), Some((size("goes", 20), None)));
    assert_eq!(sizes("comes"), Some((None, size("comes", 5))));
    assert_eq!(of("same").map_or(0, Change::bytes), 0);
    assert_eq!(
        diff.total.bytes(),
        new.sizes.raw as i64 - old.sizes.raw as i64
    );
}

#[test]
fn limits_are_crossed_by_one_byte_more() {
    let (old, new) = (module(&[("f", 10)]), module(&[("f", 20)]));
    let crossed = |limit: &str| {
        let limit: GrowthLimit = limit.parse().expect("a limit");
        diff(&old, &new, &[limit]).limits[0].crossed
    };
    assert!(crossed("raw+29"));
    assert!(!crossed("raw+30B"));
    assert!(crossed("raw+0.02kB"));
    assert!(!crossed("raw+1KiB"));
    assert!(crossed("raw+1%"));
    assert!(!crossed("raw+99%"));
    assert!(!crossed("br+1MB"));
    assert!(!diff(&new, &old, &["raw+0".parse().expect("a limit")]).limits[0].crossed);
    for wrong in [
        "",
        "br",
        "br+",
        "br+x",
        "gzip+1",
        "br+1 %",
        "raw+-1",
        "br1%",
        "raw+1GBit",
    ] {
        assert!(wrong.parse::<GrowthLimit>().is_err(), "{wrong}");
    }
}

#[test]
fn names_do_not_become_markup() {
    let (old, new) = (module(&[("f", 1)]), module(&[("f", 1), ("a|b*<i>_", 4)]));
    let text = diff(&old, &new, &["raw+1B".parse().expect("a limit")]).markdown(10);
    assert!(text.contains("a&#124;b&#42;&#60;i&#62;&#95;"), "{text}");
    assert!(text.contains("❌") && text.contains("(new)"), "{text}");
}
