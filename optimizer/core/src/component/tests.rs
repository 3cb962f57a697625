use super::*;
use crate::go::Field;
use crate::go::fixture::{BASE, FIRST_SLOT, Memory as Fixture, module};
use crate::input::PAGE;
use wasmi::{AsContext, Caller, Engine, Extern, Instance, Linker, Store, Val};

/// Where the fixture's variables end: in the middle of the third page.
const END: u64 = 0x2_8000;

/// A program of Go 1.`minor`, of tables alone.
fn program(minor: u16) -> Vec<u8> {
    let mut memory = Fixture::new(minor);
    let data_end = BASE + memory.bytes.len() as u64;
    memory.put_word(memory.field(Field::Bss), data_end);
    for field in [Field::EBss, Field::NoPtrBss, Field::ENoPtrBss, Field::End] {
        memory.put_word(memory.field(field), END);
    }
    module(&memory.bytes, FIRST_SLOT, Some(&format!("go1.{minor}.1")))
}

fn edited(wasm: &[u8], change: impl FnOnce(&mut Edit<'_>)) -> Vec<u8> {
    let input = Input::read(wasm).expect("a module");
    let mut edit = Edit::new(&input);
    change(&mut edit);
    let out = edit.finish().expect("can be changed");
    validate(&out, Stage::Component).expect("valid");
    out
}

fn read(wasm: &[u8]) -> (Input<'_>, Identity, Program) {
    let input = Input::read(wasm).expect("a module");
    let identity = Identity::of(&input);
    let program = Program::read(&input, &identity).expect("a program");
    (input, identity, program)
}

/// Calls an export of a module without imports.
fn call(
    store: &mut Store<()>,
    instance: &Instance,
    name: &str,
    arguments: &[i32],
) -> std::result::Result<i32, wasmi::Error> {
    let function = instance.get_func(&mut *store, name).expect("exported");
    let mut results = [Val::I32(0)];
    let arguments: Vec<Val> = arguments.iter().map(|n| Val::I32(*n)).collect();
    function.call(store, &arguments, &mut results)?;
    Ok(results[0].i32().expect("an i32"))
}

fn instance(wasm: &[u8]) -> (Store<()>, Instance) {
    let engine = Engine::default();
    let module = wasmi::Module::new(&engine, wasm).expect("valid");
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    // What the fixture's module imports.
    let exit = linker.func_wrap("gojs", "runtime.wasmExit", |sp: i32| sp);
    exit.expect("defined once");
    let instance = linker.instantiate_and_start(&mut store, &module);
    (store, instance.expect("no other imports"))
}

#[test]
fn pages_are_reserved_between_variables_and_heap() {
    for minor in 21..=27 {
        let wasm = program(minor);
        let (_, _, before) = read(&wasm);
        let out = edited(&wasm, |edit| {
            reserve_adapter_pages::run(edit, &before).expect("room");
        });
        let (_, _, after) = read(&out);
        let end = after.module().word(after.memory().bytes(), Field::End);
        assert_eq!(end, Some(5 * PAGE), "go1.{minor}: the third page, and two");
        let (mut store, instance) = instance(&out);
        let mut ask = |arguments: &[i32]| call(&mut store, &instance, refuse::REALLOC, arguments);
        let page = PAGE as i32;
        assert_eq!(ask(&[0, 0, 8, page]).expect("the state"), 3 * page);
        assert_eq!(ask(&[0, 0, 16, page - 16]).expect("the stack"), 4 * page);
        assert!(ask(&[0, 0, 1, 17]).is_err(), "no third page");
        assert!(
            ask(&[3 * page, page, 8, 2 * page]).is_err(),
            "nothing grows"
        );
    }
}

#[test]
fn a_program_that_has_run_is_refused() {
    let mut memory = Fixture::new(26);
    let data_end = BASE + memory.bytes.len() as u64;
    memory.put_word(memory.field(Field::Bss), data_end - 8);
    for field in [Field::EBss, Field::NoPtrBss, Field::ENoPtrBss, Field::End] {
        memory.put_word(memory.field(field), END);
    }
    let wasm = module(&memory.bytes, FIRST_SLOT, Some("go1.26.1"));
    let (input, _, program) = read(&wasm);
    let refused = reserve_adapter_pages::run(&mut Edit::new(&input), &program);
    assert!(refused.is_err_and(|error| {
        error
            .hint()
            .is_some_and(|hint| hint.contains("has run already"))
    }));
}

/// Asks for the time when it is called, and when it allocates; `wait` lets time pass.
const CLOCKS: &str = r#"(module
    (import "wasi_snapshot_preview1" "clock_time_get" (func $time (param i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (global $unused (mut i32) (i32.const 0))
    (func $now (param $id i32) (result i64)
        (drop (call $time (local.get $id) (i64.const 0) (i32.const 8)))
        (i64.load (i32.const 8)))
    (func (export "now") (param i32) (result i64) (call $now (local.get 0)))
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (if (local.get 3) (then (drop (call $poll (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))))
        (i32.wrap_i64 (call $now (local.get 0)))))"#;

/// The host's clocks: its own calls counted, realtime 1,000 later than monotonic.
#[derive(Default)]
struct Host {
    calls: u64,
    is_inside: bool,
}

#[test]
fn clocks_are_answered_without_the_host_while_it_may_not_be_called() {
    let wasm = wat::parse_str(CLOCKS).expect("text");
    let out = edited(&wasm, |edit| {
        guard_canonical::run(edit).expect("known types");
    });
    let engine = Engine::default();
    let module = wasmi::Module::new(&engine, &out[..]).expect("valid");
    let mut store = Store::new(&engine, Host::default());
    let mut linker = Linker::new(&engine);
    let time = |mut caller: Caller<'_, Host>, id: i32, _: i64, address: i32| {
        assert!(!caller.data().is_inside, "called while it may not be");
        caller.data_mut().calls += 1;
        let now = caller.data().calls + if id == 0 { 1000 } else { 0 };
        let memory = caller
            .get_export("memory")
            .and_then(Extern::into_memory)
            .expect("exported");
        memory
            .write(&mut caller, address as usize, &now.to_le_bytes())
            .expect("in bounds");
        0
    };
    linker
        .func_wrap("wasi_snapshot_preview1", "clock_time_get", time)
        .expect("new");
    let poll = |caller: Caller<'_, Host>, _: i32, _: i32, _: i32, _: i32| {
        assert!(!caller.data().is_inside, "called while it may not be");
        0
    };
    linker
        .func_wrap("wasi_snapshot_preview1", "poll_oneoff", poll)
        .expect("new");
    let instance = linker
        .instantiate_and_start(&mut store, &module)
        .expect("links");
    let now = instance
        .get_typed_func::<i32, i64>(&store, "now")
        .expect("exported");
    let realloc = instance
        .get_typed_func::<(i32, i32, i32, i32), i32>(&store, "cabi_realloc")
        .expect("exported");

    assert_eq!(now.call(&mut store, 1).expect("monotonic"), 1);
    assert_eq!(now.call(&mut store, 0).expect("realtime"), 1002);
    store.data_mut().is_inside = true;
    assert_eq!(
        realloc.call(&mut store, (1, 0, 8, 0)).expect("monotonic"),
        1
    );
    assert_eq!(
        realloc.call(&mut store, (0, 0, 8, 0)).expect("realtime"),
        1002
    );
    assert_eq!(
        realloc.call(&mut store, (1, 0, 8, 1)).expect("1 ms later"),
        1_000_001
    );
    store.data_mut().is_inside = false;
    // The host's clock is behind what was told: it is not believed.
    assert_eq!(now.call(&mut store, 1).expect("monotonic"), 1_000_001);
    assert_eq!(store.as_context().data().calls, 3);
}

#[test]
fn modules_without_canonical_exports_are_not_guarded() {
    let text = CLOCKS.replace("cabi_realloc", "other");
    let wasm = wat::parse_str(text).expect("text");
    assert_eq!(
        edited(&wasm, |edit| guard_canonical::run(edit).expect("known")),
        wasm
    );
}

#[test]
fn exits_hand_on_the_code() {
    let wasm = wat::parse_str(
        r#"(module (import "wasi_snapshot_preview1" "proc_exit" (func (param i32))) (memory 1))"#,
    );
    let out = edited(&wasm.expect("text"), exit_code::run);
    let input = Input::read(&out).expect("valid");
    assert_eq!(input.imports[0].module, "wasi:cli/exit@0.2.12");
    assert_eq!(input.imports[0].name, "exit-with-code");
}

#[test]
fn the_world_of_exports_has_names_that_components_may_have() {
    let wasm = wat::parse_str(
        r#"(module (memory 1)
            (func (export "_initialize"))
            (func (export "processData") (param i32 f64) (result i64) unreachable)
            (func (export "use"))
            (func (export "größe"))
            (func (export "a:b/c@1.0.0#odd") (param i32) (result i32) unreachable))"#,
    );
    let mut notes = Vec::new();
    let mut text = String::new();
    let out = edited(&wasm.expect("text"), |edit| {
        let world = kebab_names::run(edit, &mut notes).expect("numbers");
        text = world.expect("a reactor").text;
    });
    assert!(
        text.contains("export process-data: func(p0: s32, p1: f64) -> s64;"),
        "{text}"
    );
    assert!(text.contains("export %use: func();"), "{text}");
    assert!(
        text.contains("interface c {\n    odd: func(p0: s32) -> s32;"),
        "{text}"
    );
    assert!(notes[0].contains("größe"), "{notes:?}");
    let mut module = out;
    let world = WorldSource {
        files: vec![("own.wit".to_owned(), text)],
        ..WorldSource::default()
    };
    embed_world::run(&mut module, &world).expect("what is printed can be read");
    encode::run(&module, Adapter::Reactor).expect("module and world match");
}

#[test]
fn faults_in_a_world_are_named() {
    let world = |text: &str, name: Option<&str>| WorldSource {
        files: vec![("my.wit".to_owned(), text.to_owned())],
        name: name.map(str::to_owned),
        ..WorldSource::default()
    };
    let fault = |world: &WorldSource| {
        let wasm = wat::parse_str("(module)").expect("text");
        embed_world::run(&mut wasm.clone(), world)
            .expect_err("a fault")
            .to_string()
    };
    let text = fault(&world("package a:b;\nworld w { export f: func(; }", None));
    assert!(text.contains("my.wit:2"), "{text}");
    let two = "package a:b; world one {} world two {}";
    assert!(
        fault(&world(two, None)).contains("world"),
        "{}",
        fault(&world(two, None))
    );
    assert!(fault(&world(two, Some("three"))).contains("three"));
}

#[test]
fn what_cannot_become_a_component_is_refused_with_a_reason() {
    let refused = |text: &str| {
        let wasm = wat::parse_str(text).expect("text");
        component(&wasm, &ComponentOptions::default())
            .expect_err("refused")
            .to_string()
    };
    let go = r#"(@custom "go:buildid" "\"a/b/c/d\"")"#;
    let wasi = r#"(import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))"#;
    let js = r#"(import "gojs" "runtime.wasmExit" (func (param i32)))"#;
    for (text, reason) in [
        (format!("(module {js} (memory 1) {go})"), "GOOS=js"),
        (
            format!("(module (memory 1) {go})"),
            "does not import wasi_snapshot_preview1",
        ),
        (format!("(module {wasi} (memory 1))"), "not of standard Go"),
        (
            format!(r#"(module {wasi} (import "a" "m" (memory 1)) {go})"#),
            "imports its memory",
        ),
        (
            format!("(module {wasi} (memory 1) (memory 1) {go})"),
            "2 memories",
        ),
        (
            format!(r#"(module {wasi} (memory 1) (func (export "cabi_realloc_adapter")) {go})"#),
            "exports cabi_realloc_adapter",
        ),
        (
            format!(r#"(module {wasi} (memory 1) {go} (@custom "component-type:x" ""))"#),
            "a world in it already",
        ),
    ] {
        let said = refused(&text);
        assert!(said.contains(reason), "{text}: {said}");
    }
    let component_itself = b"\0asm\x0d\0\x01\0";
    let said = component(component_itself, &ComponentOptions::default()).expect_err("refused");
    assert!(said.message().contains("component"), "{said}");
}

#[test]
fn an_adapter_must_start_the_module() {
    assert!(refuse::wrong_adapter(Adapter::Command, Some(Kind::Reactor)).is_err());
    assert!(refuse::wrong_adapter(Adapter::Proxy, Some(Kind::Command)).is_err());
    assert!(refuse::wrong_adapter(Adapter::Proxy, Some(Kind::Reactor)).is_ok());
}
