//! How much memory a program declares, and what it does under hosts that give it no more.

use crate::fixture;
use gowasp_core::input::Input;
use gowasp_core::{Options, optimize};
use wasm_encoder::{MemorySection, MemoryType, RawSection, SectionId};
use wasmi::{
    Caller, Engine, Error, Extern, ExternType, Linker, Memory, Module, Store, StoreLimits,
    StoreLimitsBuilder, Val,
};

const PAGE: usize = 1 << 16;

/// What a run came to.
#[derive(Debug, PartialEq)]
struct Run {
    exit_code: Option<i32>,
    printed: String,
    /// Pages in the end.
    pages: u64,
}

struct Host {
    limits: StoreLimits,
    printed: Vec<u8>,
}

/// Runs a `GOOS=wasip1` program that prints and does no more, under a host that gives it at most so many pages.
fn run(wasm: &[u8], most_pages: u64) -> Run {
    let engine = Engine::default();
    let module = Module::new(&engine, wasm).expect("valid");
    let host = Host {
        limits: StoreLimitsBuilder::new()
            .memory_size(most_pages as usize * PAGE)
            .build(),
        printed: Vec::new(),
    };
    let mut store = Store::new(&engine, host);
    store.limiter(|host| &mut host.limits);
    let mut linker = Linker::new(&engine);
    for import in module.imports() {
        let ExternType::Func(ty) = import.ty() else {
            continue;
        };
        let call = match import.name() {
            "fd_write" => fd_write,
            "proc_exit" => proc_exit,
            "clock_time_get" => clock_time_get,
            _ => nothing,
        };
        (linker.func_new(import.module(), import.name(), ty.clone(), call)).expect("once");
    }
    let instance = linker.instantiate_and_start(&mut store, &module);
    let instance = instance.expect("instantiates");
    let start = instance.get_func(&store, "_start").expect("a command");
    let ended = start.call(&mut store, &[], &mut []);
    let memory = instance.get_memory(&store, "memory").expect("exported");
    Run {
        exit_code: ended.expect_err("Go exits").i32_exit_status(),
        printed: String::from_utf8_lossy(&store.data().printed).into_owned(),
        pages: memory.size(&store),
    }
}

fn nothing(_: Caller<'_, Host>, _: &[Val], _: &mut [Val]) -> Result<(), Error> {
    Ok(())
}

fn proc_exit(_: Caller<'_, Host>, arguments: &[Val], _: &mut [Val]) -> Result<(), Error> {
    Err(Error::i32_exit(arguments[0].i32().expect("a code")))
}

/// Some time that is not 0, which Go does not believe.
fn clock_time_get(
    mut host: Caller<'_, Host>,
    arguments: &[Val],
    _: &mut [Val],
) -> Result<(), Error> {
    let memory = (host.get_export("memory").and_then(Extern::into_memory)).expect("exported");
    let address = arguments[2].i32().expect("an address").cast_unsigned();
    let written = memory.write(&mut host, address as usize, &1_u64.to_le_bytes());
    written.expect("inside");
    Ok(())
}

/// Go writes one buffer at a time.
fn fd_write(mut host: Caller<'_, Host>, arguments: &[Val], _: &mut [Val]) -> Result<(), Error> {
    let memory = (host.get_export("memory").and_then(Extern::into_memory)).expect("exported");
    let vector = arguments[1].i32().expect("an address").cast_unsigned();
    let address = word(memory, &host, vector) as usize;
    let len = word(memory, &host, vector + 4) as usize;
    let bytes = memory.data(&host)[address..address + len].to_vec();
    host.data_mut().printed.extend(bytes);
    Ok(())
}

fn word(memory: Memory, host: &Caller<'_, Host>, address: u32) -> u32 {
    let mut bytes = [0; 4];
    let read = memory.read(host, address as usize, &mut bytes);
    read.expect("inside");
    u32::from_le_bytes(bytes)
}

fn declared(wasm: &[u8]) -> u64 {
    let input = Input::read(wasm).expect("valid");
    input.memory_min.expect("Go has a memory")
}

fn optimized(wasm: &[u8], keep_memory: bool) -> Vec<u8> {
    let mut options = Options::default();
    options.keep_memory = keep_memory;
    optimize(wasm, &options).expect("a Go program").wasm
}

/// The module with another size of its memory, and otherwise the bytes that Go wrote: code that has been written again
/// is not optimized.
fn with_memory(wasm: &[u8], initial: u64, maximum: Option<u64>) -> Vec<u8> {
    let mut module = wasm_encoder::Module::new();
    for section in Input::read(wasm).expect("valid").sections {
        if section.id == SectionId::Memory as u8 {
            let mut memories = MemorySection::new();
            memories.memory(MemoryType {
                minimum: initial,
                maximum,
                memory64: false,
                shared: false,
                page_size_log2: None,
            });
            module.section(&memories);
        } else {
            module.section(&RawSection {
                id: section.id,
                data: &wasm[section.range],
            });
        }
    }
    module.finish()
}

#[test]
fn a_program_never_takes_more_memory_than_before() {
    let Some(wasm) = fixture::program() else {
        return;
    };
    let small = optimized(wasm, false);
    assert!(
        declared(&small) + 10 < declared(wasm),
        "as much is declared"
    );
    let before = run(wasm, u64::from(u16::MAX));
    assert_eq!(
        (before.exit_code, before.printed.as_str()),
        (Some(0), "hi\n")
    );
    // What Go needed in the end is enough, and one page less too little, for either.
    assert_eq!(run(&small, before.pages), before);
    let refused = run(wasm, before.pages - 1);
    assert_eq!(refused.exit_code, Some(2), "{}", refused.printed);
    assert_eq!(run(&small, before.pages - 1).exit_code, Some(2));
}

#[test]
fn a_program_does_not_run_where_the_memory_cannot_grow() {
    let Some(wasm) = fixture::program() else {
        return;
    };
    let before = run(wasm, declared(wasm));
    assert_eq!(before.exit_code, Some(2), "{}", before.printed);
    assert!(
        before.printed.contains("out of memory"),
        "{}",
        before.printed
    );
    let after = run(&optimized(wasm, false), declared(wasm));
    assert_eq!(after.exit_code, Some(2), "{}", after.printed);
}

#[test]
fn the_size_of_a_memory_with_a_maximum_stays() {
    let Some(wasm) = fixture::program() else {
        return;
    };
    let pages = declared(wasm);
    let limited = with_memory(wasm, pages, Some(1000));
    assert_eq!(declared(&optimized(&limited, false)), pages);
    assert_eq!(declared(&optimized(wasm, true)), pages, "--keep-memory");
}

/// The columns need more than the data, which is all that this program declares.
#[test]
fn as_much_is_declared_as_the_columns_need() {
    let Some(wasm) = fixture::program() else {
        return;
    };
    let input = Input::read(wasm).expect("valid");
    let end = |segment: &gowasp_core::input::DataSegment| {
        let address = segment.address.expect("constant") as usize;
        address + segment.range.len()
    };
    let data = input.data.iter().map(end).max().expect("Go has data");
    let tight = with_memory(wasm, data.div_ceil(PAGE) as u64, None);
    let raised = optimized(&tight, false);
    assert!(Input::read(&raised).expect("valid").start.is_some());
    assert!(declared(&raised) > declared(&tight));
    let kept = optimized(&tight, true);
    assert!(Input::read(&kept).expect("valid").start.is_none());
    assert_eq!(declared(&kept), declared(&tight));
}
