//! Code and method tables with one thing in them that should not be there.

use super::super::written::{Function, Role, Written};
use super::code::Mentions;
use super::is_trap;
use crate::index::Defined;
use crate::input::Input;
use std::collections::BTreeSet;

const SLOT: u32 = 0x1001;

fn function(name: &str, pc_f: u32) -> Function {
    Function {
        name: name.to_owned(),
        role: Role::Lifted,
        pc_f: Some(pc_f),
        is_assembly: false,
        args: None,
        deferreturn: None,
        pcsp: Vec::new(),
        looks_at_sp: false,
        stands_for_host: false,
    }
}

/// Whether a function with this code names the second one, which was taken out.
fn names(code: &str) -> bool {
    names_but_for(code, &[1])
}

/// The same, where functions at these positions may.
fn names_but_for(code: &str, may_name: &[u32]) -> bool {
    let text = format!(
        "(module (memory 1) (table 1 funcref) (global $sp (mut i32) (i32.const 0))
           (type $go (func (param i32 i32) (result i32)))
           (func $live (type $go) {code} (i32.const 0))
           (func $gone (type $go) unreachable))"
    );
    let wasm = wat::parse_str(text).expect("text of a module");
    let functions = vec![function("live", 0x1000), function("gone", SLOT)];
    let written = Written::of(Input::read(&wasm).expect("a module"), functions.into());
    let gone = BTreeSet::from([Defined(1)]);
    let may_name = may_name.iter().map(|at| Defined(*at)).collect();
    (Mentions::of(&written, &gone).first(&gone, &may_name)).is_some()
}

#[test]
fn calls_and_pcs_lead_to_functions() {
    assert!(!names("(drop (i64.const 0x10000001))"), "its own PC");
    assert!(!names("(drop (i32.const 0x1001))"), "a number");
    for leads in [
        "(drop (call $gone (i32.const 0) (i32.const 0)))",
        "(drop (i64.const 0x10010000))",
        "(drop (i32.const 0x10010007))",
        "(drop (i64.load offset=0x10010000 (i32.const 0)))",
        "(drop (call_indirect (type $go) (i32.const 0) (i32.const 0) (i32.const 0x1001)))",
    ] {
        assert!(names(leads), "{leads}");
        assert!(!names_but_for(leads, &[0, 1]), "{leads}");
    }
}

#[test]
fn what_does_nothing_but_trap_was_taken_out() {
    let wasm = wat::parse_str(
        "(module (global $sp (mut i32) (i32.const 0))
           (func unreachable)
           (func (global.set $sp (i32.const 8)) unreachable)
           (func nop unreachable))",
    )
    .expect("text of a module");
    let input = Input::read(&wasm).expect("a module");
    assert_eq!(
        [0, 1, 2].map(|at| is_trap(&input, Defined(at))),
        [true, false, false]
    );
}
