//! Rule `computed`: a table that the module computes is read through the function that computes it, and in no other way.
//!
//! What the pass compute-p256 takes out is zero until that function has run. In what was written, no function of the
//! input may name the table, but to store its address once in the variable that points to it, nor that variable, but for
//! that store.

use super::Fault;
use super::written::Written;
use crate::go::{Program, p256};
use crate::index::Defined;
use crate::input::Input;
use crate::references::References;
use std::collections::HashMap;
use std::ops::Range;
use wasmparser::{Operator, ValType};

/// Checks who names the table. `origins` are the functions of the input, by position in what was written.
///
/// # Errors
/// The table is gone and nothing computes it, or somebody may read it before it is there.
pub(super) fn check(
    program: &Program,
    written: &Written<'_>,
    origins: &HashMap<Defined, Defined>,
) -> Result<(), Fault> {
    let fault = |message: &str| Err(Fault::of_module("computed", message));
    let (Some(table), Some(after)) = (p256::table(program.memory()), &written.program) else {
        return Ok(());
    };
    let memory = after.memory().bytes();
    let is_zero = |address: &u64| memory.u8(*address).is_none_or(|byte| byte == 0);
    if !table.clone().all(|address| is_zero(&address)) {
        // It is there, or the initialization of a snapshot has computed it.
        return match p256::table(after.memory()) == Some(table) {
            true => Ok(()),
            false => fault("the table of P-256 has changed"),
        };
    }
    let mut added =
        Defined::all(written.functions.len()).filter(|position| !origins.contains_key(position));
    let Some(pointer) = added.find_map(|position| pointer_read(&written.input, position, &table))
    else {
        return fault("the table of P-256 is gone, and no function computes it");
    };
    let named = References::of(&written.input, |function: Defined| {
        match origins.contains_key(&function) {
            true => [table.start..table.start + 1, pointer..pointer + 8],
            false => [0..0, 0..0],
        }
    });
    let once = References {
        constants: 1,
        offsets: 0,
    };
    // The pointer is named by the store of the address, at an offset or at a constant.
    match named {
        Some([of_table, of_pointer])
            if of_table == once && of_pointer.constants + of_pointer.offsets == 1 =>
        {
            Ok(())
        }
        _ => fault("the table of P-256 may be read before it is computed"),
    }
}

/// The variable whose value a function returns once it has looked at the beginning of the table.
fn pointer_read(input: &Input<'_>, position: Defined, table: &Range<u64>) -> Option<u64> {
    let index = input.imported_functions.index(position);
    let ty = input.function_type(index)?;
    if !ty.params().is_empty() || ty.results() != [ValType::I64] {
        return None;
    }
    let operators = super::written::body(input, position)?
        .get_operators_reader()
        .ok()?;
    let loads = operators
        .into_iter()
        .flatten()
        .filter_map(|operator| match operator {
            Operator::I64Load { memarg } => Some(memarg.offset),
            _ => None,
        });
    match loads.collect::<Vec<u64>>()[..] {
        [first, pointer] if first == table.start => Some(pointer),
        _ => None,
    }
}
