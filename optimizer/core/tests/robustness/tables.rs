//! Go's tables, grouped and taken apart into columns, are the same to who reads them.

use crate::fixture;
use gowasp_core::go::{Bytes, Func, Identity, PcRange, Program};
use gowasp_core::input::Input;
use gowasp_core::{Options, Preference, Status, optimize};
use wasmi::{Engine, ExternType, Linker, Module, Store};

fn optimized(wasm: &[u8], stop_after: Option<&str>, skip: &[&str]) -> Vec<u8> {
    let mut options = Options::default();
    options.stop_after = stop_after.map(str::to_owned);
    options.skip = skip.iter().map(|pass| (*pass).to_owned()).collect();
    optimize(wasm, &options).expect("a Go program").wasm
}

/// The memory of a module once it is instantiated, start function and all.
fn memory_at_start(wasm: &[u8]) -> Vec<u8> {
    let engine = Engine::default();
    let module = Module::new(&engine, wasm).expect("valid");
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    for import in module.imports() {
        if let ExternType::Func(ty) = import.ty() {
            let nothing = |_: wasmi::Caller<'_, ()>, _: &[wasmi::Val], _: &mut [wasmi::Val]| Ok(());
            (linker.func_new(import.module(), import.name(), ty.clone(), nothing))
                .expect("each import once");
        }
    }
    let instance = (linker.instantiate_and_start(&mut store, &module)).expect("instantiates");
    let memory = instance
        .exports(&store)
        .find_map(wasmi::Export::into_memory);
    memory.expect("Go exports its memory").data(&store).to_vec()
}

/// The start function leaves memory as the segments would have, working memory included; twice optimized as well.
#[test]
fn columns_come_back_as_they_were() {
    let Some(wasm) = fixture::program() else {
        return;
    };
    // So that both have memories of one size.
    let plain = optimized(wasm, None, &["columnar-tables", "fit-memory"]);
    let columnar = optimized(wasm, None, &["fit-memory"]);
    assert!(
        columnar.len() < plain.len() * 8 / 10,
        "nothing was taken out"
    );
    let expected = memory_at_start(&plain);
    assert!(memory_at_start(&columnar) == expected);
    let written = Input::read(&columnar).expect("valid");
    let release = |input: &Input<'_>| Identity::of(input).found.to_string();
    let before = Input::read(wasm).expect("valid");
    assert_eq!(
        release(&written),
        release(&before),
        "the release is not seen"
    );
    let again = optimized(&columnar, None, &[]);
    assert!(memory_at_start(&again) == expected);
}

/// Rebuilding takes time at the start, and nothing runs faster for it.
#[test]
fn a_program_that_is_to_be_fast_keeps_its_tables() {
    let Some(wasm) = fixture::program() else {
        return;
    };
    let mut options = Options::default();
    options.prefer = Some(Preference::Speed);
    let fast = optimize(wasm, &options).expect("a Go program");
    assert!(Input::read(&fast.wasm).expect("valid").start.is_none());
    let mut passes = fast.report.passes.iter();
    let pass = passes.find(|pass| pass.name == "columnar-tables");
    let status = &pass.expect("a pass of the table").status;
    assert!(
        matches!(status, Status::DidNothing(effect) if effect.left_alone.len() == 1),
        "{status:?}"
    );
    assert!(!fast.report.passes_run().contains(&"columnar-tables"));
}

/// What Go's runtime can learn of a function from its tables.
#[derive(Debug, PartialEq)]
struct Described {
    name: String,
    pc_values: Vec<Vec<PcRange>>,
    funcdata: Vec<Option<u64>>,
    inlined: Vec<(u32, u32, Option<i32>)>,
}

fn described(wasm: &[u8]) -> Vec<Described> {
    let input = Input::read(wasm).expect("valid");
    let program = Program::read(&input, &Identity::of(&input)).expect("Go's tables");
    let memory = program.memory().bytes();
    let gofunc = program
        .module()
        .word(memory, gowasp_core::go::Field::GoFunc);
    let ranges = |table: gowasp_core::go::PcValues<'_>| {
        table.map(|range| range.expect("well-formed")).collect()
    };
    let describe = |function: gowasp_core::go::Function<'_>| {
        let record = function.record();
        let tables = [function.pcsp(), function.pcfile(), function.pcln()];
        let pcdata = (0..record.npcdata).map(|id| function.pcdata(id));
        let calls = function.inlined_calls().expect("an inline tree");
        Described {
            name: function.name().to_owned(),
            pc_values: tables
                .into_iter()
                .chain(pcdata)
                .flatten()
                .map(ranges)
                .collect(),
            funcdata: (0..4)
                .map(|id| start_of_funcdata(memory, record, gofunc?, id))
                .collect(),
            inlined: calls
                .iter()
                .map(|c| (c.name, c.parent_pc, c.start_line))
                .collect(),
        }
    };
    program.functions().map(describe).collect()
}

/// The first eight bytes of funcdata that has no fewer: pointer maps, stack objects, inline trees.
fn start_of_funcdata(memory: Bytes<'_>, record: &Func, gofunc: u64, id: u32) -> Option<u64> {
    let offset = record.funcdata_offset(memory, id)?;
    memory.u64(gofunc + u64::from(offset))
}

#[test]
fn grouped_tables_say_what_they_said() {
    let Some(wasm) = fixture::program() else {
        return;
    };
    let before = optimized(wasm, Some("group-tables"), &["group-tables"]);
    let after = optimized(wasm, Some("group-tables"), &[]);
    assert!(before != after, "the pass did nothing");
    let (before, after) = (described(&before), described(&after));
    assert_eq!(before.len(), after.len());
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after);
    }
}
