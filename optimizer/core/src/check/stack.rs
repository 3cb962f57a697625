//! Rule `stack`: how much of the stack is used below the guard.
//!
//! Everything is counted in bytes below a function's return PC. A check that passed says that SP, or SP less a
//! constant, is above the guard, and Go leaves some bytes below it (`go/abi.rs`).
//!
//! The depth of a function is the longest path in the call graph, weighted with frames and cut off at functions with a
//! check (`depths.rs`). Callees come first: a function is ready once the depth of all its callees is known. One that
//! never gets ready is on a cycle or calls into one, and is unbounded. Linear in the calls.

mod depths;
mod used;

use super::Fault;
use super::input_module::InputModule;
use super::opaque::Opaque;
use super::walk::Followed;
use super::written::{Function, Role, Written};
use crate::go::abi::{STACK_NOSPLIT, STACK_SMALL};
use crate::index::{Defined, PerFunction};
use crate::input::Input;
use depths::Depths;
use std::cell::LazyCell;
use std::collections::HashMap;

/// Bytes below the guard.
const BELOW_GUARD: u64 = STACK_NOSPLIT + SMALL;
/// What a function with a check may use of them before it checks.
const SMALL: u64 = STACK_SMALL;
/// A return PC: of each call, and of the call of morestack by a function with a check.
const PUSHED: u64 = 8;
/// More than any stack has.
const UNBOUNDED: u64 = u64::MAX / 4;

/// What a function enters below its own frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    Function(Defined),
    /// Any function that had a check in the input.
    Table,
    /// Any export.
    Host,
}

/// Checks that no chain of calls uses more than is left below the guard, or than the input used.
///
/// `origins` is the position in the input of each function that was written.
///
/// # Errors
/// The function that may overrun the stack, or one that recurses without a check.
pub(super) fn check(
    module: &InputModule<'_>,
    written: &Written<'_>,
    found: &Followed,
    origins: &HashMap<Defined, Defined>,
) -> Result<(), Fault> {
    let had_check = module.had_check();
    let original = LazyCell::new(|| {
        let exports = exports(module.input);
        Depths::new(used::of_input(module), &positions(&had_check), &exports)
    });
    let had = |position| (origins.get(&position)).is_some_and(|origin| had_check[*origin]);
    let written_positions = Defined::all(written.functions.len());
    let had_check: PerFunction<bool> = written_positions.map(had).collect();
    let stacks = Stacks {
        depths: Depths::new(
            used::of_written(written, found),
            &positions(&had_check),
            &entered_by_exports(&written.input, origins),
        ),
        functions: &written.functions,
        had_check,
    };
    for (position, function) in written.functions.positions() {
        if function.role == Role::Other {
            continue;
        }
        let most = || {
            origins
                .get(&position)
                .map_or(0, |origin| over_in(&original, *origin))
        };
        if let Some(over) = stacks.over(position, &most) {
            return Err(Fault::of(
                function,
                "stack",
                stacks.message(position, &over),
            ));
        }
    }
    Ok(())
}

/// By how many bytes a function of the input exceeds what is left: a chain of functions without checks may do that by
/// itself.
fn over_in(original: &Depths, position: Defined) -> u64 {
    let left = original.uses[position].checked.unwrap_or(0) + BELOW_GUARD;
    match original.total(position) {
        UNBOUNDED => UNBOUNDED,
        total => total.saturating_sub(left),
    }
}

/// More stack is used than is left.
struct Over {
    used: u64,
    left: u64,
    /// The callee through which that happens.
    to: To,
}

/// The stacks of all functions that were written.
struct Stacks<'s> {
    depths: Depths,
    functions: &'s PerFunction<Function>,
    /// It had a check in the input.
    had_check: PerFunction<bool>,
}

impl Stacks<'_> {
    /// Whether a function gets deeper than what was left when it was checked, and by more than `most` bytes, which the
    /// input exceeded it by.
    fn over(&self, position: Defined, most: &dyn Fn() -> u64) -> Option<Over> {
        let depths = &self.depths;
        let used = &depths.uses[position];
        let to = || {
            depths
                .entered_deepest(used)
                .unwrap_or(To::Function(position))
        };
        let own = match used.checked {
            Some(checked) => Some(Over {
                used: depths.total(position),
                left: checked + BELOW_GUARD,
                to: to(),
            }),
            // It may recurse, or call something unknown: too much, whatever the input used.
            None => {
                (self.had_check[position] && depths.depth[position] == UNBOUNDED).then(|| Over {
                    used: u64::MAX,
                    left: 0,
                    to: to(),
                })
            }
        };
        let behind = (used.behind_checks.iter()).map(|(before, to, below)| Over {
            used: before + depths.below(*to),
            left: below + BELOW_GUARD,
            to: *to,
        });
        let mut all = behind.chain(own);
        all.find(|over| over.used > over.left && over.used - over.left > most())
    }

    fn message(&self, position: Defined, over: &Over) -> String {
        let chain = self
            .depths
            .chain(position, over.to, &positions(&self.had_check));
        let name = |position: &Defined| self.functions[*position].name.as_str();
        let names: Vec<&str> = chain.iter().map(name).collect();
        let without = positions(&self.had_check).into_iter().filter(|position| {
            let has_none = self.depths.uses[*position].checked.is_none();
            has_none && chain.contains(position)
        });
        let without: Vec<&str> = without.map(|position| name(&position)).collect();
        let bytes = match over.used {
            UNBOUNDED.. => "any amount of stack without a check".to_owned(),
            used => format!("{} bytes more than lie below the guard", used - over.left),
        };
        let lost = match without.as_slice() {
            [] => String::new(),
            without => format!("; without a check that they had: {}", without.join(", ")),
        };
        format!("its calls may use {bytes}, by {}{lost}", names.join(" > "))
    }
}

/// Positions of exported functions.
fn exports(input: &Input<'_>) -> Vec<Defined> {
    let exported = input.exported_functions();
    let positions = exported.filter_map(|index| input.imported_functions.defined(index));
    positions.collect()
}

/// Positions of the functions that exports of what was written are. One that the input does not have is put before one that
/// it has (`snapshot/enter.rs`), and stands for what it calls of the input: what else it does, it does once, before the host
/// can be inside of Go's code.
fn entered_by_exports(input: &Input<'_>, origins: &HashMap<Defined, Defined>) -> Vec<Defined> {
    let entered = exports(input).into_iter().flat_map(|position| {
        if origins.contains_key(&position) {
            return vec![position];
        }
        let calls = Opaque::of(input, position).calls.into_iter();
        let defined = calls.filter_map(|callee| input.imported_functions.defined(callee));
        defined
            .filter(|callee| origins.contains_key(callee))
            .collect()
    });
    entered.collect()
}

/// Positions of which something holds.
fn positions(holds: &PerFunction<bool>) -> Vec<Defined> {
    (holds.positions())
        .filter(|(_, holds)| **holds)
        .map(|(position, _)| position)
        .collect()
}
