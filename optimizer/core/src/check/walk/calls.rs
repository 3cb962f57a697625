//! Calls: what becomes of their results, and whether the tables agree with them.

use super::{RETURN_PC, SP, Step, Walk};
use crate::check::Fault;
use crate::check::slots::{Given, Words};
use crate::check::state::{Sp, State, States};
use crate::check::value::Value;
use crate::check::written::{Function, Role, Written};
use crate::go::Pc;
use crate::index::{Defined, FuncIndex};
use wasmparser::Operator;

/// No return PC is smaller.
pub(in crate::check) const FIRST_RETURN_PC: u64 = Pc::FIRST.bits();

/// What a call calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::check) enum Callee {
    Direct(Defined),
    Indirect,
}

impl Callee {
    /// A direct callee.
    pub(in crate::check) fn direct(self) -> Option<Defined> {
        match self {
            Callee::Direct(position) => Some(position),
            Callee::Indirect => None,
        }
    }
}

/// What becomes of the result of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::check) enum After {
    /// It is SP from then on; 0 unwinds.
    Resume,
    /// 0 unwinds; otherwise SP is unchanged.
    NotResumed,
    /// Nothing.
    Returns,
    /// It is returned: what follows the call is never reached.
    Never,
    /// 0 is a trap.
    MustNotUnwind,
    /// It is returned: the callee returns to the caller.
    Tail,
}

/// A call outside the convention.
#[derive(Debug, Clone)]
pub(in crate::check) struct Other {
    /// `None` is the host.
    pub(in crate::check) callee: Option<Defined>,
    /// Where SP is; `None` on another stack.
    pub(in crate::check) sp: Option<i32>,
    /// As [`Site::checked`].
    pub(in crate::check) checked: Option<u32>,
}

/// A call by the convention.
#[derive(Debug, Clone)]
pub(in crate::check) struct Site {
    /// The return PC; 0 for a tail call.
    pub(in crate::check) pc: Pc,
    pub(in crate::check) callee: Callee,
    pub(in crate::check) after: After,
    /// Where SP is, before the return PC is pushed; `None` on another stack.
    pub(in crate::check) sp: Option<i32>,
    /// How far below the return PC the guard is known not to be; `None` if the stack was not checked.
    pub(in crate::check) checked: Option<u32>,
    /// It is the only statement of an `if`, for a value that is 0.
    pub(in crate::check) is_for_nil: bool,
    /// Words that the function wrote from SP up, as arguments.
    pub(in crate::check) given: Given,
    /// Words that the function has written on every way to it; `None` if nothing is known.
    pub(in crate::check) stored: Option<Words>,
    /// Return PCs of the calls that it was inlined through.
    pub(in crate::check) through: Vec<Pc>,
    offset: usize,
}

impl Site {
    /// Where the call is in the written module.
    pub(in crate::check) fn offset(&self) -> usize {
        self.offset
    }

    /// Whether the function itself makes the call, and not a body inlined into it.
    pub(in crate::check) fn is_own(&self, function: &Function) -> bool {
        self.through.is_empty() && Some(self.pc.f) == function.pc_f
    }

    /// The PCs at which functions are resumed when the callee has unwound, one after the other: that of this call, then
    /// that of each call that it was inlined through, as long as the inlined function does not `stop`.
    pub(in crate::check) fn unwinds_to(
        &self,
        written: &Written<'_>,
        stops: &dyn Fn(Defined) -> bool,
    ) -> Vec<Pc> {
        let mut pcs = vec![self.pc];
        for pc in &self.through {
            let inner = pcs.last().and_then(|pc| written.by_pc(*pc));
            if inner.is_some_and(stops) {
                break;
            }
            pcs.push(*pc);
        }
        pcs
    }

    pub(in crate::check) fn fault(
        &self,
        function: &Function,
        rule: &'static str,
        message: impl Into<String>,
    ) -> Fault {
        Fault {
            rule,
            function: Some(function.name.clone()),
            offset: Some(self.offset as u64),
            message: message.into(),
        }
    }
}

impl<'w> Walk<'w, '_> {
    pub(super) fn call(&mut self, index: FuncIndex) -> Step {
        match self.written.position(index) {
            None => self.call_host(index),
            Some(position) => match self.written.functions[position].role {
                Role::Other if self.written.functions[position].stands_for_host => {
                    self.call_host(index)
                }
                Role::Other => self.call_other(index, position),
                Role::Lifted | Role::Adapted => self.enter(Callee::Direct(position)),
            },
        }
    }

    pub(super) fn call_indirect(&mut self) -> Step {
        self.pop();
        self.enter(Callee::Indirect)
    }

    fn call_host(&mut self, index: FuncIndex) -> Step {
        self.operands(index);
        if !self.is_shown() {
            return Err(self.fault("global 0", "the host is called and global 0 is not SP"));
        }
        self.goes_outside(None);
        self.host_answers();
        self.states.each(|state| {
            if state.sp != Sp::Elsewhere {
                state.sp = Sp::Moved;
            }
        });
        Ok(())
    }

    fn call_other(&mut self, index: FuncIndex, position: Defined) -> Step {
        self.operands(index);
        let callee = &self.written.functions[position];
        if callee.looks_at_sp {
            // The write barrier up to Go 1.20 pops a return PC (`gcWriteBarrier` in runtime/asm_wasm.s, go1.20).
            let pops = callee.name == "runtime.gcWriteBarrier";
            let is_pushed = |state: &State| match (state.sp, state.shown) {
                (Sp::At(sp), Some(shown)) => sp - RETURN_PC == shown,
                _ => false,
            };
            let is_there = self.is_shown() || pops && self.states.0.iter().all(is_pushed);
            if !is_there {
                let message = format!("{} is called and global 0 is not SP", callee.name);
                return Err(self.fault("global 0", message));
            }
            self.goes_outside(Some(position));
            self.states.each(|state| state.shown = None);
        }
        Ok(())
    }

    fn goes_outside(&mut self, callee: Option<Defined>) {
        let sp = match self.states.sp() {
            Some(Sp::At(sp)) => Some(sp),
            _ => None,
        };
        let checked = self.checked();
        self.found.others.push(Other {
            callee,
            sp,
            checked,
        });
    }

    /// How far below the return PC the guard is known not to be, in all states.
    fn checked(&self) -> Option<u32> {
        let checked = self.states.0.iter().map(|state| state.checked);
        checked.reduce(|a, b| Some(a?.min(b?))).flatten()
    }

    /// Pops the operands of a function outside the convention, and pushes its results.
    fn operands(&mut self, index: FuncIndex) {
        let ty = self.written.input.function_type(index);
        let (params, results) = ty.map_or((0, 0), |ty| (ty.params().len(), ty.results().len()));
        for _ in 0..params {
            let operand = self.pop();
            self.tells(operand);
        }
        (0..results).for_each(|_| self.stack.push(Value::Other));
    }

    /// A call by the convention.
    fn enter(&mut self, callee: Callee) -> Step {
        let (sp, pc) = (self.pop(), self.pop());
        let Some((after, length)) = self.after() else {
            return Err(self.fault("resuming", "the result of a call is not looked at"));
        };
        let Value::Constant(bits) = pc else {
            return Err(self.fault("resuming", "a call whose return PC is not known"));
        };
        let sp = match sp {
            Value::Stack(at) => Some(at),
            _ if self.states.sp() == Some(Sp::Elsewhere) => None,
            _ => return Err(self.fault("SP", "a call that is not given SP")),
        };
        let after = match (after, bits) {
            (After::Never, 0) => After::Tail,
            (after, FIRST_RETURN_PC..) => after,
            _ => return Err(self.fault("resuming", "a call that is neither that nor a jump")),
        };
        if after == After::Tail && sp.is_some_and(|sp| sp != 0) {
            return Err(self.fault("SP", "a jump to another function with a frame left"));
        }
        let pc = self.pc(bits)?;
        let mut site = Site {
            pc,
            callee,
            after,
            sp,
            checked: self.checked(),
            is_for_nil: matches!(self.labels.last(), Some(label) if label.is_for_nil),
            given: self.given(sp, callee),
            stored: self.stored(),
            through: Vec::new(),
            offset: self.operators[self.at].1,
        };
        if after != After::Tail {
            self.agrees_with_tables(&mut site)?;
        }
        self.go_on(&site);
        self.found.sites.push(site);
        self.at += length;
        Ok(())
    }

    /// What becomes of the result, and how many operators that takes.
    fn after(&self) -> Option<(After, usize)> {
        let unwinds = |at: usize| match (self.peek(at), self.peek(at + 1), self.peek(at + 2)) {
            (Some(Operator::BrIf { relative_depth }), ..) => {
                self.leads_out(*relative_depth).then_some(1)
            }
            (
                Some(Operator::If { .. }),
                Some(Operator::I32Const { value: 0 }),
                Some(Operator::Return),
            ) => matches!(self.peek(at + 3), Some(Operator::End)).then_some(4),
            _ => None,
        };
        match (self.peek(1)?, self.peek(2), self.peek(3)) {
            (Operator::Return, ..) => Some((After::Never, 1)),
            (Operator::Drop, ..) => Some((After::Returns, 1)),
            (Operator::I32Eqz, ..) => Some((After::NotResumed, 1 + unwinds(2)?)),
            (Operator::LocalTee { local_index: SP }, Some(Operator::I32Eqz), Some(branch)) => {
                let traps = matches!(branch, Operator::If { .. })
                    && matches!(self.peek(4), Some(Operator::Unreachable))
                    && matches!(self.peek(5), Some(Operator::End));
                match traps {
                    true => Some((After::MustNotUnwind, 5)),
                    false => Some((After::Resume, 2 + unwinds(3)?)),
                }
            }
            _ => None,
        }
    }

    /// Whether a branch leads to the block around the whole body, behind which `i32.const 0` is returned.
    fn leads_out(&self, depth: u32) -> bool {
        let tail = self
            .operators
            .len()
            .checked_sub(3)
            .and_then(|at| self.operators.get(at..));
        let unwinds = tail.is_some_and(|tail| {
            matches!(
                tail,
                [
                    (Operator::End, _),
                    (Operator::I32Const { value: 0 }, _),
                    (Operator::End, _)
                ]
            )
        });
        unwinds && depth as usize + 1 == self.labels.len()
    }

    /// What holds behind a call.
    fn go_on(&mut self, site: &Site) {
        if site.callee.direct().is_some_and(self.stops)
            || matches!(site.after, After::Never | After::Tail)
        {
            self.states = States::default();
            return;
        }
        let is_own = site.is_own(self.function);
        self.answers(site);
        self.states.each(|state| {
            state.shown = None;
            if let Some(sp) = site.sp {
                state.sp = Sp::At(sp);
                state.pushed.retain(|(place, _)| *place >= sp);
            }
            if site.after == After::Resume && is_own {
                state.behind = vec![site.pc.b];
            }
        });
    }

    /// The runtime finds the caller's frame by the return PC, and by that of each call that this one was inlined
    /// through.
    fn agrees_with_tables(&mut self, site: &mut Site) -> Step {
        let Some(mut sp) = site.sp else {
            return Ok(());
        };
        let mut pc = site.pc;
        loop {
            let pc_b = pc.b;
            let Some(position) = self.written.by_pc(pc) else {
                return Err(self.in_no_function(pc.bits()));
            };
            let of = &self.written.functions[position];
            let Some(delta) = of.sp_delta(pc_b) else {
                return Err(self.fault("resuming", format!("{} has no PC_B {pc_b}", of.name)));
            };
            let place = sp.saturating_add(delta);
            if position == self.position && place == 0 {
                return Ok(());
            }
            // For an inlined body: its return PC lies where its frame begins.
            let pushed = self.states.0.iter().map(|state| {
                let found = state.pushed.iter().rev().find(|(at, _)| *at == place);
                found.map(|(_, pc)| *pc)
            });
            let parent = pushed.reduce(|a, b| a.filter(|_| a == b)).flatten();
            let Some(parent) = parent else {
                let message = match position == self.position && site.through.is_empty() {
                    true => format!(
                        "at PC_B {pc_b} SP is {} below the return PC, and {delta} in the tables",
                        -sp
                    ),
                    false => format!("the return PC of {} is not where it looks for it", of.name),
                };
                return Err(self.fault("SP", message));
            };
            if site.through.len() > 64 {
                return Err(self.fault("SP", "bodies in place of calls without an end"));
            }
            let parent = self.pc(parent)?;
            self.in_place.insert(parent, position);
            site.through.push(parent);
            sp = place.saturating_add(RETURN_PC);
            pc = parent;
        }
    }

    /// The PC of these bits.
    fn pc(&self, bits: u64) -> Step<Pc> {
        Pc::of_bits(bits).ok_or_else(|| self.in_no_function(bits))
    }

    fn in_no_function(&self, bits: u64) -> Fault {
        self.fault("resuming", format!("PC {bits:#x} is in no function"))
    }
}
