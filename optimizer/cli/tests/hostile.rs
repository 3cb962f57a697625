//! Modules that are made to harm: the command ends, with a result or with an error, and does not crash.

mod harness;

use harness::gowasp;
use std::sync::Mutex;
use std::time::Duration;

/// A number as the binary format writes it (LEB128).
fn leb(mut value: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// Content with its length before it.
fn sized(content: &[u8]) -> Vec<u8> {
    [leb(content.len() as u32), content.to_vec()].concat()
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [vec![id], sized(content)].concat()
}

fn wasm(sections: &[Vec<u8>]) -> Vec<u8> {
    [b"\0asm\x01\0\0\0".to_vec(), sections.concat()].concat()
}

/// A module of one function, exported so that nothing can leave it out.
fn function(body: &[u8]) -> Vec<u8> {
    wasm(&[
        section(1, &[1, 0x60, 0, 0]),
        section(3, &[1, 0]),
        section(7, &[1, 1, b'f', 0, 0]),
        section(10, &[&[1], &sized(body)[..]].concat()),
    ])
}

/// Claims to be of a Go release whose tables are known.
fn as_go(mut wasm: Vec<u8>) -> Vec<u8> {
    let name = |text: &str| sized(text.as_bytes());
    let field = [name("language"), vec![1], name("Go"), name("go1.26.8")].concat();
    let content = [name("producers"), vec![1], field].concat();
    wasm.extend(section(0, &content));
    wasm
}

fn text(wat: &str) -> Vec<u8> {
    wat::parse_str(wat).expect("fixture")
}

/// One function body of `depth` blocks in each other.
fn nested(depth: usize) -> Vec<u8> {
    let opened = [0x02, 0x40].repeat(depth);
    function(&[vec![0], opened, vec![0x0b; depth + 1]].concat())
}

fn many_functions(count: u32) -> Vec<u8> {
    let types = [leb(count), vec![0; count as usize]].concat();
    let bodies = [leb(count), [2, 0, 0x0b].repeat(count as usize)].concat();
    wasm(&[
        section(1, &[1, 0x60, 0, 0]),
        section(3, &types),
        section(7, &[1, 1, b'f', 0, 0]),
        section(10, &bodies),
    ])
}

/// Name, module, and whether it is valid.
fn crafted() -> Vec<(String, Vec<u8>, bool)> {
    let br_table = [&[0, 0x41, 0, 0x0e], &leb(u32::MAX)[..], &[0x0b]].concat();
    let far_apart = r#"(module (memory (export "m") 65536)
        (data (i32.const 0) "a") (data (i32.const 0xfffffff0) "b"))"#;
    let mut cases = vec![
        ("a million nested blocks".into(), nested(1_000_000), true),
        ("functions".into(), many_functions(200_000), true),
        (
            "a hundred million locals".into(),
            function(&[&[1], &leb(100_000_000)[..], &[0x7e, 0x0b]].concat()),
            false,
        ),
        ("br_table".into(), function(&br_table), false),
        ("data at both ends of 4 GiB".into(), text(far_apart), true),
        (
            "a table of ten million".into(),
            text(r#"(module (table (export "t") 10000000 funcref))"#),
            true,
        ),
        (
            "a name section that claims much".into(),
            [
                nested(1),
                section(
                    0,
                    &[&sized(b"name")[..], &[1, 6], &leb(u32::MAX), &[0]].concat(),
                ),
            ]
            .concat(),
            true,
        ),
    ];
    // Types, imports, functions, tables, memories, globals, exports, elements, code, data: each claims 2^32 - 1 entries.
    for id in [1, 2, 3, 4, 5, 6, 7, 9, 10, 11] {
        let module = wasm(&[section(id, &leb(u32::MAX))]);
        cases.push((format!("section {id} that claims much"), module, false));
    }
    cases.push((
        "a section beyond the end".into(),
        wasm(&[vec![1, 0xff, 0xff, 0xff, 0xff, 0x0f]]),
        false,
    ));
    cases
}

#[test]
fn crafted_modules_end_in_a_result_or_an_error() {
    let cases = Mutex::new(crafted().into_iter());
    let next = || cases.lock().expect("no case panics here").next();
    // The largest keep one core busy for most of the time.
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((name, module, is_valid)) = next() {
                    ends(&name, &as_go(module.clone()), is_valid);
                    ends(&name, &module, is_valid);
                }
            });
        }
    });
}

fn ends(name: &str, wasm: &[u8], is_valid: bool) {
    for arguments in [&["optimize", "-", "-o", "-"][..], &["inspect", "-"]] {
        let mut command = gowasp();
        // Against hangs only: each takes far less.
        command.timeout(Duration::from_secs(300));
        let run = command.args(arguments).write_stdin(wasm);
        let output = run.output().expect("runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked"), "{name} {arguments:?}: {said}");
        // `inspect` reads no further than it must.
        let codes: &[i32] = match (is_valid, arguments[0]) {
            (true, _) => &[0],
            (false, "inspect") => &[0, 1],
            (false, _) => &[1],
        };
        let code = output.status.code().unwrap_or(-1);
        assert!(codes.contains(&code), "{name} {arguments:?}: {code} {said}");
    }
}
