//! Speculative devirtualization (indirect call promotion): compares a call through the table with the function that it
//! nearly always calls, and calls that one directly.
//!
//! Compilers take the places from a profile. Here they are a list of places in Go's own library
//! (`go/known/expected.rs`): maps, for example, hash strings by the function in their type, which is always the same
//! one for strings unless reflection made the type.
//!
//! ```wat
//! (CTXT, return PC, slot)  call_indirect                                                          ;; before
//! (slot)  i32.const PC_F  i32.eq  if  call $runtime.strhashFallback  else  call_indirect  end      ;; after
//! ```
//!
//! A function that only jumps on to another, as some in assembly do, leaves no trace of itself, so the other one is
//! called at once. Functions of the other part are called through the table. Measured on esbuild: 39 calls, 2 kB of code; CPU time of the micro benchmarks: maps 0.95 and, with
//! what `inline-calls` then does, regexp 0.87.

use super::{Go, Outcome, not_for_raw};
use crate::code::{Block, Callee, Code, End, Expr, Function, Local, Located, Op, Stmt, Type};
use crate::go::known::expected;
use crate::index::{Defined, FuncIndex};
use crate::options::{Options, Preference};
use std::collections::HashMap;

pub(super) fn run(code: &mut Code, go: &Go<'_>, options: &Options) -> Outcome {
    let program = go.program;
    if options.preference() == Preference::Raw {
        return not_for_raw();
    }
    let mut callers: Vec<(Defined, &[&str])> = Vec::new();
    for function in program.functions() {
        let names = expected::by(function.name());
        let position = code.facts.imported.defined(function.wasm_index());
        if let Some(position) = position.filter(|_| !names.is_empty()) {
            callers.push((position, names));
        }
    }
    let mut targets: HashMap<&str, Target> = HashMap::new();
    for function in program.functions() {
        let name = function.name();
        let index = function.wasm_index();
        let is_expected = callers.iter().any(|(_, names)| names.contains(&name));
        if is_expected && code.facts.is_go(index) {
            let target = Target {
                slot: function.pc_f(),
                callee: behind(code, index),
            };
            targets.insert(name, target);
        }
    }
    let callers = callers.into_iter().map(|(position, names)| {
        let targets = names.iter().filter_map(|name| targets.get(name).copied());
        (position, targets.collect())
    });
    let callers: Vec<(Defined, Vec<Target>)> = callers.collect();
    Outcome {
        note: format!("{} calls", promote_all(code, callers)),
        ..Outcome::default()
    }
}

/// Lets the calls of these functions compare with those targets first that are in the same part. Returns how many.
fn promote_all(code: &mut Code, callers: Vec<(Defined, Vec<Target>)>) -> usize {
    let parts = code.parts();
    let mut count = 0;
    for (position, mut targets) in callers {
        let caller = &mut code.functions[position];
        targets.retain(|target| parts.same(caller.index, target.callee));
        if let Some(function) = caller.graph_mut().filter(|_| !targets.is_empty()) {
            count += promote(function, &targets);
        }
    }
    count
}

/// The function that a call through the table is expected to reach.
#[derive(Debug, Clone, Copy)]
struct Target {
    /// PC_F.
    slot: u32,
    /// What is called instead.
    callee: FuncIndex,
}

/// The function that this one does nothing but jump to; otherwise this one.
fn behind(code: &Code, index: FuncIndex) -> FuncIndex {
    let position = code.facts.imported.defined(index);
    let function = position.and_then(|position| code.functions[position].graph());
    function.and_then(Function::jumps_to).unwrap_or(index)
}

/// Lets a function's calls through the table compare with the targets first. Returns how many.
fn promote(function: &mut Function, targets: &[Target]) -> usize {
    let mut count = 0;
    for id in 0..function.blocks.len() {
        let first_test = function.blocks.len();
        let block = &mut function.blocks[id];
        let Some(Stmt::GoCall {
            callee: Callee::Indirect(slot),
            ..
        }) = block.last_mut()
        else {
            continue;
        };
        let local = function.locals.len() as Local;
        function.locals.push(Type::I32);
        let slot = std::mem::replace(&mut **slot, Expr::Get(local));
        let Some(call) = block.body.pop() else {
            continue;
        };
        let at = call.at;
        block.body.push(Stmt::Set(local, slot).at(at));
        let position = block.position;
        let end = std::mem::replace(&mut block.end, End::Jump(first_test));
        let behind = |call: Option<Located>| Block {
            body: call.into_iter().collect(),
            end: end.clone(),
            resume: None,
            position,
            reset: false,
        };
        for target in targets {
            let next = function.blocks.len();
            let slot = Expr::I32(target.slot.cast_signed());
            let is_target = Expr::binary(Op::I32_EQ, Expr::Get(local), slot);
            let mut direct = call.clone();
            if let Stmt::GoCall { callee, .. } = &mut direct.stmt {
                *callee = Callee::Direct(target.callee);
            }
            function.blocks.push(Block {
                end: End::Branch(is_target, next + 1, next + 2, at),
                ..behind(None)
            });
            function.blocks.push(behind(Some(direct)));
        }
        function.blocks.push(behind(Some(call)));
        count += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::After;
    use crate::code::At;
    use crate::code::ReturnPc;
    use crate::code::tests::choices::Choices;
    use crate::code::tests::machine::{CHOOSE, MAY_UNWIND, NEVER, STEADY, slot};
    use crate::code::tests::program::{self, played};
    use crate::passes::cases;

    /// `given expected f3 f4 f5`: what calls of f3 through the table are expected to reach.
    #[test]
    fn cases() {
        cases::check_programs("promote-calls", |code, given| {
            for line in given.lines("expected") {
                let all: Vec<FuncIndex> = line.iter().map(|word| cases::function(word)).collect();
                let (caller, expected) = all.split_first().expect("a caller");
                let position =
                    |index: &FuncIndex| code.facts.imported.defined(*index).expect("defined");
                let targets: Vec<Target> = (expected.iter())
                    .map(|index| Target {
                        slot: code.functions[position(index)].pc_f.expect("in the table"),
                        callee: behind(code, *index),
                    })
                    .collect();
                promote_all(code, vec![(position(caller), targets)]);
            }
        });
    }

    fn call(callee: Callee) -> Stmt {
        Stmt::GoCall {
            pc: ReturnPc::Own(1),
            callee,
            after: After::Resume,
        }
    }

    fn target(callee: FuncIndex) -> Target {
        Target {
            slot: slot(callee).cast_unsigned(),
            callee,
        }
    }

    /// Calls one of two functions through the table, as the script says.
    fn calling_one_of_two() -> Function {
        let either = Expr::Select(Box::new([
            Expr::I32(slot(MAY_UNWIND)),
            Expr::I32(slot(STEADY)),
            Expr::Call(Box::new((CHOOSE, Vec::new())), At::NOWHERE),
        ]));
        let indirect = call(Callee::Indirect(Box::new(either)));
        let mut function = program::function(vec![
            (vec![indirect], End::Jump(1)),
            (vec![Stmt::Return(8)], End::Stop),
        ]);
        function.blocks[1].resume = Some(1);
        function
    }

    proptest::proptest! {
        #[test]
        fn whoever_is_called_it_is_the_same(
            script in Choices::up_to(40),
            expected in proptest::sample::subsequence(vec![NEVER, MAY_UNWIND, STEADY], 0..=3),
        ) {
            let original = calling_one_of_two();
            let mut promoted = original.clone();
            let targets: Vec<Target> = expected.into_iter().map(target).collect();
            proptest::prop_assert_eq!(promote(&mut promoted, &targets), 1);
            proptest::prop_assert_eq!(played(&promoted, &script), played(&original, &script));
        }
    }

    #[test]
    fn the_target_is_called_directly() {
        let mut function = calling_one_of_two();
        promote(&mut function, &[target(STEADY)]);
        let End::Jump(test) = function.blocks[0].end else {
            unreachable!("{:#?}", function.blocks)
        };
        let End::Branch(Expr::Binary(Op::I32_EQ, operands, _), direct, indirect, _) =
            &function.blocks[test].end
        else {
            unreachable!("{:#?}", function.blocks)
        };
        assert_eq!(operands[1], Expr::I32(slot(STEADY)));
        assert_eq!(
            function.blocks[*direct].body,
            [call(Callee::Direct(STEADY))]
        );
        let through_table = call(Callee::Indirect(Box::new(operands[0].clone())));
        assert_eq!(function.blocks[*indirect].body, [through_table]);
    }

    #[test]
    fn maps_of_every_release_are_expected_to_hash_by_the_runtime() {
        assert_eq!(expected::by("runtime.mapassign_fast64ptr"), [""; 0]);
        assert_eq!(
            expected::by("runtime.mapaccess2_faststr"),
            ["runtime.strhash"]
        );
        assert_eq!(expected::by("main.mapaccess2_faststr"), [""; 0]);
    }
}
