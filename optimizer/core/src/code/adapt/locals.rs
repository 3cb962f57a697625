//! How the locals of an adapted function are renumbered, to make room for the parameters of the new convention.

use crate::code::ir::{Local, SELECTOR, SP};
use crate::code::pc::PcWidth;
use wasm_encoder::ValType;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasmparser::{FunctionBody, Operator};

/// The locals of an adapted function.
pub(super) struct Locals {
    /// Groups of locals after the parameters.
    pub(super) declared: Vec<(u32, ValType)>,
    /// Where the body's local 0 went.
    selector: Local,
    /// By how much the indices of all others rise.
    raised: u32,
    /// Temporaries for the result of a call and for the table slot of an indirect one.
    pub(super) result: Local,
    pub(super) slot: Local,
}

impl Locals {
    /// For a function outside the convention: nothing moves. `None` if its locals cannot be decoded.
    pub(super) fn of_other(body: &FunctionBody<'_>, params: u32) -> Option<Locals> {
        let mut declared = declared(body)?;
        let result = params + count(&declared);
        declared.push((2, ValType::I32));
        Some(Locals {
            declared,
            selector: SELECTOR,
            raised: 0,
            result,
            slot: result + 1,
        })
    }

    /// For a function of the convention. SP, the second parameter, takes the place of local 1 if that is the cache of
    /// SP, as in all functions that Go emits; otherwise all other locals move up. A return PC of 64 bits is not what
    /// the body takes its first parameter for, which then becomes another local.
    pub(super) fn of_go(body: &FunctionBody<'_>, pcs: PcWidth) -> Option<Locals> {
        let mut declared = declared(body)?;
        let raised = match declared.first_mut() {
            Some((count, ValType::I32)) if *count > 0 && begins_with_cache(body)? => {
                *count -= 1;
                0
            }
            _ => 1,
        };
        let result = SP + 1 + count(&declared);
        let (added, selector) = match pcs {
            PcWidth::Bits32 => (2, SELECTOR),
            PcWidth::Bits64 => (3, result + 2),
        };
        declared.push((added, ValType::I32));
        Some(Locals {
            declared,
            selector,
            raised,
            result,
            slot: result + 1,
        })
    }

    /// Where a local of the body is now.
    pub(super) fn of(&self, local: Local) -> Local {
        if local == SELECTOR {
            self.selector
        } else {
            local + self.raised
        }
    }
}

fn declared(body: &FunctionBody<'_>) -> Option<Vec<(u32, ValType)>> {
    (body.get_locals_reader().ok()?.into_iter())
        .map(|group| {
            let (count, ty) = group.ok()?;
            Some((count, RoundtripReencoder.val_type(ty).ok()?))
        })
        .collect()
}

fn count(declared: &[(u32, ValType)]) -> u32 {
    declared.iter().map(|(count, _)| count).sum()
}

/// Whether local 1 is SP from the start, `global.get 0; local.set 1` (`updateLocalSP` in
/// cmd/internal/obj/wasm/wasmobj.go), rather than zero.
fn begins_with_cache(body: &FunctionBody<'_>) -> Option<bool> {
    let mut operators = body.get_operators_reader().ok()?;
    let first = operators.read().ok()?;
    if !matches!(first, Operator::GlobalGet { global_index: 0 }) {
        return Some(false);
    }
    let second = operators.read().ok()?;
    Some(matches!(second, Operator::LocalSet { local_index: SP }))
}
