use super::{Edit, Signature};
use crate::error::Stage;
use crate::index::FuncIndex;
use crate::input::Input;
use crate::validate::validate;
use wasm_encoder::{ConstExpr, Function, ValType};
use wasmi::{Engine, Linker, Module, Store};

/// Calls its import with 1; the memory begins with a word in two segments, with a gap between them.
const PROGRAM: &str = r#"(module
    (import "host" "double" (func $double (param i32) (result i32)))
    (global $g (mut i32) (i32.const 0))
    (memory (export "memory") 1)
    (func (export "run") (result i32) (call $double (i32.const 1)))
    (data (i32.const 8) "\01\02")
    (data (i32.const 14) "\07\08"))"#;

fn edited(text: &str, change: impl FnOnce(&mut Edit<'_>)) -> Vec<u8> {
    let wasm = wat::parse_str(text).expect("text of a module");
    let input = Input::read(&wasm).expect("well-formed");
    let mut edit = Edit::new(&input);
    change(&mut edit);
    let out = edit.finish().expect("can be changed");
    validate(&out, Stage::Validate).expect("valid");
    out
}

fn signature(parameters: &[ValType], results: &[ValType]) -> Signature {
    (parameters.to_vec(), results.to_vec())
}

/// What an export returns, and the memory's word at 8.
fn run(wasm: &[u8], export: &str) -> (i32, u64) {
    let engine = Engine::default();
    let module = Module::new(&engine, wasm).expect("valid");
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    for name in ["double", "twice"] {
        linker.func_wrap("host", name, |x: i32| 2 * x).expect("new");
    }
    let instance = linker
        .instantiate_and_start(&mut store, &module)
        .expect("links");
    let function = instance
        .get_typed_func::<(), i32>(&store, export)
        .expect("exported");
    let memory = instance.get_memory(&store, "memory").expect("exported");
    let word = memory.data(&store)[8..16].try_into().expect("a word");
    let result = function.call(&mut store, ()).expect("returns");
    (result, u64::from_le_bytes(word))
}

#[test]
fn nothing_changes_nothing() {
    let wasm = wat::parse_str(PROGRAM).expect("text");
    assert_eq!(edited(PROGRAM, |_| {}), wasm);
}

#[test]
fn calls_are_redirected_but_not_those_of_what_is_added() {
    let out = edited(PROGRAM, |edit| {
        let global = edit.add_global(ValType::I32, ConstExpr::i32_const(40));
        let mut body = Function::new([]);
        let mut code = body.instructions();
        code.global_get(global).local_get(0).call(0).i32_add().end();
        let own = edit.add_function(signature(&[ValType::I32], &[ValType::I32]), body);
        edit.redirect_calls(FuncIndex(0), own);
        edit.export("own", own);
        edit.rename_import(0, "host", "twice");
    });
    assert_eq!(run(&out, "run").0, 42);
    let input = Input::read(&out).expect("valid");
    assert_eq!(
        (input.imports[0].module, input.imports[0].name),
        ("host", "twice")
    );
    assert!(input.exports.iter().any(|export| export.name == "own"));
}

#[test]
fn exports_get_another_name_and_function() {
    let out = edited(PROGRAM, |edit| {
        let mut body = Function::new([]);
        body.instructions().i32_const(7).end();
        let seven = edit.add_function(signature(&[], &[ValType::I32]), body);
        let run = edit
            .input()
            .exports
            .iter()
            .position(|export| export.name == "run");
        let run = run.expect("exported");
        edit.redirect_export(run, seven);
        edit.rename_export(run, "seven");
    });
    assert_eq!(run(&out, "seven").0, 7);
}

#[test]
fn a_word_of_memory_is_set_in_segments_and_between_them() {
    let word = 0x1122_3344_5566_7788;
    let out = edited(PROGRAM, |edit| edit.set_word(8, word));
    assert_eq!(run(&out, "run").1, word);
    // Where all that is not zero lies in segments, none is added.
    let out = edited(PROGRAM, |edit| edit.set_word(8, 0x0a0b_0000_0000_0c0d));
    assert_eq!(run(&out, "run").1, 0x0a0b_0000_0000_0c0d);
    assert_eq!(Input::read(&out).expect("valid").data.len(), 2);
}

#[test]
fn more_memory_is_declared_up_to_a_maximum() {
    let min = |out: &[u8]| Input::read(out).expect("valid").memory_min;
    assert_eq!(min(&edited(PROGRAM, |edit| edit.need_pages(3))), Some(3));
    assert_eq!(min(&edited(PROGRAM, |edit| edit.need_pages(1))), Some(1));
    let wasm = wat::parse_str("(module (memory 1 2))").expect("text");
    let input = Input::read(&wasm).expect("well-formed");
    let mut edit = Edit::new(&input);
    edit.need_pages(3);
    let refused = edit.finish().expect_err("too much");
    assert!(refused.message().contains("more than 2 pages"), "{refused}");
}

#[cfg(feature = "snapshot")]
#[test]
fn slots_are_redirected_but_not_calls() {
    let text = r#"(module
        (type $f (func (result i32)))
        (table 2 funcref)
        (elem (i32.const 0) func $one $two)
        (memory (export "memory") 1)
        (func $one (result i32) (i32.const 1))
        (func $two (result i32) (i32.const 2))
        (func (export "run") (result i32)
          (i32.add (i32.mul (call $one) (i32.const 100))
            (i32.add (i32.mul (call_indirect (type $f) (i32.const 0)) (i32.const 10))
              (call_indirect (type $f) (i32.const 1))))))"#;
    let wasm = edited(text, |edit| {
        let mut body = Function::new([]);
        body.instructions().i32_const(3).end();
        let three = edit.add_function(signature(&[], &[ValType::I32]), body);
        edit.redirect_slots(FuncIndex(0), three);
    });
    assert_eq!(run(&wasm, "run").0, 132);
}
