use super::*;
use crate::positions::{InlinedAt, Positions, Row, Subprogram};

/// Function 12, `main.run`, has a call at 0x1040 in the file, where `main.step` is inlined, and a fault at 0x1050.
pub(super) fn symbols() -> Symbols {
    let subprogram = |name: &str, line| Subprogram {
        name: name.into(),
        package: None,
        file: Some(0),
        line: Some(line),
    };
    let row = |offset, is_site, line, call| Row {
        offset,
        is_exact: true,
        is_site,
        file: Some(0),
        line: Some(line),
        call,
    };
    Symbols {
        generator: String::new(),
        build_id: String::new(),
        go_build_id: None,
        code_start: 0x1000,
        traces: None,
        stripped: Vec::new(),
        positions: Positions {
            files: vec!["/app/main.go".into()],
            subprograms: vec![subprogram("main.run", 5), subprogram("main.step", 20)],
            functions: vec![FunctionPositions {
                index: 12,
                range: 0x30..0x60,
                subprogram: 0,
                calls: vec![InlinedAt {
                    subprogram: 1,
                    outer: None,
                    file: Some(0),
                    line: Some(7),
                }],
                rows: vec![
                    row(0x30, false, 5, None),
                    row(0x40, true, 21, Some(0)),
                    row(0x45, false, 21, Some(0)),
                    row(0x50, true, 9, None),
                ],
            }],
        },
    }
}

fn translated(trace: &str, is_same_build: bool) -> (String, Tally) {
    let symbols = symbols();
    let mut symbolicator = Symbolicator::new(&symbols, is_same_build);
    let mut out = Vec::new();
    for line in trace.split_inclusive('\n') {
        symbolicator.line(line.as_bytes(), &mut out);
    }
    symbolicator.flush(&mut out);
    (String::from_utf8(out).expect("text"), symbolicator.tally())
}

#[track_caller]
fn assert_translated(trace: &str, wanted: &str) {
    assert_eq!(translated(trace, false).0, wanted);
}

#[test]
fn frames_of_v8_become_gos_lines_and_inlined_ones_get_their_own() {
    assert_translated(
        "RuntimeError: unreachable\n    at wasm://wasm/8ab3:wasm-function[12]:0x1050\n    at run (wasm://wasm/8ab3:wasm-function[12]:0x1040)\n    at main.js:3:5\n",
        "RuntimeError: unreachable\n    at main.run (/app/main.go:9)\n    at main.step (/app/main.go:21)\n    at main.run (/app/main.go:7)\n    at main.js:3:5\n",
    );
    assert_translated(
        "10:15 E at async f (https://a/app.wasm:wasm-function[12]:0x1050)\r\n",
        "10:15 E at main.run (/app/main.go:9)\r\n",
    );
}

#[test]
fn frames_of_spidermonkey_become_gos_lines() {
    assert_translated(
        "wasm-function[12]@https://a/app.wasm:wasm-function[12]:0x1040\nrun@https://a/main.js:3:5\n",
        "main.step@/app/main.go:21\nmain.run@/app/main.go:7\nrun@https://a/main.js:3:5\n",
    );
}

#[test]
fn frames_of_wasmtime_get_its_form_for_dwarf() {
    assert_translated(
        "    3: 0x1040 - app!<wasm function 12>\n    4: 0x1050 - main.run\nCaused by:\n",
        "    3: 0x1040 - main.step\n                  at /app/main.go:21\n              - main.run\n                  at /app/main.go:7\n    4: 0x1050 - main.run\n                  at /app/main.go:9\nCaused by:\n",
    );
    let detailed = "    4: 0x1050 - main.run\n          at /elsewhere/main.go:9\n";
    assert_translated(detailed, detailed);
}

#[test]
fn what_is_no_call_of_this_build_stays_and_is_counted() {
    let trace = "    at wasm://wasm/8ab3:wasm-function[12]:0x1041\n    at wasm://wasm/8ab3:wasm-function[13]:0x1040\n    at wasm://wasm/8ab3:wasm-function[12]:0x1030\n    at wasm://wasm/8ab3:wasm-function[12]:0xfffffffffff\n    at wasm://wasm/8ab3:wasm-function[12]:0xfff\n  0: 0x1042 - <unknown>!<wasm function 12>\n";
    let (out, tally) = translated(trace, true);
    assert_eq!(
        (out.as_str(), tally.foreign, tally.translated),
        (trace, 6, 0)
    );
}

#[test]
fn functions_that_gowasp_added_stay_and_are_no_sign_of_another_build() {
    let trace = "    at wasm://wasm/8ab3:wasm-function[13]:0x1062\n";
    let (out, tally) = translated(trace, true);
    assert_eq!((out.as_str(), tally.foreign), (trace, 0));
    let node = NODE.replace("[12]", "[13]").replace("4144", "4193");
    let (out, tally) = in_pieces(node.as_bytes(), node.len());
    assert_eq!((out, tally.foreign), (node.into_bytes(), 0));
}

#[test]
fn frames_without_offset_are_translated_only_for_a_known_build() {
    let trace = "<?>.wasm-function[12]@[wasm code]\n\t.$12(i32,i32) i32\n\tenv.$99(i32)\n";
    let (out, tally) = translated(trace, false);
    assert_eq!((out.as_str(), tally.without_offset), (trace, 3));
    let (out, _) = translated(trace, true);
    assert_eq!(
        out,
        "<?>.main.run@[wasm code]\n\t.main.run(i32,i32) i32\n\tenv.$99(i32)\n"
    );
}

/// Function 12 begins at 0x1030, which is 4144.
const NODE: &str = r#"{"functionName":"wasm-function[12]","scriptId":"140","url":"wasm://wasm/8ab3","lineNumber":0,"columnNumber":4144}"#;
const GO_NODE: &str = r#"{"columnNumber":0,"functionName":"main.run","lineNumber":4,"scriptId":"140","url":"/app/main.go"}"#;

fn in_pieces(text: &[u8], size: usize) -> (Vec<u8>, Tally) {
    let symbols = symbols();
    let mut symbolicator = Symbolicator::new(&symbols, false);
    let mut out = Vec::new();
    for piece in text.chunks(size) {
        symbolicator.piece(piece, &mut out);
    }
    symbolicator.flush(&mut out);
    (out, symbolicator.tally())
}

#[test]
fn functions_in_profiles_become_gos_wherever_they_are_cut() {
    let other = NODE.replace("4144", "4145");
    let profile = |node: &str| {
        format!(
            r#"{{"nodes":[{{"id":1,"callFrame":{node},"hitCount":3}},{{"id":2,"callFrame":{other}}},{{"n":"{{wasm-function["}},{node}],"samples":[1,2]}}"#
        )
    };
    let (text, wanted) = (profile(NODE), profile(GO_NODE));
    assert_translated(&text, &wanted);
    for size in 1..text.len() {
        let (out, tally) = in_pieces(text.as_bytes(), size);
        assert_eq!(String::from_utf8_lossy(&out), wanted, "pieces of {size}");
        assert_eq!((tally.translated, tally.foreign), (2, 1));
    }
}

#[test]
fn pieces_of_rubbish_stay_and_do_not_pile_up() {
    let mut text = b"{\"wasm-function[".repeat(4000);
    text.extend(b"\xff{\"functionName\":\"wasm-function[12]\",".repeat(3));
    assert_eq!(in_pieces(&text, 1000).0, text);
    let symbols = symbols();
    let mut symbolicator = Symbolicator::new(&symbols, false);
    let mut out = Vec::new();
    for _ in 0..100 {
        symbolicator.piece(&[b'{'; 1000], &mut out);
        symbolicator.piece(&[b'x'; LONGEST_LINE], &mut out);
        assert!(symbolicator.held.len() <= 2 * LONGEST_LINE);
    }
}

#[test]
fn other_text_stays_byte_for_byte() {
    for text in [
        "",
        "\n",
        "wasm-function[",
        "at wasm-function[12]",
        "wasm-function[12]:0x",
        "  at x (wasm-function[99999999999]:0x1040)",
        " - 3: 0x1040",
        "cost.$12(a)b c",
        "3: 0x1040 -",
        "\u{e9}at \u{e9}(wasm-function[12]:0x1040",
    ] {
        let mut out = Vec::new();
        let symbols = symbols();
        let mut symbolicator = Symbolicator::new(&symbols, false);
        symbolicator.line(text.as_bytes(), &mut out);
        symbolicator.line(b"\xff\xfe wasm-function[12]:0x1040", &mut out);
        symbolicator.flush(&mut out);
        let wanted = [text.as_bytes(), b"\xff\xfe wasm-function[12]:0x1040"].concat();
        assert_eq!(out, wanted);
    }
}

/// `main.run` has number 0x12, and a call at PC 5 in `main.step`, which is inlined there; `main.step` has number 0x13.
pub(super) fn stripped(inlines: bool) -> Symbols {
    let mut symbols = symbols();
    let mut traces = symbols.positions.clone();
    let function = &mut traces.functions[0];
    function.range = 0..20;
    for (row, offset) in function.rows.iter_mut().zip([0, 5, 6, 9]) {
        (row.offset, row.is_site) = (offset, true);
    }
    let mut step = function.clone();
    (step.index, step.subprogram, step.range) = (0x13, 1, 0..0);
    (step.calls, step.rows) = (Vec::new(), Vec::new());
    function.index = 0x12;
    traces.functions.push(step);
    symbols.traces = Some(traces);
    symbols.stripped = ["names", "lines"].map(String::from).to_vec();
    if inlines {
        symbols.stripped.push("inlines".into());
    }
    symbols
}

#[track_caller]
fn assert_go_trace(symbols: &Symbols, trace: &str, wanted: &str) {
    let mut symbolicator = Symbolicator::new(symbols, false);
    let mut out = Vec::new();
    for line in trace.split_inclusive('\n') {
        symbolicator.line(line.as_bytes(), &mut out);
    }
    symbolicator.flush(&mut out);
    assert_eq!(String::from_utf8(out).expect("text"), wanted);
}

#[test]
fn gos_own_traces_get_names_lines_and_inlined_frames_back() {
    let wanted = "panic: x\n\ngoroutine 1 [running]:\nmain.step(...)\n\t/app/main.go:21\nmain.run(0x1)\n\t/app/main.go:7 +0x5\nmain.run()\n\t/app/main.go:9 +0x9\ncreated by main.run in goroutine 4\n\t/app/main.go:21 +0x5\nexit status 2\n";
    let behind = "?.12(0x1)\n\t?:0 +0x5\n?.12()\n\t?:0 +0x9\ncreated by ?.12 in goroutine 4\n\t?:0 +0x5\nexit status 2\n";
    let before = "panic: x\n\ngoroutine 1 [running]:\n";
    assert_go_trace(&stripped(true), &format!("{before}{behind}"), wanted);
    let own_frame = "?.13(...)\n\t?:0\n";
    assert_go_trace(
        &stripped(false),
        &format!("{before}{own_frame}{behind}"),
        wanted,
    );
    // Cut off where the frame of the function itself would come.
    assert_go_trace(&stripped(false), own_frame, "main.step(...)\n\t?:0\n");
}

#[test]
fn gos_traces_of_another_build_stay() {
    for trace in [
        "?.12()\n\t?:0 +0x4\n",
        "?.99()\n\t?:0 +0x5\n",
        "?.12()\n\t?:0 +0xfffffffff\n",
        "?.12()\nnothing\n",
        "?.12()",
        "?.13(...)\n\t?:0\r",
        "created by ?.12\n\t\n",
        "\t?:0 +0x5\n",
    ] {
        let translated = match trace.starts_with("?.13") {
            true => trace.replace("?.13", "main.step"),
            false => trace.to_owned(),
        };
        assert_go_trace(&stripped(true), trace, &translated);
    }
}
