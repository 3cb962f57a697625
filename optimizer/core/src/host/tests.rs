use super::*;
use crate::optimize;
use wasmi::{Engine, Linker, Module as Loaded, Store};

/// Sleeps, writes, and says what its host answered.
const PROGRAM: &str = r#"(module
    (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
    (import "host" "own" (func $own (result i32)))
    (memory (export "memory") 2)
    (data (i32.const 8) "\00\01\00\00\03\00\00\00\00\02\00\00\04\00\00\00\09\00\00\00\09\00\00\00")
    (global $started (mut i32) (i32.const 0))
    (func (export "_initialize") (global.set $started (i32.add (global.get $started) (i32.const 1))))
    (func (export "started") (result i32) (global.get $started))
    (func (export "run") (result i32) (global.get $started))
    (func (export "events") (result i32)
        (drop (call $poll (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 24)))
        (i32.load (i32.const 24)))
    (func (export "written") (result i32)
        (drop (call $write (i32.const 1) (i32.const 8) (i32.const 2) (i32.const 24)))
        (i32.load (i32.const 24)))
    (func (export "preopened") (result i32) (call $prestat (i32.const 3) (i32.const 24)))
    (func (export "own") (result i32) (call $own)))"#;

fn options(change: impl FnOnce(&mut Options)) -> Options {
    let mut options = Options::default();
    change(&mut options);
    options
}

fn adapted(options: &Options) -> Vec<u8> {
    let wasm = wat::parse_str(PROGRAM).expect("text");
    optimize(&wasm, options).expect("can be adapted").wasm
}

/// What an export returns under a host that has nothing but `host.own`.
fn call(wasm: &[u8], names: &[&str]) -> Vec<i32> {
    let engine = Engine::default();
    let module = Loaded::new(&engine, wasm).expect("valid");
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    linker.func_wrap("host", "own", || 77).expect("new");
    let instance = linker
        .instantiate_and_start(&mut store, &module)
        .expect("nothing is missing");
    let mut call = |name: &&str| {
        let function = instance.get_func(&store, name).expect("exported");
        let mut results = vec![wasmi::Val::I32(0); function.ty(&store).results().len()];
        function
            .call(&mut store, &[], &mut results)
            .expect("returns");
        results.first().and_then(wasmi::Val::i32).unwrap_or(-1)
    };
    names.iter().map(&mut call).collect()
}

#[test]
fn what_the_host_lacks_is_answered_in_the_module() {
    let names = ["poll_oneoff", "fd_write", "fd_prestat_get", "sock_accept"];
    let wasm = adapted(&options(|options| {
        options.stub_missing = names.map(str::to_owned).into();
    }));
    let input = Input::read(&wasm).expect("valid");
    let imports: Vec<_> = input.imports.iter().map(|import| import.name).collect();
    assert_eq!(imports, ["own"], "all others are gone");
    let bad_descriptor = 8;
    assert_eq!(
        call(&wasm, &["events", "written", "preopened", "own"]),
        [0, 7, bad_descriptor, 77]
    );
}

#[test]
fn what_must_come_from_the_host_is_refused() {
    let wasm = wat::parse_str(PROGRAM).expect("text");
    for name in ["random_get", "clock_time_get", "no_such_function"] {
        let options = options(|options| options.stub_missing = vec![name.to_owned()]);
        let refused = optimize(&wasm, &options).expect_err("refused");
        assert!(refused.message().contains(name), "{refused}");
    }
}

#[test]
fn the_first_export_initializes_once() {
    let change = |options: &mut Options| {
        options.initialize_first = true;
        options.stub_missing = stubbed_functions().map(str::to_owned).collect();
    };
    let wasm = adapted(&options(change));
    assert_eq!(call(&wasm, &["started", "started"]), [1, 1]);
    assert_eq!(
        call(&wasm, &["run"]),
        [1],
        "the program's own, in a reactor"
    );
    assert_eq!(
        call(&wasm, &["_initialize", "started"]),
        [-1, 1],
        "as hosts do it that know"
    );
    let command = wat::parse_str(r#"(module (memory 1) (func (export "_start")))"#).expect("text");
    let options = options(|options| options.initialize_first = true);
    assert!(optimize(&command, &options).is_err());
}

#[test]
fn memory_has_a_limit_that_the_program_can_start_with() {
    let wasm = adapted(&options(|options| options.max_memory = Some(5 * PAGE + 1)));
    let text = wasmprinter::print_bytes(&wasm).expect("valid");
    assert!(text.contains("2 5)"), "{text}");
    let wasm = wat::parse_str(PROGRAM).expect("text");
    let options = options(|options| options.max_memory = Some(PAGE));
    let refused = optimize(&wasm, &options).expect_err("two pages are needed");
    assert!(refused.message().contains("131072 bytes"), "{refused}");
}

#[test]
fn hosts_are_known_with_sources() {
    for host in HOSTS {
        assert!(
            !host.source.is_empty() && host.read.len() == 10,
            "{}",
            host.name
        );
        assert!(
            host.has.iter().all(|name| stubs::ALL.contains(name)),
            "{}",
            host.name
        );
    }
    let envoy: Vec<_> = known_host("envoy").expect("known").lacks().collect();
    assert!(
        envoy.contains(&"poll_oneoff") && !envoy.contains(&"fd_write"),
        "{envoy:?}"
    );
}
