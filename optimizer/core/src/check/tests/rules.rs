//! Each rule on a module made by hand: as it is, and with one mistake.

use super::super::input_module::InputModule;
use super::super::written::{Function, Role, Written};
use super::super::{Fault, agree_on, follow};
use crate::index::{Defined, PerFunction};
use crate::input::Input;

/// The callee pushes the return PC.
const CALLED: &str = "
    local.get 0  i32.const 28  i32.shr_u
    if  local.get 1  i32.const 8  i32.sub  local.tee 1  local.get 0  i64.extend_i32_u  i64.store  end";
/// The same in a function with one resume point, at the end of the block.
const RESUMED_OR_CALLED: &str = "block
          local.get 0  i32.const 28  i32.shr_u
          if
            local.get 1  i32.const 8  i32.sub  local.tee 1  local.get 0  i64.extend_i32_u  i64.store
          else  local.get 0  br_if 1  end";
const CHECK: &str = "
    local.get 1  global.get 2  i32.wrap_i64  i32.load offset=16  i32.le_u
    if  i32.const 0x10000000  local.get 1  call $morestack  return  end";
const UNWINDS: &str = "local.tee 1  i32.eqz  if  i32.const 0  return  end";

/// A function: its name, bytes of its frame and of its arguments and results, locals and code.
type Made<'m> = (&'m str, i32, i32, String);

/// `caller` gives `callee` an argument and takes a result, and may be resumed behind the call. `asking` asks the host,
/// `trapping` ends in a trap.
fn caller_and_callee() -> Vec<Made<'static>> {
    let caller = format!(
        "(local i64)
        {RESUMED_OR_CALLED}
          local.get 1  i32.const 24  i32.sub  local.set 1
          i64.const 7  local.set 2
          local.get 1  i64.const 9  i64.store offset=16
          local.get 1  local.get 2  i64.store offset=0
          i32.const 0x10000001  local.get 1  call $callee
          {UNWINDS}
        end
        local.get 1  i64.load offset=8  drop
        local.get 1  i32.const 32  i32.add  return"
    );
    let callee = format!(
        "{CALLED}
        local.get 1  i64.load offset=0  drop  (; asks for its return PC ;)
        local.get 1  local.get 1  i64.load offset=8  i64.store offset=16
        local.get 1  i32.const 8  i32.add"
    );
    let asking = format!(
        "{CALLED}
        local.get 1  global.set 0  local.get 1  call $host  global.get 0  local.set 1
        local.get 1  i32.const 8  i32.add"
    );
    let trapping = format!(
        "{CALLED}
        local.get 1  i64.load offset=8  i64.eqz
        if  local.get 1  global.set 0  unreachable  end
        local.get 1  i32.const 8  i32.add"
    );
    vec![
        ("caller", 24, 0, caller),
        ("callee", 0, 16, callee),
        ("asking", 0, 0, asking),
        ("trapping", 0, 8, trapping),
    ]
}

/// `deep` calls itself, and first checks how much of the stack is left.
fn deep() -> Vec<Made<'static>> {
    let deep = format!(
        "{RESUMED_OR_CALLED}
          {CHECK}
          local.get 1  i32.const 24  i32.sub  local.set 1
          i32.const 0x10000001  local.get 1  call $deep
          {UNWINDS}
        end
        local.get 1  i32.const 32  i32.add  return"
    );
    let morestack = format!("{CALLED} local.get 1  global.set 0  i32.const 0");
    vec![("deep", 24, 0, deep), ("morestack", 0, 0, morestack)]
}

fn module(functions: &[Made<'_>]) -> Vec<u8> {
    let mut text = "(module
        (import \"go\" \"host\" (func $host (param i32)))
        (memory 1)  (table 0x1010 funcref)
        (global (mut i32) (i32.const 0))  (global (mut i64) (i64.const 0))  (global (mut i64) (i64.const 0))"
        .to_owned();
    for (number, (name, _, _, code)) in functions.iter().enumerate() {
        let slot = 0x1000 + number;
        text += &format!(
            "(func ${name} (param i32 i32) (result i32) {code})
            (elem (i32.const {slot}) ${name})"
        );
    }
    wat::parse_str(text + ")").expect("text of a module")
}

/// What Go's tables would say: the frame is there from PC_B 1 on.
fn tables(functions: &[Made<'_>]) -> PerFunction<Function> {
    (functions.iter().zip(0x1000..))
        .map(|((name, frame, args, _), pc_f)| {
            let is_assembly = matches!(*name, "morestack" | "abort");
            Function {
                name: match *name {
                    "morestack" => "runtime.morestack_noctxt".to_owned(),
                    name => name.to_owned(),
                },
                role: Role::Lifted,
                pc_f: Some(pc_f),
                is_assembly,
                args: Some(*args),
                deferreturn: None,
                pcsp: vec![(1, 0), (2, *frame)],
                looks_at_sp: false,
                stands_for_host: false,
            }
        })
        .collect()
}

/// Checks these functions, which were `before` in the input.
fn check(before: &[Made<'_>], after: &[Made<'_>]) -> Result<(), Fault> {
    let (original, bytes) = (module(before), module(after));
    let input = Input::read(&original).expect("a module");
    let written = Written::of(Input::read(&bytes).expect("a module"), tables(after));
    let (found, never) = follow(&written)?;
    let origins = (0..after.len())
        .map(Defined::nth)
        .map(|position| (position, position))
        .collect();
    agree_on(
        &InputModule::new(&input, tables(before)),
        &written,
        &found,
        &never,
        &origins,
        None,
    )
}

/// The functions with one change.
fn with<'m>(functions: &[Made<'m>], from: &str, to: &str) -> Vec<Made<'m>> {
    let count: usize = functions
        .iter()
        .map(|made| made.3.matches(from).count())
        .sum();
    assert_eq!(count, 1, "{from}");
    let change =
        |(name, frame, args, code): &Made<'m>| (*name, *frame, *args, code.replace(from, to));
    functions.iter().map(change).collect()
}

#[test]
fn good_modules_are_accepted() {
    for good in [caller_and_callee(), deep()] {
        check(&good, &good).expect("nothing is wrong with it");
    }
}

#[test]
fn a_word_may_be_kept_before_the_frame_is_made() {
    let makes = "local.get 1  i32.const 24  i32.sub  local.set 1";
    let keeps = format!(
        "local.get 1  i32.const 8  i32.sub  local.set 1
        local.get 1  global.get 1  i64.store
        local.get 1  i64.load  global.set 1
        local.get 1  i32.const 8  i32.add  local.set 1
        {makes}"
    );
    let good = with(&caller_and_callee(), makes, &keeps);
    check(&good, &good).expect("it is not in the frame");
}

#[test]
fn stores_behind_a_body_that_traps_do_not_count() {
    let aborting = |rest: &str| {
        let code = format!(
            "{CALLED}
            local.get 1  i32.const 16  i32.sub  local.set 1
            local.get 1  i64.const 3  i64.store
            local.get 1  i64.const 5  i64.store offset=8
            {rest}"
        );
        let abort = format!("{CALLED} local.get 1  global.set 0  unreachable");
        vec![("aborting", 16, 0, code), ("abort", 0, 0, abort)]
    };
    let before = aborting(
        "i32.const 0  local.get 1  call $abort  drop
        local.get 1  i64.const 4  i64.store offset=8
        local.get 1  i32.const 24  i32.add",
    );
    let after = aborting("local.get 1  global.set 0  unreachable");
    check(&before, &after).expect("nobody gets to what is behind");
    its_store_is_missed(&before, &after);
}

/// The rule notices that the store of 3 is gone.
fn its_store_is_missed(before: &[Made<'_>], after: &[Made<'_>]) {
    let without = with(after, "i64.const 3  i64.store", "drop");
    let fault = check(before, &without).expect_err("no store");
    assert_eq!(fault.rule(), "stores", "{fault}");
}

#[test]
fn assembly_that_only_traps_shows_sp() {
    let shows = format!("{CALLED} local.get 1  global.set 0  unreachable");
    let abort = |code: &str| vec![("abort", 0, 0, code.to_owned())];
    check(&abort(&shows), &abort(&shows)).expect("a host may call on behind it");
    let fault = check(&abort(&shows), &abort("unreachable")).expect_err("SP is not shown");
    assert_eq!(fault.rule(), "global 0", "{fault}");
}

#[test]
fn tables_need_not_tell_of_a_frame_without_calls() {
    let code = format!(
        "{CALLED}
        local.get 1  i32.const 16  i32.sub  local.set 1
        local.get 1  i64.const 3  i64.store
        local.get 1  i64.const 4  i64.store offset=8
        local.get 1  i32.const 24  i32.add"
    );
    let before = vec![("keeping", 16, 0, code)];
    let mut after = before.clone();
    after[0].1 = 0;
    check(&before, &after).expect("its store is there");
    its_store_is_missed(&before, &after);
}

#[test]
fn a_mistake_is_refused_by_its_rule() {
    let mistakes = [
        // A local that was set before the call is read behind it.
        (
            "locals",
            "caller",
            "i64.load offset=8  drop",
            "i64.load offset=8  drop  local.get 2  drop",
        ),
        (
            "SP",
            "caller",
            "i32.const 32  i32.add",
            "i32.const 24  i32.add",
        ),
        (
            "SP",
            "caller",
            "i32.const 24  i32.sub",
            "i32.const 32  i32.sub",
        ),
        (
            "SP",
            "caller",
            "i32.const 0x10000001",
            "i32.const 0x10010001",
        ),
        ("global 0", "asking", "global.set 0", "drop"),
        ("global 0", "trapping", "global.set 0", "drop"),
        ("resuming", "caller", UNWINDS, "drop"),
        (
            "resuming",
            "caller",
            "return  end\n        end",
            "return  end  i64.const 3  local.set 2  end",
        ),
        ("resuming", "caller", "br_if 1", "drop"),
        ("slots", "caller", "i64.store offset=0", "drop  drop"),
        (
            "slots",
            "caller",
            "i64.load offset=8  drop",
            "i64.load offset=40  drop",
        ),
        ("slots", "callee", "i64.store offset=16", "drop  drop"),
        (
            "slots",
            "callee",
            "i64.store offset=16",
            "i64.store offset=0",
        ),
        (
            "branches",
            "caller",
            "i32.add  return",
            "i32.add  return  nop",
        ),
        ("stores", "caller", "i64.store offset=16", "drop  drop"),
        (
            "stores",
            "trapping",
            "i64.extend_i32_u  i64.store  end",
            "drop  drop  end",
        ),
        (
            "loads",
            "caller",
            "i64.load offset=8  drop",
            "i64.load offset=16  drop",
        ),
    ];
    let good = caller_and_callee();
    for (rule, name, from, to) in mistakes {
        let before: Vec<Made<'_>> = good.clone();
        let mut after = good.clone();
        let made = after
            .iter_mut()
            .find(|made| made.0 == name)
            .expect("it is one of them");
        *made = with(std::slice::from_ref(made), from, to).remove(0);
        let fault = check(&before, &after).expect_err(to);
        let refused = (fault.rule(), fault.function.as_deref());
        assert_eq!(refused, (rule, Some(name)), "{from} -> {to}: {fault}");
    }
}

#[test]
fn a_promoted_body_loads_the_arguments_of_the_function_it_stands_for() {
    let calls = format!(
        "i32.const 0x10000001  local.get 1  local.get 2  call_indirect (param i32 i32) (result i32)
        {UNWINDS}"
    );
    let caller = format!(
        "(local i32)
        {RESUMED_OR_CALLED}
          local.get 1  i32.const 24  i32.sub  local.set 1
          local.get 1  i64.const 9  i64.store offset=0
          i32.const 64  i32.load  local.set 2
          {calls}
        end
        local.get 1  i32.const 32  i32.add  return"
    );
    let mut before = caller_and_callee();
    before[0].3 = caller;
    check(&before, &before).expect("nothing is wrong with it");
    let promoted = |slot: u32, body: &str| {
        let promoted = format!(
            "local.get 2  i32.const {slot}  i32.eq
            if  {body}  else  {calls}  end"
        );
        with(&before, &calls, &promoted)
    };
    let body = "local.get 1  local.get 1  i64.load offset=0  i64.store offset=8";
    check(&before, &promoted(0x1001, body)).expect("it is what the callee loads");
    let more = format!("{body}  local.get 1  i64.load offset=0  drop");
    for wrong in [promoted(0x1002, body), promoted(0x1001, &more)] {
        let fault = check(&before, &wrong).expect_err("nobody loads as much");
        assert_eq!(fault.rule(), "loads", "{fault}");
    }
}

#[test]
fn recursion_without_a_check_is_refused() {
    let good = deep();
    let fault = check(&good, &with(&good, CHECK, "")).expect_err("it may recurse for ever");
    let refused = (fault.rule(), fault.function.as_deref());
    assert_eq!(refused, ("stack", Some("deep")), "{fault}");
}

#[test]
fn an_unwind_leads_to_the_resume_point_of_its_frame() {
    let loads = "local.get 1  i64.load offset=8  drop";
    let unwinding = |place: i32, pc: u32, shows: &str| {
        let unwinds = format!(
            "global.get 0  i32.eqz
            if
              local.get 1  i32.const {place}  i32.sub  i64.const {pc}  i64.store
              {shows}  i32.const 0  return
            end
            {loads}"
        );
        with(&caller_and_callee(), loads, &unwinds)
    };
    let good = caller_and_callee();
    let shows = "local.get 1  global.set 0";
    check(&good, &unwinding(8, 0x1000_0001, shows)).expect("it is resumed where it is");
    for (rule, wrong) in [
        ("slots", unwinding(16, 0x1000_0001, shows)),
        ("resuming", unwinding(8, 0x1000_0000, shows)),
        ("resuming", unwinding(8, 0x1000_0002, shows)),
        ("resuming", unwinding(8, 0x1001_0001, shows)),
        ("global 0", unwinding(8, 0x1000_0001, "")),
    ] {
        let fault = check(&good, &wrong).expect_err("it is resumed elsewhere");
        assert_eq!(
            (fault.rule(), fault.function.as_deref()),
            (rule, Some("caller")),
            "{fault}"
        );
    }
}
