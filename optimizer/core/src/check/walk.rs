//! An abstract interpreter for one function: what holds on every path to each operator. `state.rs` has the abstract state
//! and its meet; the direction is forward.
//!
//! Structured code is read front to back, once, with the states in which branches lead to each open label. Where a branch back to a
//! loop adds to what was known at the loop's head, and where a call is found that leads to a further resume point, the
//! body is read again with both. Facts are only ever removed and sets only grow, so this settles: nearly always after
//! one or two readings; after 64 the function is refused. A reading is linear in the code, times the number of states,
//! which is at most a few.

mod arrivals;
mod branches;
mod calls;
mod dispatch;
mod entry_numbers;
mod labels;
mod slots;
mod values;

use super::Fault;
use entry_numbers::EntryNumbers;
use labels::{Kind, Label};

use super::slots::{Exchange, Slots};
use super::state::{Selector, Sp, State, States};
use super::tally::Tally;
use super::value::{Value, constant};
use super::written::{Function, Written, body};
use crate::go::Pc;
use crate::go::abi::{self, GLOBAL_G, GLOBAL_SP};
use crate::index::{Defined, FuncIndex, PerFunction};
use std::collections::{BTreeMap, BTreeSet};
use wasmparser::Operator;

pub(super) use calls::{After, Callee, Other, Site};
pub(super) use slots::access;
pub(super) use values::NoTypes;

/// Bytes of a return PC.
pub(super) const RETURN_PC: i32 = abi::RETURN_PC.cast_signed();
/// Local 0: the return PC of a call, or the PC_B to continue at.
const SELECTOR: u32 = 0;
/// Local 1: SP.
const SP: u32 = 1;
/// For [`Way::checked`]: the function is resumed, and its stack was checked as far as it was to be.
pub(super) const CHECKED_BEFORE: u32 = u32::MAX;
/// The most readings of a function until nothing is added to its loops.
const MOST_READINGS: usize = 64;

/// What was found out about a function.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    /// Its calls by the convention.
    pub(super) sites: Vec<Site>,
    /// Its calls of the host, and of functions outside the convention that look at SP.
    pub(super) others: Vec<Other>,
    /// For the PC_B of each resume point, the offset of the first thing that is done there.
    pub(super) resumed: BTreeMap<u32, usize>,
    /// For the PC_B of each call, the offset of the first thing that is done behind it.
    behind: BTreeMap<u32, usize>,
    pub(super) exchange: Exchange,
    pub(super) tally: Tally,
    /// It begins an unwind itself.
    pub(super) unwinds: bool,
    /// PC_B of its own resume points that it unwinds to by itself.
    unwinds_to: BTreeSet<u32>,
    /// It stores its own return PC, as a callee does.
    pub(super) keeps_return_pc: bool,
    /// It loads its own return PC.
    pub(super) reads_return_pc: bool,
    /// One of its returns is reachable.
    pub(super) returns: bool,
    /// Functions that it compares a table slot with before it calls through the table, with how often.
    pub(super) expects: BTreeMap<Defined, u32>,
}

/// What was found out about each function; `None` for those that are not followed.
pub(super) type Followed = PerFunction<Option<Found>>;

impl Found {
    pub(super) fn calls_host(&self) -> bool {
        self.others.iter().any(|other| other.callee.is_none())
    }

    /// Whether it calls one of these directly.
    pub(super) fn calls_any(&self, callees: &BTreeSet<Defined>) -> bool {
        let mut direct = self.sites.iter().filter_map(|site| site.callee.direct());
        direct.any(|callee| callees.contains(&callee))
    }

    /// Whether it unwinds to other functions' frames, as assembly does, so that nobody knows who is resumed.
    pub(super) fn leaves(&self) -> bool {
        self.unwinds && self.unwinds_to.is_empty()
    }

    /// Whether no return is reachable, and it makes no tail call and does not leave by an unwind.
    pub(super) fn never_returns(&self) -> bool {
        !self.returns && !self.leaves() && self.sites.iter().all(|site| site.after != After::Tail)
    }

    /// Whether all that it does is trap.
    pub(super) fn only_traps(&self) -> bool {
        self.never_returns() && self.sites.is_empty() && self.others.is_empty()
    }

    /// The offset of the first thing that it does when it is entered with this PC_B.
    pub(super) fn resumed_at(&self, pc_b: u32) -> Option<usize> {
        let others = || self.resumed.get(&dispatch::OTHERS);
        self.resumed.get(&pc_b).or_else(others).copied()
    }
}

/// The operators of a body, with their offsets. The allocation is reused for the next body.
pub(super) type Operators<'b> = Vec<(Operator<'b>, usize)>;

pub(super) struct Walk<'w, 'a> {
    written: &'w Written<'a>,
    function: &'w Function,
    position: Defined,
    operators: &'w [(Operator<'w>, usize)],
    at: usize,
    states: States,
    stack: Vec<Value>,
    labels: Vec<Label>,
    entry_numbers: EntryNumbers,
    /// What branches back to each loop, by number, have added to its head.
    added: Vec<States>,
    loops: usize,
    is_done: bool,
    found: Found,
    /// Which functions have inlined bodies here, by the PCs that those push.
    in_place: BTreeMap<Pc, Defined>,
    /// Whether a call of this function never returns.
    stops: &'w dyn Fn(Defined) -> bool,
}

type Step<T = ()> = Result<T, Fault>;

/// Follows a lifted function from its beginning and from all its resume points.
///
/// # Errors
/// The first rule that it breaks.
pub(super) fn walk<'b>(
    written: &Written<'b>,
    position: Defined,
    stops: &dyn Fn(Defined) -> bool,
    operators: &mut Operators<'b>,
) -> Step<Found> {
    walk_from(written, position, stops, Entered::Anywhere, operators)
}

/// Whether one of a function's returns is reachable from its beginning, with only those resume points that reachable
/// calls lead to.
///
/// # Errors
/// As [`walk`].
pub(super) fn can_return(
    written: &Written<'_>,
    position: Defined,
    stops: &dyn Fn(Defined) -> bool,
) -> Step<bool> {
    let operators = &mut Operators::new();
    Ok(walk_from(written, position, stops, Entered::BehindCalls, operators)?.returns)
}

/// Which resume points count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entered {
    Anywhere,
    BehindCalls,
}

fn walk_from<'b>(
    written: &Written<'b>,
    position: Defined,
    stops: &dyn Fn(Defined) -> bool,
    entered: Entered,
    operators: &mut Operators<'b>,
) -> Step<Found> {
    let function = &written.functions[position];
    let unreadable =
        |error: wasmparser::BinaryReaderError| Fault::of_module("tables", error.message());
    let body = body(&written.input, position);
    let Some(body) = body else {
        return Err(Fault::of(function, "tables", "it has no body"));
    };
    let mut locals = 2;
    for declaration in body.get_locals_reader().map_err(unreadable)? {
        locals += declaration.map_err(unreadable)?.0;
    }
    let reader = body.get_operators_reader().map_err(unreadable)?;
    operators.clear();
    for operator in reader.into_iter_with_offsets() {
        operators.push(operator.map_err(unreadable)?);
    }
    // Nobody enters it: rule `removed` looks at all of these.
    if !function.is_assembly
        && let [(Operator::Unreachable, _), (Operator::End, _)] = operators[..]
    {
        return Ok(Found::default());
    }
    let mut walk = Walk {
        written,
        function,
        position,
        entry_numbers: match entered {
            Entered::Anywhere => EntryNumbers::of(operators, function, written, stops),
            Entered::BehindCalls => EntryNumbers::none_of(function),
        },
        operators,
        at: 0,
        states: States::default(),
        stack: Vec::new(),
        labels: Vec::new(),
        added: Vec::new(),
        loops: 0,
        is_done: false,
        found: Found::default(),
        in_place: BTreeMap::new(),
        stops,
    };
    walk.leads_everywhere()?;
    for _ in 0..MOST_READINGS {
        walk.read(locals)?;
        if walk.asks_for_more() || !walk.is_done {
            continue;
        }
        if entered == Entered::Anywhere {
            walk.resumed_behind_calls()?;
        }
        return Ok(walk.found);
    }
    Err(walk.fault("locals", "what is known of its loops never settles"))
}

impl<'w> Walk<'w, '_> {
    /// Reads the whole body once.
    fn read(&mut self, locals: u32) -> Step {
        let state = |selector, sp, slots| State {
            selector,
            sp,
            shown: None,
            set: vec![0; locals as usize / 64 + 1],
            checked: None,
            behind: Vec::new(),
            entered: Vec::new(),
            pushed: Vec::new(),
            base: None,
            slots,
        };
        self.states = States(vec![
            state(Selector::Called, Sp::At(RETURN_PC), Slots::begin()),
            state(Selector::Entered, Sp::ByPc, Slots::go_on()),
        ]);
        self.states.each(|state| {
            state.set_local(SELECTOR);
            state.set_local(SP);
        });
        (self.at, self.loops, self.is_done) = (0, 0, true);
        self.found = Found::default();
        self.stack.clear();
        self.labels.clear();
        self.sets_base()?;
        while self.at < self.operators.len() {
            if self.states.is_empty() {
                self.skip();
            }
            self.step()?;
        }
        Ok(())
    }

    /// The PC that the function's own PCs are relative to goes into a local first of all, however the function is
    /// entered.
    fn sets_base(&mut self) -> Step {
        let value = self.peek(0).and_then(constant);
        let (Some(value), Some(&Operator::LocalSet { local_index })) = (value, self.peek(1)) else {
            return Ok(());
        };
        if Some(value) == self.own_pcs().map(Pc::bits) {
            self.local_set(local_index, Value::Constant(value))?;
            self.at = 2;
        }
        Ok(())
    }

    fn fault(&self, rule: &'static str, message: impl Into<String>) -> Fault {
        let offset = self.operators.get(self.at).map(|(_, offset)| *offset);
        Fault {
            rule,
            function: Some(self.function.name.clone()),
            offset: offset.map(|offset| offset as u64),
            message: message.into(),
        }
    }

    fn peek(&self, ahead: usize) -> Option<&'w Operator<'w>> {
        let token = self.operators.get(self.at + ahead);
        token.map(|(operator, _)| operator)
    }

    /// Skips code that cannot be reached, up to the end of its block. Its loops keep their numbers.
    fn skip(&mut self) {
        let mut nested = 0;
        while let Some(operator) = self.peek(0) {
            match operator {
                Operator::Loop { .. } => {
                    self.loops += 1;
                    nested += 1;
                }
                Operator::Block { .. } | Operator::If { .. } => nested += 1,
                Operator::End | Operator::Else if nested == 0 => return,
                Operator::End => nested -= 1,
                _ => {}
            }
            self.at += 1;
        }
    }

    fn pop(&mut self) -> Value {
        self.stack.pop().unwrap_or(Value::Other)
    }

    fn step(&mut self) -> Step {
        let Some(operator) = self.peek(0) else {
            return Ok(());
        };
        match *operator {
            Operator::Block { .. } => self.open(Kind::Block),
            Operator::Loop { .. } => self.open_loop()?,
            Operator::Else => self.open_else()?,
            Operator::End => self.close()?,
            Operator::Br { relative_depth } => {
                let states = std::mem::take(&mut self.states);
                self.branch(relative_depth, states)?;
            }
            // Part of a jump: nothing is done yet.
            Operator::I32Const { value: 1.. } | Operator::I64Const { value: 1.. }
                if matches!(
                    self.peek(1),
                    Some(Operator::LocalSet {
                        local_index: SELECTOR
                    })
                ) =>
            {
                self.plain(operator)?;
                self.at += 1;
                let number = self.pop();
                self.set_selector(number)?;
            }
            Operator::LocalGet {
                local_index: SELECTOR,
            } if self.dispatch()? => return Ok(()),
            _ => {
                self.act()?;
                if self.states.is_empty() {
                    return Ok(());
                }
                self.plain(operator)?;
            }
        }
        self.at += 1;
        Ok(())
    }

    fn plain(&mut self, operator: &Operator<'w>) -> Step {
        match operator {
            Operator::If { .. } => self.open_if(),
            Operator::BrIf { relative_depth } => {
                self.pop();
                self.branch(*relative_depth, self.states.clone())?;
            }
            Operator::BrTable { targets } => {
                self.pop();
                let states = std::mem::take(&mut self.states);
                for target in targets.targets().flatten().chain([targets.default()]) {
                    self.branch(target, states.clone())?;
                }
            }
            Operator::Return => self.returns()?,
            Operator::Unreachable => self.traps()?,
            Operator::LocalGet { local_index } => self.local_get(*local_index)?,
            Operator::LocalSet { local_index } => {
                let value = self.pop();
                self.local_set(*local_index, value)?;
            }
            Operator::LocalTee { local_index } => {
                let value = self.pop();
                self.local_set(*local_index, value)?;
                self.stack.push(value);
            }
            Operator::GlobalGet { global_index } => self.global_get(*global_index),
            Operator::GlobalSet { global_index } => self.global_set(*global_index),
            Operator::Call { function_index } => self.call(FuncIndex(*function_index))?,
            Operator::CallIndirect { .. } => self.call_indirect()?,
            operator => self.computes(operator)?,
        }
        Ok(())
    }

    fn returns(&mut self) -> Step {
        match self.pop() {
            Value::Stack(RETURN_PC) => {
                self.found.returns = true;
                self.returns_results();
            }
            Value::Constant(0) => self.begins_unwind()?,
            Value::Other if self.states.sp() == Some(Sp::Elsewhere) => self.found.returns = true,
            Value::Stack(at) => {
                let off = i64::from(at) - i64::from(RETURN_PC);
                return Err(self.fault(
                    "SP",
                    format!("SP is returned {off} bytes from where it was"),
                ));
            }
            _ => return Err(self.fault("SP", "what is returned is not SP")),
        }
        self.states = States::default();
        Ok(())
    }

    fn traps(&mut self) -> Step {
        if !self.is_shown() {
            return Err(self.fault("global 0", "a trap at which global 0 is not SP"));
        }
        self.states = States::default();
        Ok(())
    }

    /// Whether global 0 holds SP in all states.
    fn is_shown(&self) -> bool {
        (self.states.0.iter()).all(|state| match (state.sp, state.shown) {
            (Sp::At(sp), Some(shown)) => sp == shown,
            (Sp::Elsewhere, _) => true,
            _ => false,
        })
    }
}
