//! What shows of a function outside.

use crate::code::After;
use crate::pair::Pair;

/// What a machine came to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Event {
    Call(Call),
    /// A call of a function outside the conventions, imported or not, with its arguments.
    Other(u32, Vec<u64>),
    /// The function that was run first returned this.
    Return(u64),
    Trap(&'static str),
    /// The run cannot go on, which says nothing about the code.
    Stopped(&'static str),
}

/// A call of a function of the convention.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Call {
    /// PC_F, of which memory holds the lower 16 bits alone.
    pub(crate) slot: u32,
    /// The function, if the call names it.
    pub(crate) function: Option<u32>,
    /// Of its two operands the first: PC_B or `w`.
    pub(crate) first: u64,
    /// SP as the callee finds it once the return PC is pushed.
    pub(crate) sp: u32,
    pub(crate) after: After,
    /// Whether it is a jump: the callee returns to the caller's caller.
    pub(crate) is_tail: bool,
    /// Position of the instruction.
    pub(crate) at: usize,
}

/// Return PCs of our convention are at least this.
pub(crate) const FIRST_RETURN_PC: u64 = 1 << 28;

/// An event as a report shows it.
pub(crate) fn describe(pair: &Pair<'_>, event: &Event) -> String {
    match event {
        Event::Call(call) => {
            let kind = if call.is_tail { "jump to" } else { "call of" };
            let name = pair.name(call.slot & 0xffff);
            let how = if call.function.is_some() {
                ""
            } else {
                " by table"
            };
            format!(
                "{kind} {name}{how}, first {:#x}, SP {:#x}, then {:?}",
                call.first, call.sp, call.after
            )
        }
        Event::Other(function, arguments) => {
            format!("call of function {function} with {arguments:x?}")
        }
        other => format!("{other:x?}"),
    }
}
