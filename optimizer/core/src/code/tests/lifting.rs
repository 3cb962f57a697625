//! Every sequence that Go writes, as text, is recognised; `near_misses` has what differs by one operator.

use crate::code::ReturnPc;
use crate::code::facts::Facts;
use crate::code::ir::{After, Callee, End, Expr, Function, SP, Stmt};
use crate::code::lift_function;
use crate::code::op::{Load, Op};
use crate::code::origin::At;
use crate::code::switches::show_goexit;
use crate::go::Pc;
use crate::go::abi::GLOBAL_SP;
use crate::index::FuncIndex;
use crate::input::Input;

/// Wasm indices of the functions below.
pub(super) const IMPORT: FuncIndex = FuncIndex(0);
pub(super) const CALLEE: FuncIndex = FuncIndex(1);
const SIGPANIC: FuncIndex = FuncIndex(2);
const MORESTACK: FuncIndex = FuncIndex(3);
const DIVIDE: FuncIndex = FuncIndex(4);
const BARRIER: FuncIndex = FuncIndex(5);
const OLD_BARRIER: FuncIndex = FuncIndex(6);
const TESTED: u32 = 7;
/// PC_F of the function under test.
pub(super) const PC_F: u32 = 0x1010;
/// A local of the function under test.
pub(super) const R0: u32 = 2;

pub(super) const RELOAD: &str = "global.get 0 local.set 1";
const SET_SP: &str = "local.tee 1 global.set 0";
/// The function's return address popped, and back.
pub(super) const RETURN: &str =
    "local.get 1 i32.const 8 i32.add local.tee 1 global.set 0 i32.const 0 return";
/// From a PC on the operand stack, up to Go 1.24 and from 1.25 on.
const INDIRECT_32: &str = "i32.wrap_i64 i32.const 16 i32.shr_u
    local.set 0 i32.const 0 local.get 0 call_indirect (type $go)";
pub(super) const INDIRECT_64: &str = "i64.const 16 i64.shr_u i32.wrap_i64
    local.set 0 i32.const 0 local.get 0 call_indirect (type $go)";

/// `SP -= 8; mem[SP] = PC` of this PC_B.
pub(super) fn push(pc_b: u32) -> String {
    push_pc(PC_F, pc_b)
}

pub(super) fn push_pc(pc_f: u32, pc_b: u32) -> String {
    let pc = Pc { f: pc_f, b: pc_b }.bits();
    format!("local.get 1 i32.const 8 i32.sub {SET_SP} local.get 1 i64.const {pc} i64.store")
}

/// Lifts a function with this code, `deferreturn` not called.
pub(super) fn lift(code: &str) -> Result<Function, &'static str> {
    lift_with("i32 i64 i64", code)
}

/// As [`lift`], of a function that declares these locals.
pub(super) fn lift_with(locals: &str, code: &str) -> Result<Function, &'static str> {
    let text = format!(
        r#"(module
            (type $go (func (param i32) (result i32)))
            (import "gojs" "import" (func (param i32)))
            (func $callee (type $go) i32.const 0)
            (func $sigpanic (type $go) i32.const 0)
            (func $morestack (type $go) i32.const 0)
            (func $divide (param i64 i64) (result i64)
                local.get 0 local.get 1 i64.div_s)
            (func $barrier (param i64) (result i64) global.get 0 i64.extend_i32_u)
            (func $old_barrier (param i64 i64) global.get 0 drop)
            (func $tested (type $go) (local {locals}) {code})
            (table 8 funcref)
            (elem (i32.const 0) $callee $sigpanic $morestack $tested)
            (memory 1)
            (global (mut i32) (i32.const 0)) (global (mut i64) (i64.const 0)))"#
    );
    let wasm = wat::parse_str(&text).expect("text of a module");
    let input = Input::read(&wasm).expect("a module");
    let facts = Facts::with_names(&input, |name| match name {
        "runtime.sigpanic" => Some(SIGPANIC),
        "runtime.morestack" => Some(MORESTACK),
        "runtime.gcWriteBarrier" => Some(OLD_BARRIER),
        _ => None,
    });
    let body = input.slice(&input.bodies[(TESTED - 1) as usize]);
    lift_function(body, (PC_F, 0), None, &facts, &mut Vec::new())
}

/// Two segments with an unwind exit, a call as the first one's end.
pub(super) fn calls(call: &str) -> String {
    two_segments(&format!("{call} br_if $unwind"), RETURN)
}

pub(super) fn two_segments(first: &str, second: &str) -> String {
    format!(
        "{RELOAD}
        block $unwind
            block $1 block $0 local.get 0 br_table $0 $1 end
            {first}
            end
            {second}
        end
        i32.const 1"
    )
}

/// One segment with an unwind exit.
pub(super) fn straight(code: &str) -> String {
    format!("{RELOAD} block $unwind {code} {RETURN} end i32.const 1")
}

/// The statements of a function that is one block.
pub(super) fn only_block(code: &str) -> Vec<Stmt> {
    let function = lift(&straight(code)).expect("Go's form");
    assert_eq!(function.blocks.len(), 1, "{function:#?}");
    let body = function.blocks[0].body.iter();
    body.map(|located| located.stmt.clone()).collect()
}

pub(super) fn go_call(pc_b: u32, callee: Callee, after: After) -> Stmt {
    Stmt::GoCall {
        pc: ReturnPc::Own(pc_b),
        callee,
        after,
    }
}

pub(super) fn shifted(pc: Expr) -> Callee {
    let pc_f = Expr::binary(Op::I64_SHR_U, pc, Expr::I64(16));
    Callee::Indirect(Box::new(Expr::unary(Op::I32_WRAP_I64, pc_f)))
}

#[test]
fn a_direct_call_and_its_resume_point() {
    let call = format!("{} i32.const 0 call $callee {RELOAD}", push(1));
    let function = lift(&calls(&call)).expect("Go's form");
    let [first, second] = &function.blocks[..] else {
        panic!("{function:#?}");
    };
    let expected = go_call(1, Callee::Direct(CALLEE), After::Resume);
    assert_eq!(first.body, [expected]);
    assert_eq!((&first.end, first.resume), (&End::Jump(1), None));
    assert_eq!(second.body, [Stmt::Return(8)]);
    assert_eq!(second.resume, Some(1));
}

#[test]
fn indirect_calls_of_all_releases() {
    for form in [INDIRECT_32, INDIRECT_64] {
        let call = format!("local.get 2 {} {form} {RELOAD}", push(1));
        let function = lift(&calls(&call)).expect("Go's form");
        let expected = go_call(1, shifted(Expr::Get(R0)), After::Resume);
        assert_eq!(function.blocks[0].body, [expected], "{form}");
    }
}

#[test]
fn a_call_that_must_not_unwind_traps_if_it_does() {
    let code = format!(
        "{} i32.const 0 call $callee {RELOAD} if unreachable end",
        push(1)
    );
    let expected = go_call(1, Callee::Direct(CALLEE), After::MustNotUnwind);
    assert_eq!(only_block(&code), [expected, Stmt::Return(8)]);
}

#[test]
fn a_nil_check_never_comes_back() {
    let code = format!(
        "local.get 2 i64.eqz if {} i32.const 0 call $sigpanic {RELOAD} br_if $unwind end",
        push(3)
    );
    let raise = go_call(3, Callee::Direct(SIGPANIC), After::Never);
    let check = Stmt::If(
        Expr::unary(Op::I64_EQZ, Expr::Get(R0)),
        vec![raise.into()],
        Vec::new(),
    );
    assert_eq!(only_block(&code), [check, Stmt::Return(8)]);
}

#[test]
fn morestack_has_its_caller_entered_again() {
    let grow = format!(
        "local.get 1 i32.const 4096 i32.le_u
        if {} i32.const 0 call $morestack {RELOAD} br_if $unwind end",
        push(1)
    );
    let function = lift(&two_segments(
        "local.get 2 local.set 3",
        &format!("{grow} {RETURN}"),
    ));
    let function = function.expect("Go's form");
    let resumed: Vec<_> = function.blocks.iter().filter_map(|b| b.resume).collect();
    assert_eq!(
        resumed,
        [1],
        "at the PC that it pushed, which no call names"
    );
    // At PC_B 0 it is the start, which needs no resume point.
    let start = lift(&straight(&grow.replace(&push(1), &push(0)))).expect("Go's form");
    assert_eq!(start.blocks[0].resume, None);
    assert!(matches!(
        &start.blocks[0].body[0].stmt,
        Stmt::If(_, yes, _)
            if *yes == [go_call(0, Callee::Direct(MORESTACK), After::Never)]
    ));
}

#[test]
fn a_call_with_a_trap_behind_it_never_comes_back() {
    let call = format!("{} i32.const 0 call $callee {RELOAD}", push(1));
    let code = two_segments(&format!("{call} br_if $unwind"), "unreachable");
    let function = lift(&code).expect("Go's form");
    let expected = go_call(1, Callee::Direct(CALLEE), After::Never);
    assert_eq!(function.blocks.len(), 1);
    assert_eq!(function.blocks[0].body, [expected]);
}

#[test]
fn tail_calls() {
    let direct = "i32.const 0 call $callee return";
    assert_eq!(only_block(direct), [Stmt::TailCall(Callee::Direct(CALLEE))]);
    let indirect = format!("local.get 2 {INDIRECT_64} return");
    assert_eq!(
        only_block(&indirect),
        [Stmt::TailCall(shifted(Expr::Get(R0)))]
    );
}

#[test]
fn a_return_pops_frame_and_return_address_at_once() {
    let frame = format!("local.get 1 i32.const 48 i32.add {SET_SP}");
    assert_eq!(only_block(&frame), [Stmt::Return(56)]);
}

#[test]
fn frames_are_made_by_adding() {
    let lower = |n: i32| {
        let sum = Expr::binary(Op::I32_ADD, Expr::Get(SP), Expr::I32(n));
        Stmt::Set(SP, sum)
    };
    let code = format!("local.get 1 i32.const 48 i32.sub {SET_SP} local.get 2 local.set 3");
    let set = Stmt::Set(3, Expr::Get(R0));
    assert_eq!(only_block(&code), [lower(-48), set, Stmt::Return(8)]);
}

#[test]
fn an_unwind_of_its_own() {
    assert_eq!(only_block("i32.const 1 return"), [Stmt::Unwind]);
}

#[test]
fn imports_see_sp_and_may_move_it() {
    let code = format!("local.get 1 call {IMPORT} {RELOAD}");
    let shown = Stmt::SetGlobal(GLOBAL_SP, Expr::Get(SP));
    let body = only_block(&code);
    let [set, call, reload, over, Stmt::Return(8)] = &body[..] else {
        panic!("{body:#?}");
    };
    assert_eq!(*set, shown);
    assert!(matches!(call, Stmt::Call(IMPORT, arguments) if arguments.len() == 1));
    assert_eq!(*reload, Stmt::Set(SP, Expr::GetGlobal(GLOBAL_SP)));
    assert_eq!(*over, show_goexit(At::NOWHERE));
}

#[test]
fn functions_outside_the_convention_by_what_they_do() {
    let pure = "local.get 2 local.get 3 call $divide local.set 2";
    let quotient = Expr::Call(
        Box::new((DIVIDE, vec![Expr::Get(R0), Expr::Get(3)])),
        At::NOWHERE,
    );
    assert_eq!(only_block(pure), [Stmt::Set(R0, quotient), Stmt::Return(8)]);
    // One that reads global 0 finds SP there, and cannot move it.
    let body = only_block("local.get 2 call $barrier local.set 2");
    assert!(
        matches!(
            &body[..],
            [
                Stmt::SetGlobal(GLOBAL_SP, _),
                Stmt::Set(_, Expr::Call(call, _)),
                Stmt::Set(R0, _),
                Stmt::Return(8)
            ] if call.0 == BARRIER
        ),
        "{body:#?}"
    );
}

#[test]
fn the_write_barrier_up_to_go_1_20_pops_a_return_pc() {
    let code = format!(
        "local.get 2 local.get 3 {} call $old_barrier {RELOAD}",
        push(4)
    );
    let expected = Stmt::PushedCall {
        pc_b: 4,
        function: OLD_BARRIER,
        arguments: vec![Expr::Get(R0), Expr::Get(3)],
    };
    assert_eq!(only_block(&code), [expected, Stmt::Return(8)]);
}

#[test]
fn operands_that_wait_are_computed_before_what_could_change_them() {
    // mem[8] is read before it is written, although its value is used after.
    let code = "i32.const 8 i64.load  i32.const 8 i64.const 1 i64.store  local.set 2";
    let body = only_block(code);
    let [
        Stmt::Set(kept, Expr::Load(Load::I64, ..)),
        Stmt::Store(..),
        Stmt::Set(R0, value),
        _,
    ] = &body[..]
    else {
        panic!("{body:#?}");
    };
    assert_eq!(*value, Expr::Get(*kept));
}

#[test]
fn jumps_lead_to_the_segments_of_their_pcs() {
    // Segment 1 jumps back to itself at PC_B 1 or 2, or forward to segment 2 at any larger one.
    let code = format!(
        "{RELOAD}
        loop $entry
            block $2 block $1 block $0 local.get 0 br_table $0 $1 $1 $2 end
            local.get 2 local.set 3
            end
            local.get 3 i64.eqz if i32.const 7 local.set 0 br $entry end
            local.get 3 i64.const 1 i64.sub local.set 3
            i32.const 2 local.set 0 br $entry
            end
            {RETURN}
        end
        unreachable"
    );
    let function = lift(&code).expect("Go's form");
    let [start, head, rest, end] = &function.blocks[..] else {
        panic!("{function:#?}");
    };
    assert_eq!(start.end, End::Jump(1));
    assert!(
        matches!(head.end, End::Branch(_, 3, 2, _)),
        "{:?}",
        head.end
    );
    assert_eq!(rest.end, End::Jump(1));
    assert_eq!(end.body, [Stmt::Return(8)]);
}

#[test]
fn an_eight_byte_frame_with_a_constant_is_not_a_call() {
    let body = only_block(&format!("{} local.get 2 local.set 3", push(1)));
    assert!(matches!(
        &body[..],
        [
            Stmt::Set(SP, _),
            Stmt::Store(..),
            Stmt::Set(..),
            Stmt::Return(8)
        ]
    ));
}
