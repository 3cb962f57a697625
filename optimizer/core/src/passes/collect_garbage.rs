//! Removes what nothing reaches: functions, globals, types, tables, memories, passive segments, imports.
//!
//! Mark and sweep. Roots are exports, the start function and active segments, as in walrus's collector; function bodies
//! take part through their reference skeletons (`frame.rs`). On standard Go this finds next to nothing, because the
//! linker puts every function into the table; it pays on TinyGo, Rust and C. Linear.

use super::Outcome;
use crate::frame::Frame;
use crate::index::FuncIndex;
use crate::input::Input;
use crate::options::Options;

pub(super) fn run(frame: &mut Frame, input: &Input<'_>, _options: &Options) -> Outcome {
    let before = frame.live_functions();
    frame.collect_garbage();
    let after = frame.live_functions();
    let imported = input.imported_functions;

    let mut removed = 0;
    let mut saved = 0;
    for (index, (before, after)) in (0..).zip(before.iter().zip(&after)) {
        if *before && !*after {
            removed += 1;
            let position = imported.defined(FuncIndex(index));
            let body = position.and_then(|position| input.bodies.get(position.place()));
            saved += body.map_or(0, |body| body.len() as i64);
        }
    }
    Outcome {
        saved,
        note: format!("{removed} of {} functions", before.len()),
        ..Outcome::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::index::Imported;
    use crate::input::Input;
    use crate::{Options, optimize};

    fn optimized(text: &str) -> (Vec<u8>, String) {
        let wasm = wat::parse_str(text).expect("fixture");
        let out = optimize(&wasm, &Options::default())
            .expect("valid input")
            .wasm;
        let printed = wasmprinter::print_bytes(&out).expect("valid output");
        (out, printed)
    }

    #[test]
    fn unreached_functions_globals_and_imports_go() {
        let (out, printed) = optimized(
            r#"(module
                (import "env" "used" (func $used))
                (import "env" "unused" (func $unused (param f64)))
                (global $g (mut i32) (i32.const 1))
                (global $dead_global (mut i32) (i32.const 2))
                (func $dead call $unused_caller)
                (func $unused_caller f64.const 1 call $unused global.get $dead_global drop)
                (func $live (result i32) call $used global.get $g)
                (export "run" (func $live)))"#,
        );
        let input = Input::read(&out).expect("output is a module");
        assert_eq!(
            (input.imported_functions, input.bodies.len()),
            (Imported(1), 1),
            "{printed}"
        );
        assert!(
            !printed.contains("unused") && !printed.contains("i32.const 2"),
            "{printed}"
        );
    }

    #[test]
    fn functions_keep_their_order_whatever_their_size() {
        let (_, printed) = optimized(
            r#"(module
                (func $small (export "a") (result i32) i32.const 1)
                (func $dead (result i32) i32.const 99)
                (func $large (export "b") (result i32) i32.const 2 i32.const 3 i32.add i32.const 4 i32.add)
                (func $caller (export "c") (result i32) call $large call $small i32.add))"#,
        );
        let order: Vec<_> = [
            "(func (;0;)",
            "i32.const 1",
            "(func (;1;)",
            "i32.const 2",
            "(func (;2;)",
            "call 1",
            "call 0",
        ]
        .iter()
        .map(|part| printed.find(part))
        .collect();
        assert!(order.is_sorted() && !order.contains(&None), "{printed}");
    }

    #[test]
    fn every_kind_of_reference_keeps_its_target() {
        let (_, printed) = optimized(
            r#"(module
                (type $callee (func (param i64 f32) (result i32 i32)))
                (memory 1)
                (table $t 2 funcref)
                (elem $passive func $target)
                (data $d "abc")
                (func $target (type $callee) i32.const 1 i32.const 2)
                (func (export "f") (param v128 externref) (result i32 i32)
                    i32.const 0 i32.const 0 i32.const 3 memory.init $d
                    i32.const 0 i32.const 0 i32.const 1 table.init $t $passive
                    i64.const 0 f32.const 0 i32.const 0 call_indirect $t (type $callee)
                    (block (param i32 i32) (result i32 i32))))"#,
        );
        for part in ["memory.init 0", "table.init 0", "call_indirect", "\"abc\""] {
            assert!(printed.contains(part), "{part} in {printed}");
        }
    }

    #[test]
    fn functions_that_are_values_stay_declared() {
        for declaration in [
            "(elem func $value)",
            "(elem funcref (ref.func $value))",
            "(global funcref (ref.func $value))",
            "(elem declare func $value)",
        ] {
            let (_, printed) = optimized(&format!(
                r#"(module {declaration} (func $value)
                    (func (export "f") (result funcref) ref.func $value))"#
            ));
            assert!(printed.contains("ref.func"), "{declaration}: {printed}");
        }
    }

    #[test]
    fn what_is_declared_is_not_declared_again() {
        let (_, printed) = optimized(
            r#"(module (func $value (export "v")) (func (export "f") (result funcref) ref.func $value))"#,
        );
        assert!(!printed.contains("elem"), "{printed}");
    }
}
