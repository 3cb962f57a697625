//! A small program in Go's own convention, with a trampoline and a write barrier, before and after it is adapted.

use super::program::encoded;
use crate::code::copied::Original;
use crate::code::dispatch::{self, Backward};
use crate::code::encode::Style;
use crate::code::facts::Facts;
use crate::code::lift_function;
use crate::code::lower::{Target, adapted};
use crate::code::pc::PcWidth;
use crate::index::{Defined, FuncIndex};
use crate::input::Input;
use crate::reindex::Reindex;
use proptest::prelude::*;
use wasm_encoder::{CodeSection, FunctionSection, Module, RawSection};
use wasmi::{Caller, Engine, Instance, Linker, Store};

/// Two functions of the convention, of which the second calls the first twice, directly and through the table,
/// and a trampoline that enters functions by the PC at SP - 8 until PAUSE is set.
///
/// `$leaf` by choice returns, or pops its return address and unwinds, as a goroutine that is scheduled away.
const PROGRAM: &str = r#"(module
    (type $old (func (param i32) (result i32)))
    (type $new (func (param i32 i32) (result i32)))
    (import "host" "log" (func $log (param i32)))
    (import "host" "choose" (func $choose (result i32)))
    (table 5000 funcref)
    (elem (i32.const 0x1001) $leaf $twice $tail $odd $moved)
    (memory (export "memory") 1)
    (global $sp (export "sp") (mut i32) (i32.const 4096))
    (global $pause (mut i64) (i64.const 0))
    (global $g (mut i64) (i64.const 0))

    (func $leaf (export "leaf_body") (type $old) (local i32)
        global.get $sp local.set 1
        local.get 1 call $log
        global.get $sp local.set 1
        call $choose
        if
            block
                local.get 1 i32.const 8 i32.add local.tee 1 global.set $sp
                i32.const 1
                return
            end
        end
        local.get 1 i32.const 8 i32.add local.tee 1 global.set $sp
        i32.const 0
        return)

    (func $twice (type $old) (local i32 i64)
        global.get $sp local.set 1
        block $unwind
            loop $entry
                block block block
                    local.get 0 br_table 0 1 2
                end
                i32.const 100 call $log
                global.get $sp local.set 1
                local.get 1 i32.const 8 i32.sub local.tee 1 global.set $sp
                local.get 1 i64.const 0x10020001 i64.store
                i32.const 0 call $leaf
                global.get $sp local.set 1
                br_if $unwind
                end
                i32.const 101 call $log
                global.get $sp local.set 1
                i64.const 7 local.tee 2 local.get 2
                local.get 1 i32.const 8 i32.sub local.tee 1 global.set $sp
                local.get 1 i64.const 0x10020009 i64.store
                call $barrier
                global.get $sp local.set 1
                i64.const 0x10010000
                local.get 1 i32.const 8 i32.sub local.tee 1 global.set $sp
                local.get 1 i64.const 0x10020002 i64.store
                i64.const 16 i64.shr_u i32.wrap_i64
                local.set 0 i32.const 0 local.get 0 call_indirect (type $old)
                global.get $sp local.set 1
                br_if $unwind
                end
                local.get 1 call $log
                global.get $sp local.set 1
                i64.const 1 global.set $pause
                local.get 1 i32.const 8 i32.add local.tee 1 global.set $sp
                i32.const 0
                return
            end
            unreachable
        end
        i32.const 1)

    ;; Nothing but a jump: no locals of its own.
    (func $tail (type $old)
        i32.const 102 call $log
        i32.const 0 call $twice
        return)

    ;; Not as Go writes functions: it ends by a branch that carries its result.
    (func $odd (type $old)
        i32.const 103 call $log
        i32.const 0 call $tail
        if (result i32) i32.const 1 br 1 else i32.const 0 end)

    ;; As another tool may write functions: SP is in local 3, local 1 is an i32 that begins with zero, local 2 one that is
    ;; the result of a call, and the type of the indirect call is equal to Go's and another.
    (func $moved (type $old) (local i32 i32 i32)
        local.get 1 call $log
        global.get $sp local.tee 3 call $log
        local.get 3 i32.const 8 i32.sub local.tee 3 global.set $sp
        local.get 3 i64.const 0x10050001 i64.store
        local.get 0 i32.const 0 local.get 0 select
        i32.const 0x1003 call_indirect (type $same) local.set 2
        global.get $sp local.set 3
        local.get 2 if i32.const 1 return end
        local.get 3 i32.const 8 i32.add global.set $sp
        i32.const 0)

    (func (export "run") (param $slot i32)
        (local $f i32)
        global.get $sp i32.const 8 i32.sub global.set $sp
        local.get $slot local.set $f
        i32.const 0 local.get $f call_indirect (type $old)
        call $log
        loop $next
            global.get $pause i64.eqz i32.eqz
            if return end
            global.get $sp i32.const 8 i32.sub i32.load16_u
            global.get $sp i32.const 8 i32.sub i32.load16_u offset=2
            call_indirect (type $old)
            call $log
            br $next
        end)

    ;; The write barrier up to Go 1.20: outside the convention, but it pops a return PC.
    (func $barrier (param i64 i64)
        global.get $sp i32.const 16 i32.sub global.set $sp
        global.get $sp local.get 0 local.get 1 i64.add i64.store
        global.get $sp call $log
        global.get $sp i32.load offset=16 call $log
        global.get $sp i32.const 16 i32.add global.set $sp
        global.get $sp i32.const 8 i32.add global.set $sp)

    (type $same (func (param i32) (result i32))))"#;

/// Wasm indices: the functions of the convention follow each other.
const LEAF: FuncIndex = FuncIndex(2);
const TWICE: FuncIndex = FuncIndex(3);
const TAIL: FuncIndex = FuncIndex(4);
const BARRIER: FuncIndex = FuncIndex(8);

/// PC_F of `$leaf`; those of the others follow.
fn first_pc_f(pcs: PcWidth) -> u32 {
    match pcs {
        PcWidth::Bits32 => 0x1001,
        PcWidth::Bits64 => 0x1_1001,
    }
}

/// The type index of the new convention.
const CONVENTION: u32 = 1;

/// The program, with PC_Fs of this width.
fn program(pcs: PcWidth) -> Vec<u8> {
    let text = match pcs {
        PcWidth::Bits32 => PROGRAM.to_owned(),
        PcWidth::Bits64 => PROGRAM
            .replace("$new (func (param i32 i32)", "$new (func (param i64 i32)")
            .replace("const 0x100", "const 0x1100")
            .replace("i32.load16_u offset=2", "i32.load offset=2")
            .replace("table 5000", "table 70000"),
    };
    wat::parse_str(text).expect("text of a module")
}

/// What the host records, and the choices that it has left.
#[derive(Default)]
struct Host {
    log: Vec<i32>,
    choices: Vec<bool>,
}

/// The program in the new convention: of `lifted` functions the body is lifted and encoded, of all others adapted.
fn converted(wasm: &[u8], lifted: &[FuncIndex], pcs: PcWidth) -> Vec<u8> {
    let input = Input::read(wasm).expect("a module");
    // An export would keep a function out of the convention; this one is only for the test to call.
    let mut unexported = Input::read(wasm).expect("a module");
    unexported.exports.clear();
    let mut facts = Facts::with_names(&unexported, |name| {
        (name == "runtime.gcWriteBarrier").then_some(BARRIER)
    });
    facts.pcs = pcs;
    in_new_convention(&input, &facts, |index, body| {
        let is_lifted = lifted.contains(&index);
        is_lifted.then(|| lift(body, index, &facts))
    })
}

/// A module whose functions of Go's convention get the type [`CONVENTION`]. Bodies are adapted, but for those that `lifted`
/// gives.
pub(super) fn in_new_convention(
    input: &Input<'_>,
    facts: &Facts,
    lifted: impl Fn(FuncIndex, &[u8]) -> Option<Vec<u8>>,
) -> Vec<u8> {
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for (position, body) in input.bodies.iter().enumerate() {
        let index = input.imported_functions.index(Defined::nth(position));
        functions.function(match facts.is_go(index) {
            true => CONVENTION,
            false => input.functions[index.0 as usize],
        });
        let body = input.slice(body);
        if let Some(lifted) = lifted(index, body) {
            code.raw(&lifted);
            continue;
        }
        let original = Original {
            bytes: body,
            base: 0,
        };
        let target = Target {
            indices: Reindex(None),
            marks: false,
        };
        let adapted = adapted(original, index, CONVENTION, facts, target);
        code.raw(&adapted.expect("fits").bytes);
    }
    let mut module = Module::new();
    for section in &input.sections {
        match section.id {
            3 => module.section(&functions),
            10 => module.section(&code),
            id => module.section(&RawSection {
                id,
                data: input.slice(&section.range),
            }),
        };
    }
    let wasm = module.finish();
    crate::validate::validate(&wasm, crate::Stage::Validate).expect("valid");
    wasm
}

/// A function by way of the IR.
fn lift(body: &[u8], index: FuncIndex, facts: &Facts) -> Vec<u8> {
    let pc_f = first_pc_f(facts.pcs) + (index.0 - LEAF.0);
    let mut function =
        lift_function(body, (pc_f, 0), None, facts, &mut Vec::new()).expect("Go's form");
    dispatch::insert(&mut function, Backward::Structured);
    let style = Style {
        convention: CONVENTION,
        pcs: facts.pcs,
        unwind_in_place: true,
        return_pc_base: true,
    };
    encoded(&function, pc_f, style).expect("no irreducible loop")
}

fn instance(wasm: &[u8], choices: Vec<bool>) -> (Store<Host>, Instance) {
    let engine = Engine::default();
    let host = Host {
        choices,
        ..Host::default()
    };
    let mut store = Store::new(&engine, host);
    let mut linker = Linker::new(&engine);
    let log = |mut caller: Caller<'_, Host>, value: i32| caller.data_mut().log.push(value);
    linker.func_wrap("host", "log", log).expect("a new name");
    let choose = |mut caller: Caller<'_, Host>| {
        let choice = caller.data_mut().choices.pop();
        u32::from(choice.unwrap_or(false))
    };
    let added = linker.func_wrap("host", "choose", choose);
    added.expect("a new name");
    let module = wasmi::Module::new(&engine, wasm).expect("a module");
    let instance = linker.instantiate_and_start(&mut store, &module);
    (store, instance.expect("all imports are there"))
}

/// Everything that can be seen of a run: the log, the last SP, memory.
fn run(wasm: &[u8], slot: u32, choices: Vec<bool>) -> (Vec<i32>, String, Vec<u8>) {
    let (mut store, instance) = instance(wasm, choices);
    let run = instance.get_typed_func::<u32, ()>(&store, "run");
    let outcome = run.expect("exported").call(&mut store, slot);
    outcome.expect("no trap");
    let sp = instance.get_global(&store, "sp").expect("exported");
    let sp = format!("{:?}", sp.get(&store));
    let memory = instance.get_memory(&store, "memory").expect("exported");
    let memory = memory.data(&store).to_vec();
    (std::mem::take(&mut store.data_mut().log), sp, memory)
}

proptest! {
    #[test]
    fn the_program_runs_as_before(
        slot in 1..5u32,
        pcs in prop::sample::select(vec![PcWidth::Bits32, PcWidth::Bits64]),
        choices in prop::collection::vec(any::<bool>(), 0..8),
        lifted in prop::sample::subsequence(vec![LEAF, TWICE, TAIL], 0..=3),
    ) {
        let original = program(pcs);
        let slot = first_pc_f(pcs) + slot;
        let expected = run(&original, slot, choices.clone());
        let wasm = converted(&original, &lifted, pcs);
        prop_assert_eq!(run(&wasm, slot, choices), expected, "lifted {:?}", lifted);
    }
}

#[test]
fn an_adapted_callee_pushes_the_return_pc_of_a_call() {
    const PC: u32 = 0x1234_0005;
    let wasm = converted(&program(PcWidth::Bits32), &[], PcWidth::Bits32);
    let call = |choices| {
        let (mut store, instance) = instance(&wasm, choices);
        let leaf = instance.get_typed_func::<(u32, u32), u32>(&store, "leaf_body");
        let result = leaf.expect("exported").call(&mut store, (PC, 2048));
        let memory = instance.get_memory(&store, "memory").expect("exported");
        let pushed = memory.data(&store)[2040..2048].try_into();
        let pushed = u64::from_le_bytes(pushed.expect("eight bytes"));
        (result.expect("no trap"), pushed, store.data().log.clone())
    };
    // The lowered SP is logged; the result is SP behind the return.
    assert_eq!(call(vec![]), (2048, u64::from(PC), vec![2040]));
    let unwinds = vec![true];
    assert_eq!(call(unwinds), (0, u64::from(PC), vec![2040]));
}

#[test]
fn an_adapted_callee_pushes_a_return_pc_of_64_bits() {
    const PC: u64 = 0x12_1234_0005;
    let wasm = converted(&program(PcWidth::Bits64), &[], PcWidth::Bits64);
    let (mut store, instance) = instance(&wasm, vec![]);
    let leaf = instance.get_typed_func::<(u64, u32), u32>(&store, "leaf_body");
    let result = leaf.expect("exported").call(&mut store, (PC, 2048));
    assert_eq!(result.expect("no trap"), 2048);
    let memory = instance.get_memory(&store, "memory").expect("exported");
    assert_eq!(memory.data(&store)[2040..2048], PC.to_le_bytes());
}
