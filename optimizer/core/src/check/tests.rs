//! The abstract states of the walk, and their meet.

mod rules;

use super::input_module::InputModule;
use super::numbers::Numbers;
use super::reached::Reached;
use super::slots::Slots;
use super::state::{Selector, Sp, State, States};
use super::stored::Stored;
use super::value::Value;
use super::written::{Function, Role, body};
use crate::index::{Defined, FuncIndex};
use crate::input::{Input, code_section};
use wasmparser::{MemArg, Operator};

fn state(selector: Selector, sp: i32, set: &[u32]) -> State {
    let mut state = State {
        selector,
        sp: Sp::At(sp),
        shown: None,
        set: vec![0],
        checked: Some(8),
        behind: Vec::new(),
        entered: Vec::new(),
        pushed: Vec::new(),
        base: None,
        slots: Slots::begin(),
    };
    set.iter().for_each(|local| state.set_local(*local));
    state
}

fn done() -> Selector {
    Selector::Done(Numbers::default())
}

fn pending(number: u32) -> Selector {
    Selector::Pending {
        numbers: Numbers::one(number),
        is_reset: false,
    }
}

#[test]
fn where_ways_meet_only_what_holds_on_both_is_left() {
    let mut states = States::default();
    let mut first = state(done(), -16, &[2, 3]);
    first.pushed = vec![(-8, 1 << 28)];
    states.add(first).expect("one state");
    let mut second = state(done(), -16, &[3, 4]);
    second.checked = None;
    second.behind = vec![7];
    states.add(second).expect("SP is in one place");
    assert_eq!(states.0.len(), 1, "{states:?}");
    let met = &states.0[0];
    assert_eq!(
        [2, 3, 4].map(|local| met.is_set(local)),
        [false, true, false]
    );
    assert_eq!((met.checked, met.behind.as_slice()), (None, &[7][..]));
    assert!(met.pushed.is_empty());
}

#[test]
fn sp_is_in_one_place() {
    let mut states = States(vec![state(done(), -16, &[])]);
    assert!(states.add(state(done(), -24, &[])).is_err());
    let mut elsewhere = state(done(), 0, &[]);
    elsewhere.sp = Sp::Elsewhere;
    states
        .add(elsewhere)
        .expect("assembly goes to other stacks");
    assert_eq!(states.sp(), Some(Sp::Elsewhere));
}

#[test]
fn those_on_their_way_stay_apart_until_they_arrive() {
    let mut states = States(vec![state(done(), 0, &[2])]);
    states.add(state(pending(4), 0, &[])).expect("another kind");
    states
        .add(state(pending(5), 0, &[]))
        .expect("another number");
    assert_eq!(states.0.len(), 2);
    assert!(states.0[0].is_set(2));
    let numbers = Numbers::one(4);
    let (both, _) = match &states.0[1].selector {
        Selector::Pending { numbers, .. } => numbers.split(|number| number > 3),
        _ => (numbers, Numbers::default()),
    };
    assert_eq!(both.iter().collect::<Vec<_>>(), [4, 5]);
}

#[test]
fn a_stack_check_is_told_by_its_operands() {
    let memarg = MemArg {
        align: 2,
        max_align: 2,
        offset: 16,
        memory: 0,
    };
    let g = Value::unary(&Operator::I32WrapI64, Value::G);
    let guard = Value::unary(&Operator::I32Load { memarg }, g);
    let more = Value::binary(&Operator::I32Add, guard, Value::Constant(40));
    let asks = Value::binary(&Operator::I32LeU, Value::Stack(0), more);
    assert_eq!(asks, Value::BelowGuard(40));
    let other = MemArg {
        offset: 24,
        ..memarg
    };
    let field = Value::unary(&Operator::I32Load { memarg: other }, g);
    assert_eq!(
        Value::binary(&Operator::I32LeU, Value::Stack(0), field),
        Value::Other
    );
}

#[test]
fn segments_are_reached_by_jumps_and_from_the_one_before() {
    // Segment 1 follows a call that never returns; 3, to which 0 jumps, jumps to 2.
    let module = wat::parse_str(
        "(module (func $stops)
          (func (param i32)
            loop
              block block block block
                local.get 0  br_table 0 1 2 3 3
              end
                i64.const 10  drop
                local.get 0  if  i32.const 3  local.set 0  br 4  end
                call $stops
              end
                i64.const 11  drop
              end
                i64.const 12  drop  return
              end
                i64.const 13  drop
                i32.const 2  local.set 0  br 0
            end))",
    )
    .expect("a module");
    let input = Input::read(&module).expect("it can be read");
    let body = body(&input, Defined(1)).expect("a second function");
    let operators = body.get_operators_reader().expect("operators");
    let operators: Vec<Operator<'_>> = operators.into_iter().flatten().collect();
    let reached_from = |entry| {
        let mut reached = Reached::<()>::from([0, entry]);
        let mut markers = Vec::new();
        while reached.begins_again() {
            markers.clear();
            for operator in &operators {
                let is_reached = reached.step(operator, |function| function == FuncIndex(0));
                if let (true, Operator::I64Const { value }) = (is_reached, operator) {
                    markers.push(*value);
                }
            }
        }
        markers
    };
    assert_eq!(reached_from(0), [10, 12, 13]);
    assert_eq!(reached_from(1), [10, 11, 12, 13]);
}

#[test]
fn what_is_stored_on_every_way_to_a_call() {
    // A frame of 24 bytes. Segment 0 stores at its top, and jumps to 2, or stores below that, falls to 1 and to 2.
    let module = wat::parse_str(
        "(module (global (mut i32) (i32.const 0)) (memory 1) (func $callee (param i32) (result i32) i32.const 0)
          (func (param i32) (result i32) (local i32)
            global.get 0  local.set 1
            loop
              block block block
                local.get 0  br_table 0 1 2 2
              end
                local.get 1  i32.const 24  i32.sub  local.tee 1  global.set 0
                local.get 1  i64.const 5  i64.store offset=16
                local.get 1  i32.load offset=32  if  i32.const 2  local.set 0  br 3  end
                local.get 1  i64.const 6  i64.store offset=8
              end
                i32.const 0  call $callee  drop
              end
                i32.const 0  call $callee  drop
            end
            i32.const 0))",
    )
    .expect("a module");
    let input = Input::read(&module).expect("it can be read");
    let function = |pc_f, frame| Function {
        name: "f".into(),
        role: Role::Lifted,
        pc_f: Some(pc_f),
        is_assembly: false,
        args: Some(0),
        deferreturn: None,
        pcsp: vec![(1, 0), (2, frame)],
        looks_at_sp: false,
        stands_for_host: false,
    };
    let functions = vec![function(0x1000, 0), function(0x1001, 24)];
    let module = InputModule::new(&input, functions.into());
    let start = code_section(&input).expect("code").start;
    let operators = body(&input, Defined(1)).expect("a second function");
    let operators = operators.get_operators_reader().expect("operators");
    let calls = (operators.into_iter_with_offsets().flatten())
        .filter(|(operator, _)| matches!(operator, Operator::Call { .. }))
        .map(|(_, offset)| (offset - start) as u32);
    let stored = Stored::of(&module);
    let has = |call| {
        let words = stored.at(Defined(1), call).expect("a call that is reached");
        [-8, -16, -24].map(|at| words.has(at, at + 8))
    };
    let found: Vec<[bool; 3]> = calls.map(has).collect();
    assert_eq!(found, [[true, true, false], [true, false, false]]);
}

#[test]
fn jumps_by_other_numbers_do_not_forget_for_each_other() {
    let stores = |at| {
        let mut slots = Slots::begin();
        slots.store(at, at + 8);
        slots
    };
    let has = |slots: &Slots, at| slots.ever().is_some_and(|ever| ever.has(at, at + 8));
    let jump = |number, at| {
        let mut state = state(pending(number), 0, &[]);
        state.slots = stores(at);
        state
    };
    let mut states = States::default();
    for (number, at) in [(4, -8), (5, -16), (5, -8)] {
        states.add(jump(number, at)).expect("one kind");
    }
    assert_eq!(states.0.len(), 1, "they are of one kind: {states:?}");
    let met = &states.0[0];
    assert!(!has(&met.slots, -8) && !has(&met.slots, -16));
    let led = |number| {
        let mut slots = met.slots.clone();
        slots.lead(&Numbers::one(number));
        [-8, -16].map(|at| has(&slots, at))
    };
    assert_eq!((led(4), led(5)), ([true, false], [false, false]));
}

#[test]
fn a_call_in_place_of_another_leaves_earlier_results() {
    let mut slots = Slots::begin();
    slots.call(None, -24, None);
    assert!(slots.is_answer(-16, -8));
    // A body further down the stack makes it.
    slots.call(Some(Defined(1)), -40, Some(8));
    assert!(slots.is_answer(-16, -8) && slots.is_answer(-40, -32));
    assert!(!slots.is_answer(-32, -24), "nobody has called for it");
    slots.call(Some(Defined(2)), -24, Some(8));
    assert!(slots.is_answer(-24, -16) && !slots.is_answer(-16, -8));
}
