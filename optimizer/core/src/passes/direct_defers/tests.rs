//! Which calls of closures on the stack become direct, and which stay.

use super::*;
use crate::code::At;
use crate::code::ReturnPc;
use crate::code::tests::machine::{NEVER, STEADY};
use crate::code::tests::program;
use crate::code::{Access, After, End, Local, Store};
use crate::passes::cases;

/// Bytes of the frame of the functions that these tests make.
const FRAME: i32 = 64;
/// Where in it a closure is, and where the address of the deferred one.
const CLOSURE: u32 = 8;
const SLOT: u32 = 48;
/// PC of the closure's function, and of another.
const OF_STEADY: i64 = Pc::start(0x1005).bits().cast_signed();
const OF_ANOTHER: i64 = Pc::start(0x1006).bits().cast_signed();
/// An i64.
const LOCAL: Local = 4;

fn store(offset: u32, value: Expr) -> Stmt {
    let access = Access {
        offset,
        at: At::NOWHERE,
    };
    Stmt::Store(Store::I64, access, Expr::Get(SP), value)
}

fn address(offset: u32) -> Expr {
    let sp = Expr::unary(Op::I64_EXTEND_I32_U, Expr::Get(SP));
    Expr::binary(Op::I64_ADD, sp, Expr::I64(offset.into()))
}

fn call(pc_b: u32, callee: Callee) -> Stmt {
    Stmt::GoCall {
        pc: ReturnPc::Own(pc_b),
        callee,
        after: After::Resume,
    }
}

/// Through the table by the PC at this offset from an address.
fn indirect(offset: u32, address: Expr) -> Callee {
    let access = Access {
        offset,
        at: At::NOWHERE,
    };
    Callee::Indirect(Box::new(Expr::Load(
        Load::I32_16_U,
        access,
        Box::new(address),
    )))
}

/// Calls the closure on the stack.
fn call_closure() -> Vec<Stmt> {
    vec![
        Stmt::SetGlobal(GLOBAL_CTXT, address(CLOSURE)),
        call(9, indirect(CLOSURE + 2, Expr::Get(SP))),
    ]
}

/// Loads the deferred closure's address and calls it.
fn call_deferred(check_sets: bool) -> Vec<Stmt> {
    let access = Access {
        offset: SLOT,
        at: At::NOWHERE,
    };
    let value = Expr::Load(Load::I64, access, Box::new(Expr::Get(SP)));
    let raise = vec![call(8, Callee::Direct(NEVER)).into()];
    let check = |checked| Stmt::If(Expr::unary(Op::I64_EQZ, checked), raise, Vec::new());
    let mut body = match check_sets {
        true => vec![check(Expr::Tee(LOCAL, Box::new(value)))],
        false => vec![Stmt::Set(LOCAL, value), check(Expr::Get(LOCAL))],
    };
    let pointer = Expr::unary(Op::I32_WRAP_I64, Expr::Get(LOCAL));
    body.push(Stmt::SetGlobal(GLOBAL_CTXT, Expr::Get(LOCAL)));
    body.push(call(9, indirect(2, pointer)));
    body
}

/// The frame, these statements, a call that is resumed, and behind it those.
fn function(before: &[Stmt], behind: &[Stmt]) -> Function {
    let start = [
        &[Stmt::move_sp(-FRAME)],
        before,
        &[call(1, Callee::Direct(STEADY))],
    ]
    .concat();
    let mut function = program::function(vec![
        (start, End::Jump(1)),
        (behind.to_vec(), End::Jump(2)),
        (vec![Stmt::Return(FRAME as u32 + 8)], End::Stop),
    ]);
    function.blocks[1].resume = Some(1);
    function.blocks[2].resume = Some(9);
    function
}

fn resolved(before: &[Stmt], behind: &[Stmt]) -> (Count, Stmt) {
    let mut function = function(before, behind);
    let slot = i64::from(SLOT) - i64::from(FRAME);
    let callee = |pc| (pc == OF_STEADY).then_some(STEADY);
    let count = resolve(&mut function, FRAME as u32, Some(slot), &callee);
    let last = function.blocks[1].last().cloned();
    (count, last.expect("a call"))
}

const DIRECT: Count = Count {
    calls: 1,
    direct: 1,
};
const STAYS: Count = Count {
    calls: 1,
    direct: 0,
};

#[test]
fn a_closure_on_the_stack_is_called_directly() {
    let made = [store(CLOSURE, Expr::I64(OF_STEADY))];
    let (count, last) = resolved(&made, &call_closure());
    assert_eq!((count, last), (DIRECT, call(9, Callee::Direct(STEADY))));
}

#[test]
fn so_is_the_one_in_the_slot_of_the_first_defer() {
    let cleared = Stmt::MemoryFill(Box::new([
        Expr::binary(Op::I32_ADD, Expr::Get(SP), Expr::I32(8)),
        Expr::I32(0),
        Expr::I32(48),
    ]));
    let made = [
        cleared,
        store(SLOT, Expr::I64(0)),
        store(CLOSURE, Expr::I64(OF_STEADY)),
        store(SLOT, address(CLOSURE)),
    ];
    for check_sets in [true, false] {
        let (count, last) = resolved(&made, &call_deferred(check_sets));
        assert_eq!((count, last), (DIRECT, call(9, Callee::Direct(STEADY))));
    }
}

#[test]
fn what_is_not_known_stays() {
    let made = store(CLOSURE, Expr::I64(OF_STEADY));
    let access = Access {
        offset: CLOSURE + 4,
        at: At::NOWHERE,
    };
    let half = Stmt::Store(Store::I64_32, access, Expr::Get(SP), Expr::I64(1));
    let to = Expr::binary(Op::I32_ADD, Expr::Get(SP), Expr::I32(4));
    let copied = Stmt::MemoryCopy(Box::new([to, Expr::I32(5000), Expr::I32(16)]));
    let refused = [
        ("two closures", store(CLOSURE, Expr::I64(OF_ANOTHER))),
        ("another value", store(CLOSURE, Expr::Get(LOCAL))),
        ("half of another value", half),
        (
            "a value across it",
            store(CLOSURE - 4, Expr::I64(OF_ANOTHER)),
        ),
        ("a copy over it", copied),
        ("its address in a local", Stmt::Set(LOCAL, address(CLOSURE))),
        (
            "its address, on the way",
            Stmt::Drop(Expr::Tee(LOCAL, Box::new(address(CLOSURE)))),
        ),
    ];
    for (what, stmt) in refused {
        let (count, _) = resolved(&[made.clone(), stmt], &call_closure());
        assert_eq!(count, STAYS, "{what}");
    }
    let (count, _) = resolved(&[], &call_closure());
    assert_eq!(count, STAYS, "no closure");
    let (count, _) = resolved(&[store(CLOSURE, Expr::I64(OF_ANOTHER))], &call_closure());
    assert_eq!(count, STAYS, "a PC of no function");
}

#[test]
fn a_slot_of_two_closures_is_not_known() {
    let made = [
        store(CLOSURE, Expr::I64(OF_STEADY)),
        store(SLOT, address(CLOSURE)),
        store(SLOT, address(CLOSURE + 16)),
    ];
    assert_eq!(resolved(&made, &call_deferred(true)).0, STAYS);
}

#[test]
fn a_variable_may_hold_any_closure() {
    let made = [
        store(CLOSURE, Expr::I64(OF_STEADY)),
        store(SLOT, address(CLOSURE)),
    ];
    let mut function = function(&made, &call_deferred(true));
    let elsewhere = i64::from(SLOT) - i64::from(FRAME) + 8;
    for slot in [None, Some(elsewhere)] {
        let count = resolve(&mut function, FRAME as u32, slot, &|_| Some(STEADY));
        assert_eq!(count, Count::default());
    }
}

#[test]
fn where_sp_was_moved_the_closure_is_the_same() {
    let inner = [
        Stmt::move_sp(-32),
        store(32 + CLOSURE, Expr::I64(OF_STEADY)),
        Stmt::move_sp(32),
    ];
    assert_eq!(resolved(&inner, &call_closure()).0, DIRECT);
    let elsewhere = [
        Stmt::move_sp(-32),
        store(CLOSURE, Expr::I64(OF_STEADY)),
        Stmt::move_sp(32),
    ];
    assert_eq!(resolved(&elsewhere, &call_closure()).0, STAYS);
}

/// `given deferred f3 24`: the address of the first deferred closure lies 24 bytes below f3's SP at entry.
#[test]
fn cases() {
    cases::check_programs("direct-defers", |code, given| {
        resolve_all(code, &|function| {
            let mut lines = given.lines("deferred");
            let line = lines.find(|line| cases::function(&line[0]) == function);
            Some(line.map(|line| -line[1].parse::<i64>().expect("a number")))
        });
    });
}
