//! Function entry: a call pushes its return PC; the trampoline goes to the resume point that the selector names.

use super::super::ir::{Access, BlockId, Dispatch, End, SELECTOR, SP};
use super::super::op::{Op, Store};
use super::super::origin::At;
use super::super::pc::PcWidth;
use super::writer::Label;
use super::{Encoder, FIRST_RETURN_PC, RETURN_PC_SHIFT, Task};
use crate::go::Pc;
use crate::go::abi::RETURN_PC;

impl Encoder<'_> {
    /// Pushes the return PC if this is a call, unless the entry dispatch does it.
    pub(super) fn prologue(&mut self) {
        if let Some(base) = self.locals.pc_base {
            self.pc_const(Pc::start(self.pc_f).bits());
            self.out.set(base);
        }
        if self
            .plan
            .is_entry_dispatch(self.function, self.function.entry)
        {
            return;
        }
        self.is_called();
        self.out.begin_if();
        self.push_return_pc();
        self.reset_selector();
        self.out.close();
    }

    /// Sets the selector to 0, so that the dispatches of loops take their defaults.
    fn reset_selector(&mut self) {
        let selects = (self.function.blocks.iter().enumerate()).any(|(id, block)| {
            matches!(block.end, End::Dispatch(_)) && !self.plan.is_entry_dispatch(self.function, id)
        });
        if selects {
            self.set_selector(0);
        }
    }

    /// Pushes the return PC, which is in the selector at a call.
    fn push_return_pc(&mut self) {
        self.out.get(SP);
        self.out.i32_const(RETURN_PC.cast_signed());
        Op::I32_SUB.encode(&mut self.out.bytes);
        self.out.tee(SP);
        self.out.get(SELECTOR);
        self.widen_pc();
        self.store_pc(self.function.start);
    }

    /// Stores a PC of 64 bits, which is on the operand stack behind its address.
    pub(super) fn store_pc(&mut self, at: At) {
        let access = Access { offset: 0, at };
        self.out.mark(at, true);
        self.out.access(Store::I64.byte(), access);
    }

    /// Whether the first parameter is a return PC: one bit of these is set that no PC_B has. A shift says so in fewer bytes
    /// than a comparison.
    fn is_called(&mut self) {
        self.out.get(SELECTOR);
        match self.style.pcs {
            PcWidth::Bits32 => {
                self.out.i32_const(RETURN_PC_SHIFT);
                Op::I32_SHR_U.encode(&mut self.out.bytes);
            }
            PcWidth::Bits64 => {
                self.out.i64_const(FIRST_RETURN_PC.into());
                Op::I64_GE_U.encode(&mut self.out.bytes);
            }
        }
    }

    /// Widens a PC of the convention's type to what is stored.
    pub(super) fn widen_pc(&mut self) {
        if self.style.pcs == PcWidth::Bits32 {
            Op::I64_EXTEND_I32_U.encode(&mut self.out.bytes);
        }
    }

    /// Branches by the selector.
    pub(super) fn dispatch(
        &mut self,
        from: BlockId,
        dispatch: &Dispatch,
        next: Option<BlockId>,
        tasks: &mut Vec<Task>,
    ) {
        if self.plan.is_entry_dispatch(self.function, from) {
            self.entry_dispatch(from, dispatch);
            self.go_to(from, dispatch.other, next, tasks);
            return;
        }
        self.get_selector();
        if dispatch.reset {
            self.set_selector(0);
        }
        let label = |to: BlockId| self.label(from, to);
        if dispatch.is_single() {
            let target = label(dispatch.table[0]);
            self.compare_selector(dispatch);
            self.out.branch_if(target);
            self.go_to(from, dispatch.other, next, tasks);
            return;
        }
        let other = label(dispatch.other);
        let table: Vec<Label> = dispatch.table.iter().map(|to| label(*to)).collect();
        self.selector_table(dispatch, &table, other);
    }

    /// A call pushes its return PC and goes on; the trampoline branches by the selector.
    fn entry_dispatch(&mut self, from: BlockId, dispatch: &Dispatch) {
        let label = |to: BlockId| match to {
            to if to == dispatch.other => Label::Entered,
            to => self.label(from, to),
        };
        let table: Vec<Label> = dispatch.table.iter().map(|to| label(*to)).collect();
        self.is_called();
        // If nothing else leads here, engines see a constant, which they need not keep across calls.
        let resets_behind = !dispatch.table.contains(&dispatch.other);
        self.out.begin_labelled_if(Label::Entered);
        self.push_return_pc();
        if !resets_behind {
            self.reset_selector();
        }
        self.out.begin_else();
        self.get_selector();
        if dispatch.is_single() {
            self.compare_selector(dispatch);
            self.out.branch_if(table[0]);
        } else {
            self.selector_table(dispatch, &table, Label::Entered);
        }
        self.out.close();
        if resets_behind {
            self.reset_selector();
        }
    }

    /// A jump table on the selector, which is on the operand stack.
    fn selector_table(&mut self, dispatch: &Dispatch, table: &[Label], other: Label) {
        // Up to here padding the table with its default is shorter than a subtraction.
        const MOST_PADDING: u32 = 4;
        let padding = if dispatch.first <= MOST_PADDING {
            dispatch.first
        } else {
            0
        };
        if padding == 0 {
            self.out.i32_const(dispatch.first.cast_signed());
            Op::I32_SUB.encode(&mut self.out.bytes);
        }
        let padded = std::iter::repeat_n(other, padding as usize);
        let targets: Vec<Label> = padded.chain(table.iter().copied()).chain([other]).collect();
        self.out.branch_table(&targets);
    }

    /// Compares the selector, which is on the operand stack, for a table with a single target.
    fn compare_selector(&mut self, dispatch: &Dispatch) {
        let first = dispatch.first.cast_signed();
        if dispatch.covers_all {
            if first > 1 {
                self.out.i32_const(first);
                Op::I32_GE_U.encode(&mut self.out.bytes);
            }
            return;
        }
        if dispatch.table.len() > 1 {
            self.out.i32_const(first);
            Op::I32_SUB.encode(&mut self.out.bytes);
            self.out.i32_const(dispatch.table.len() as i32);
            Op::I32_LT_U.encode(&mut self.out.bytes);
            return;
        }
        self.out.i32_const(first);
        Op::I32_EQ.encode(&mut self.out.bytes);
    }
}
