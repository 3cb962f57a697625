//! Functions of the input that only jump to another one: whoever calls them may as well call that.

use super::written::body;
use crate::index::FuncIndex;
use crate::input::Input;
use wasmparser::Operator;

/// More jumps than any chain of Go's has, and an end to those that go in circles.
const LONGEST_CHAIN: usize = 8;

/// The function, and those that it comes to by nothing but jumps.
pub(super) fn chain<'i>(
    input: &'i Input<'_>,
    function: FuncIndex,
) -> impl Iterator<Item = FuncIndex> + 'i {
    std::iter::successors(Some(function), |function| next(input, *function)).take(LONGEST_CHAIN)
}

/// The last of these.
pub(super) fn behind(input: &Input<'_>, function: FuncIndex) -> FuncIndex {
    chain(input, function).last().unwrap_or(function)
}

/// Whether the second function is among those that the first one leads to.
pub(super) fn leads_to(input: &Input<'_>, function: FuncIndex, to: FuncIndex) -> bool {
    chain(input, function).any(|function| function == to)
}

/// Where the function jumps, if that is all it does: `i32.const 0; call f`, once, and the return of its result, with
/// nothing around it that writes, tests or calls. Its locals are nobody else's.
fn next(input: &Input<'_>, function: FuncIndex) -> Option<FuncIndex> {
    let position = input.imported_functions.defined(function)?;
    let reader = body(input, position)?.get_operators_reader().ok()?;
    let mut found = None;
    let mut operators = reader.into_iter().flatten().peekable();
    while let Some(operator) = operators.next() {
        match operator {
            Operator::GlobalGet { .. }
            | Operator::LocalGet { .. }
            | Operator::LocalSet { .. }
            | Operator::LocalTee { .. }
            | Operator::I32Const { .. }
            | Operator::Block { .. }
            | Operator::BrTable { .. }
            | Operator::Unreachable
            | Operator::End => {}
            Operator::Call { function_index } if found.is_none() => {
                // Go reads SP again.
                let is_sp = |operator: &Operator<'_>| {
                    matches!(operator, Operator::GlobalGet { global_index: 0 })
                };
                if operators.next_if(is_sp).is_some() {
                    operators.next_if(|set| matches!(set, Operator::LocalSet { .. }))?;
                }
                operators.next_if_eq(&Operator::Return)?;
                found = Some(FuncIndex(function_index));
            }
            _ => return None,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Functions 0 to 6, of which some jump to function 0.
    const MODULE: &str = "(module
        (global $sp (mut i32) (i32.const 0))
        (type $go (func (param i32) (result i32)))
        (func $target (type $go) (global.set $sp (i32.const 1)) (return (i32.const 0)))
        (func $jump (type $go) (local i32)
            (local.set 1 (global.get $sp))
            (call $target (i32.const 0)) (local.set 1 (global.get $sp)) return unreachable)
        (func $twice (type $go) (return (call $jump (i32.const 0))))
        (func $writes (type $go) (global.set $sp (i32.const 2)) (return (call $target (i32.const 0))))
        (func $goes_on (type $go) (drop (call $target (i32.const 0))) (return (call $target (i32.const 0))))
        (func $circle (type $go) (return (call $circle (i32.const 0))))
        (func $tests (type $go) (if (local.get 0) (then (return (i32.const 0)))) (return (call $target (i32.const 0)))))";

    #[test]
    fn only_what_does_nothing_but_jump_is_followed() {
        let wasm = wat::parse_str(MODULE).expect("text of a module");
        let input = Input::read(&wasm).expect("a module");
        let last = |function| behind(&input, FuncIndex(function)).0;
        assert_eq!([0, 1, 2, 3, 4, 5, 6].map(last), [0, 0, 0, 3, 4, 5, 6]);
        assert!(leads_to(&input, FuncIndex(2), FuncIndex(1)));
        assert!(!leads_to(&input, FuncIndex(1), FuncIndex(2)));
    }
}
