//! The code map of optimized programs: every call and every instruction that can trap has an origin, and its frames are
//! those of Go's tables.

use crate::builds::Build;
use crate::packages;
use gowasp_core::codemap::{CodeMap, InlinedBy, OriginId, code_start};
use gowasp_core::go::{Field, Frame, Identity, Pc, Program, funcdata, pcdata};
use gowasp_core::index::{Defined, FuncIndex};
use gowasp_core::input::Input;
use gowasp_core::snapshot::{SnapshotOptions, snapshot};
use gowasp_core::{Checker, Options, Strip, optimize};
use std::collections::BTreeSet;
use wasmparser::{BinaryReader, FunctionBody, Operator};

/// The operators of a defined function with their offsets in the code section.
fn operators<'i>(input: &Input<'i>, place: usize) -> Vec<(Operator<'i>, u32)> {
    let start = code_start(input).expect("a code section");
    let range = &input.bodies[place];
    let body = FunctionBody::new(BinaryReader::new(input.slice(range), range.start));
    let reader = body.get_operators_reader().expect("a body");
    (reader.into_iter_with_offsets())
        .map(|operator| operator.expect("an operator"))
        .map(|(operator, offset)| (operator, (offset - start) as u32))
        .collect()
}

/// Whether it calls, or traps on some operands.
fn is_asked(operator: &Operator<'_>) -> bool {
    let name = format!("{operator:?}");
    let name = name.split([' ', '{']).next().unwrap_or_default();
    let accesses = (name.contains("Load") || name.contains("Store")) && !name.contains("Atomic");
    let divides = name.starts_with('I') && (name.contains("Div") || name.contains("Rem"));
    let converts = name.contains("Trunc") && name.starts_with('I') && !name.contains("Sat");
    accesses
        || divides
        || converts
        || matches!(
            operator,
            Operator::Call { .. }
                | Operator::CallIndirect { .. }
                | Operator::Unreachable
                | Operator::MemoryCopy { .. }
                | Operator::MemoryFill { .. }
                | Operator::MemoryInit { .. }
        )
}

/// Checks that the map names every call and trap of a module, in all functions but those that were added. Returns how many.
fn names_every_one(
    input: &Input<'_>,
    map: &CodeMap,
    is_added: impl Fn(FuncIndex) -> bool,
) -> usize {
    let mut count = 0;
    for place in 0..input.bodies.len() {
        let function = input.imported_functions.index(Defined::nth(place));
        if is_added(function) {
            continue;
        }
        for (operator, offset) in operators(input, place) {
            let run = map.at(offset).expect("a run");
            assert_eq!(run.function, function);
            let told = || format!("function {function}, offset {offset:#x}: {operator:?}");
            assert!(run.origin.is_some(), "no origin: {}", told());
            if is_asked(&operator) {
                assert!(
                    run.exact && run.new == offset,
                    "not exact: {} {run:?}",
                    told()
                );
                count += 1;
            }
        }
    }
    count
}

/// The frames of an origin down to the first that Go's stack has one of its own for.
fn physical<'p>(map: &CodeMap, origin: OriginId, program: &'p Program) -> Vec<Told<'p>> {
    let frames = map.frames(origin, program).expect("well-formed tables");
    let own = frames
        .iter()
        .position(|frame| frame.inlined != Some(InlinedBy::Compiler));
    let own = own.expect("a function of its own");
    let told = frames[..=own]
        .iter()
        .map(|frame| (frame.function, frame.file, frame.line));
    told.collect()
}

type Told<'p> = (&'p str, Option<&'p str>, Option<u32>);

fn told<'p>(frame: &Frame<'p>) -> Told<'p> {
    (frame.function, frame.file, frame.line)
}

/// The return PC that a direct call by the convention passes, with the callee.
fn passed(
    before: &[(Operator<'_>, u32)],
    own_pc_f: u32,
    base: Option<u32>,
) -> Option<(Pc, FuncIndex)> {
    let bits = |value: i32| Pc::of_bits(u64::from(value.cast_unsigned()));
    let (
        rest,
        [
            (Operator::LocalGet { local_index: 1 }, _),
            (Operator::Call { function_index }, _),
        ],
    ) = before.split_last_chunk::<2>()?
    else {
        return None;
    };
    let pc = match rest {
        [
            ..,
            (Operator::LocalGet { local_index }, _),
            (Operator::I32Const { value }, _),
            (Operator::I32Add, _),
        ] if Some(*local_index) == base => Pc {
            f: own_pc_f,
            b: value.cast_unsigned(),
        },
        [.., (Operator::I32Const { value }, _)] => bits(*value).filter(|pc| *pc >= Pc::FIRST)?,
        _ => return None,
    };
    Some((pc, FuncIndex(*function_index)))
}

/// At every direct call: the frames that the map gives from the original's tables are those that the output's own tables
/// give for the return PC that is passed. Returns how many calls there were.
fn frames_agree(output: &Input<'_>, map: &CodeMap, before: &Program, after: &Program) -> usize {
    let mut count = 0;
    for function in after.functions() {
        let place = output.imported_functions.defined(function.wasm_index());
        let operators = operators(output, place.expect("defined").place());
        let base = match operators.as_slice() {
            [
                (Operator::I32Const { .. }, _),
                (Operator::LocalSet { local_index }, _),
                ..,
            ] => Some(*local_index),
            _ => None,
        };
        for end in 1..=operators.len() {
            let Some((pc, callee)) = passed(&operators[..end], function.pc_f(), base) else {
                continue;
            };
            let of = after.by_pc_f(pc.f).expect("a function with this PC");
            let faults = (after.by_wasm_index(callee)).is_some_and(|callee| {
                callee.name() == "runtime.sigpanic"
                    || callee.name().starts_with("runtime.morestack")
            });
            let asked = if faults { pc.b } else { pc.b.saturating_sub(1) };
            let frames = of.frames_at(asked).expect("well-formed tables");
            let run = map.at(operators[end - 1].1).expect("a run");
            let origin = run.origin.expect("an origin");
            let mapped = physical(map, origin, before);
            let frames: Vec<Told<'_>> = frames.iter().map(told).collect();
            assert_eq!(mapped, frames, "{} {pc:?}", function.name());
            count += 1;
        }
    }
    count
}

/// Everything about one program; how many calls and traps its output has.
fn check(wasm: &[u8]) -> usize {
    let input = Input::read(wasm).expect("a module");
    let identity = Identity::of(&input);
    let program = Program::read(&input, &identity).expect("a Go program");
    let original = CodeMap::of_input(&input, Some(&program)).expect("it can be read");
    let offset_of = |run: &gowasp_core::codemap::Run| {
        let origin = run.origin.and_then(|id| original.origin(id));
        origin.expect("an origin").offset
    };
    assert!(original.runs().iter().all(|run| offset_of(run) == run.new));

    let mut options = Options::default();
    options.code_map = true;
    // Nothing is left out to please the checker.
    options.strict = true;
    let optimized = optimize(wasm, &options).expect("a Go program");
    let map = optimized.code_map.as_ref().expect("asked for");
    let output = Input::read(&optimized.wasm).expect("a module");
    let named = &optimized.symbols.positions.functions;
    let named: BTreeSet<u32> = named.iter().map(|function| function.index).collect();
    // The start function, and those that compute-p256 adds, which stand behind all others.
    let is_added = |function: FuncIndex| !named.contains(&function.0);
    let first = named.last().map_or(0, |last| last + 1);
    let behind = output.functions.len() - first as usize;
    assert!(behind <= 7, "{behind} functions without a name");
    let asked = names_every_one(&output, map, is_added);
    let added = |run: &&gowasp_core::codemap::Run| !is_added(run.function);
    let without = map
        .runs()
        .iter()
        .filter(added)
        .filter(|run| run.origin.is_none());
    assert_eq!(
        without.count(),
        0,
        "statements and expressions without an origin"
    );
    let after = Program::read(&output, &identity).expect("tables that are made again");
    let calls = frames_agree(&output, map, &program, &after);
    assert!(calls * 4 > asked / 4, "{calls} of {asked}");
    // What was put in the place of a call says where that was.
    assert!(
        map.origins()
            .iter()
            .any(|origin| origin.inlined_at.is_some())
    );
    asked
}

#[test]
fn of_a_program() {
    for goos in ["js", "wasip1"] {
        if let Some(wasm) = Build::local(goos).module() {
            assert!(check(&wasm) > 10_000);
        }
    }
}

/// A snapshot has the code of the module that it was made of, and passes the same check.
#[test]
fn of_a_snapshot() {
    let build = Build {
        program: "exports",
        ..Build::local("wasip1")
    };
    let Some(wasm) = build.module() else {
        return;
    };
    let mut options = Options::default();
    options.code_map = true;
    options.strict = true;
    let before = optimize(&wasm, &options).expect("a reactor");
    let module = Input::read(&before.wasm).expect("a module");
    options.snapshot = true;
    let optimized = optimize(&wasm, &options).expect("its initialization needs no host");
    let alone = snapshot(&before.wasm, &SnapshotOptions::default()).expect("the same");
    assert!(optimized.wasm == alone.wasm);

    let map = optimized.code_map.as_ref().expect("asked for");
    let output = Input::read(&optimized.wasm).expect("a module");
    let is_added = |function: FuncIndex| {
        Some(function) == module.start || function.0 as usize >= module.functions.len()
    };
    assert!(names_every_one(&output, map, is_added) > 5_000);
    let runs = map.runs().iter();
    assert!(
        runs.filter(|run| is_added(run.function))
            .all(|run| run.origin.is_none())
    );

    // What a trace says of an instruction is what it said before.
    let lines = |optimized: &gowasp_core::Optimized| -> Vec<_> {
        let positions = &optimized.symbols.positions;
        let rows = positions.functions.iter().flat_map(|function| {
            let levels = |row| format!("{:?}", positions.levels(function, row));
            function
                .rows
                .iter()
                .map(move |row| (function.index, levels(row)))
        });
        rows.collect()
    };
    assert!(lines(&optimized) == lines(&before));
}

#[test]
fn of_esbuild() {
    if let Some(wasm) = packages::module("esbuild-wasm/esbuild.wasm") {
        assert!(check(&wasm) > 200_000);
    }
}

/// A table that is computed must be read through the function that computes it.
#[test]
fn another_way_to_a_computed_table_is_refused() {
    let Some(wasm) = packages::module("esbuild-wasm/esbuild.wasm") else {
        return;
    };
    let optimized = optimize(&wasm, &Options::default()).expect("a Go program");
    let checker = Checker::new(&wasm, &optimized).expect("nothing is wrong");
    let output = Input::read(&optimized.wasm).expect("a module");
    let reader = (0..output.bodies.len()).rev().find(|place| {
        let index = output.imported_functions.index(Defined::nth(*place));
        let ty = output.function_type(index).expect("a type");
        ty.params().is_empty() && ty.results() == [wasmparser::ValType::I64]
    });
    let reader = reader.expect("esbuild has TLS");
    let operators = operators(&output, reader);
    let ending = match operators[..] {
        [.., (Operator::I64Load { .. }, load), (Operator::End, end)] => Some((load, end)),
        _ => None,
    };
    let (load, end) = ending.expect("it returns what it loads");
    // The lowest bits of the offset: the variable beside the pointer.
    let start = code_start(&output).expect("a code section");
    assert!(end > load + 3);
    let mut damaged = optimized.wasm.clone();
    damaged[start + load as usize + 2] ^= 8;
    let index = output.imported_functions.index(Defined::nth(reader));
    let fault = checker
        .check(&damaged, index)
        .expect_err("not that pointer");
    assert_eq!(fault.rule(), "computed");
}

/// Where a byte of memory is in the file.
fn in_file(input: &Input<'_>, address: u64) -> usize {
    let found = input.data.iter().find_map(|segment| {
        let from = address.checked_sub(segment.address?.into())?;
        let from = usize::try_from(from).ok()?;
        (from < segment.range.len()).then_some(segment.range.start + from)
    });
    found.expect("a byte of a segment")
}

/// Tables stay where the passes left them, so that a place in memory is one in the file.
fn options_for_damages() -> Options {
    let mut options = Options::default();
    options.code_map = true;
    // Nothing is left out to please the checker.
    options.strict = true;
    options.skip = ["group-tables", "columnar-tables"]
        .map(String::from)
        .to_vec();
    options
}

/// The rule that refuses a module with another byte at an address.
fn rule_against(
    (checker, index): (&Checker<'_>, FuncIndex),
    (input, address): (&Input<'_>, u64),
    byte: impl Fn(u8) -> u8,
) -> &'static str {
    let mut damaged = input.bytes.to_vec();
    let at = in_file(input, address);
    damaged[at] = byte(damaged[at]);
    let fault = checker.check(&damaged, index);
    fault.expect_err("something is wrong").rule()
}

/// Damages the tables and the code of a program, each time in another way, and expects that the checker refuses it.
#[test]
fn damages_are_refused() {
    let Some(wasm) = Build::local("js").module() else {
        return;
    };
    let options = options_for_damages();
    let optimized = optimize(&wasm, &options).expect("a Go program");
    let checker = Checker::new(&wasm, &optimized).expect("nothing is wrong");
    let input = Input::read(&optimized.wasm).expect("a module");
    let program = Program::read(&input, &Identity::of(&input)).expect("its tables");
    let function = (program.functions())
        .find(|function| function.name() == "fmt.(*pp).doPrintf")
        .expect("every program that prints has it");
    let index = function.wasm_index();
    let refused = |address: u64, byte: &dyn Fn(u8) -> u8| {
        let rule = rule_against((&checker, index), (&input, address), byte);
        assert_eq!(rule, "tables");
    };
    checker
        .check(&optimized.wasm, index)
        .expect("nothing is wrong");

    let lines = function.pcln().expect("a table").address();
    refused(lines, &|byte| byte.wrapping_add(2));
    let map_index = function
        .pcdata(pcdata::STACK_MAP_INDEX)
        .expect("a table")
        .address();
    refused(map_index, &|byte| byte.wrapping_add(2));
    let maps = function
        .funcdata(funcdata::LOCALS_POINTER_MAPS)
        .expect("stack maps");
    refused(maps + 8, &|byte| byte ^ 1);

    // A store into the frame, `i64.store offset=n`, becomes two drops.
    let place = input
        .imported_functions
        .defined(index)
        .expect("defined")
        .place();
    let start = code_start(&input).expect("a code section");
    let is_short = |operator: &Operator<'_>| matches!(operator, Operator::I64Store { memarg } if memarg.offset < 128);
    let stores = operators(&input, place)
        .into_iter()
        .filter(|(operator, _)| is_short(operator));
    let mut refusals = 0;
    for (_, offset) in stores.take(20) {
        let at = start + offset as usize;
        let mut damaged = optimized.wasm.clone();
        damaged[at..at + 3].copy_from_slice(&[0x1a, 0x1a, 0x01]);
        refusals += usize::from(checker.check(&damaged, index).is_err());
    }
    assert!(refusals > 15, "{refusals} of 20");
}

/// Where the placeholder of another function differs from this one in a single byte, and that byte.
fn neighbour(program: &Program, name: &str) -> Option<(usize, u8)> {
    program.functions().find_map(|other| {
        let bytes = || name.bytes().zip(other.name().bytes()).enumerate();
        let mut others = bytes().filter(|(_, (own, other))| own != other);
        let (at, (_, digit)) = others.next()?;
        let is_only = others.next().is_none() && other.name().len() == name.len();
        is_only.then_some((at, digit))
    })
}

/// What was stripped on purpose is accepted; damage beside it is not.
#[test]
fn damages_to_stripped_tables_are_refused() {
    let Some(wasm) = Build::local("js").module() else {
        return;
    };
    let mut options = options_for_damages();
    options.all_rules = true;
    options.strip = Strip::ALL.to_vec();
    let optimized = optimize(&wasm, &options).expect("a Go program");
    let checker = Checker::new(&wasm, &optimized).expect("nothing is wrong");
    let input = Input::read(&optimized.wasm).expect("a module");
    let program = Program::read(&input, &Identity::of(&input)).expect("its tables");
    let positions = &optimized.symbols.positions;
    let known = positions.functions.iter().find(|function| {
        positions.subprograms[function.subprogram as usize].name == "fmt.(*pp).doPrintf"
    });
    let index = FuncIndex(known.expect("every program that prints has it").index);
    let function = program.by_wasm_index(index).expect("in the tables");
    assert!(function.name().starts_with("?."), "{}", function.name());
    assert!(function.pcln().is_none() && function.inline_tree().is_none());
    let refused = |address: u64, byte: &dyn Fn(u8) -> u8| {
        let rule = rule_against((&checker, index), (&input, address), byte);
        assert_eq!(rule, "tables");
    };
    let map_index = function.pcdata(pcdata::STACK_MAP_INDEX).expect("a table");
    refused(map_index.address(), &|byte| byte.wrapping_add(2));
    let maps = function
        .funcdata(funcdata::LOCALS_POINTER_MAPS)
        .expect("stack maps");
    refused(maps + 8, &|byte| byte ^ 1);
    let names = program
        .module()
        .table(program.memory().bytes(), Field::FuncNameTab)
        .expect("a table");
    let name = names.range().start + u64::from(function.record().name);
    refused(name, &|_| b'x');
    let (at, digit) = neighbour(&program, function.name()).expect("placeholders count");
    refused(name + at as u64, &|_| digit);
}
