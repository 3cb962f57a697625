//! Who enters Go with nothing of it on the engine's stack raises the guard of the running goroutine's stack.

use super::adapting::in_new_convention;
use crate::code::facts::{Facts, Nesting};
use crate::input::Input;
use wasmi::{Engine, Instance, Linker, Store, Val};

/// A function of the convention, and three ways to it: through the table as the trampoline does, by an export, and by a
/// function that is neither, as the write barrier.
const PROGRAM: &str = r#"(module
    (type $old (func (param i32) (result i32)))
    (type $new (func (param i32 i32) (result i32)))
    (table 1 funcref)
    (elem (i32.const 0) $go)
    (memory (export "memory") 1)
    (global (export "sp") (mut i32) (i32.const 0))
    (global (mut i64) (i64.const 0))
    (global (export "g") (mut i64) (i64.const 0))
    (global (export "extra") (mut i32) (i32.const 0))
    (func $go (type $old) (local i32) i32.const 0)
    (func (export "trampoline") i32.const 0 i32.const 0 call_indirect (type $old) drop)
    (func (export "export") i32.const 0 call $go drop)
    (func $barrier i32.const 0 call $go drop)
    (func (export "barrier") call $barrier))"#;

const NESTING: Nesting = Nesting {
    bytes: 1024,
    depth: 16384,
    extra: 3,
};
/// The address of a g, of its guard, and of where its stack begins.
const G: u64 = 4096;
const GUARD: usize = 4096 + 16;
const HI_AT: usize = 4096 + 8;
/// Where its stack ends and begins, and the guard where the runtime puts it.
const LO: u64 = 8192;
const HI: u64 = 32_768;
const LOWEST: u64 = LO + 928;

/// All bodies adapted.
fn converted() -> Vec<u8> {
    let wasm = wat::parse_str(PROGRAM).expect("text of a module");
    let input = Input::read(&wasm).expect("a module");
    let mut facts = Facts::with_names(&input, |_| None);
    facts.nesting = Some(NESTING);
    in_new_convention(&input, &facts, |_, _| None)
}

/// Guard and `extra` after a way into Go.
fn enter(way: &str, g: u64, sp: u32, guard: u64, extra: i32) -> (u64, i32) {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let module = wasmi::Module::new(&engine, converted()).expect("a valid module");
    let instance: Instance = Linker::new(&engine)
        .instantiate_and_start(&mut store, &module)
        .expect("no imports");
    let globals = [
        ("sp", Val::I32(sp.cast_signed())),
        ("g", Val::I64(g.cast_signed())),
        ("extra", Val::I32(extra)),
    ];
    for (name, value) in globals {
        let global = instance.get_global(&store, name).expect("exported");
        global.set(&mut store, value).expect("of this type");
    }
    let memory = instance.get_memory(&store, "memory").expect("exported");
    memory.data_mut(&mut store)[GUARD..GUARD + 8].copy_from_slice(&guard.to_le_bytes());
    memory.data_mut(&mut store)[HI_AT..HI_AT + 8].copy_from_slice(&HI.to_le_bytes());
    let call = instance.get_typed_func::<(), ()>(&store, way);
    call.expect("exported")
        .call(&mut store, ())
        .expect("no trap");
    let bytes = memory.data(&store)[GUARD..GUARD + 8].try_into();
    let after = instance.get_global(&store, "extra").expect("exported");
    let extra = after.get(&store).i32().expect("an i32");
    (u64::from_le_bytes(bytes.expect("eight bytes")), extra)
}

#[test]
fn the_guard_is_raised_to_so_many_bytes_below_sp() {
    for way in ["trampoline", "export"] {
        let raised = |sp, guard| enter(way, G, sp, guard, 0).0;
        assert_eq!(raised(20_000, LOWEST), 20_000 - 1024, "{way}");
        // It was raised for a deeper SP.
        assert_eq!(raised(20_000, 15_000), 20_000 - 1024, "{way}");
        assert_eq!(raised(20_000, 18_976), 18_976, "{way}: it is there already");
        assert_eq!(raised(20_000, 19_500), 19_500, "{way}: it is higher");
        assert_eq!(raised(20_000, 18_975), 18_976, "{way}");
        let deepest = HI as u32 - 16_383;
        let is_raised = |sp| raised(sp, LOWEST) == u64::from(sp) - 1024;
        assert!(is_raised(deepest), "{way}");
        assert!(
            !is_raised(deepest - 1),
            "{way}: so much of the stack is in use"
        );
    }
}

#[test]
fn it_stays_where_the_runtime_asks_a_goroutine_to_stop() {
    for way in ["trampoline", "export"] {
        // stackPreempt, stackFork, stackForceMove (runtime/stack.go).
        for wish in [-1314_i64, -1234, -275] {
            let wish = wish.cast_unsigned();
            assert_eq!(enter(way, G, 20_000, wish, 0).0, wish, "{way}");
        }
    }
}

#[test]
fn a_g_without_a_stack_has_no_guard_to_raise() {
    for way in ["trampoline", "export"] {
        assert_eq!(enter(way, G, 20_000, 0, 0).0, 0, "{way}");
        assert_eq!(enter(way, 0, 0, LOWEST, 0).0, LOWEST, "{way}: no g, no SP");
    }
}

#[test]
fn a_large_frame_has_more_once() {
    for way in ["trampoline", "export"] {
        assert_eq!(
            enter(way, G, 20_000, LOWEST, 3000),
            (20_000 - 4024, 0),
            "{way}"
        );
        // All that there is.
        let all = (20_000 - 1024 - LOWEST) as i32;
        assert_eq!(enter(way, G, 20_000, LOWEST, all), (LOWEST, 0), "{way}");
    }
}

#[test]
fn whoever_is_called_by_go_leaves_the_guard_alone() {
    assert_eq!(enter("barrier", G, 20_000, LOWEST, 0), (LOWEST, 0));
}
