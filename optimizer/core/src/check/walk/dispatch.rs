//! Dispatches: the prologue, the entry dispatch and those at the heads of loops, which branch by local 0.

use super::{SELECTOR, Step, Walk, calls};
use crate::check::numbers::Numbers;
use crate::check::state::{Selector, Sp, State, States};
use crate::check::value::Value;
use std::collections::BTreeMap;
use wasmparser::Operator;

/// Stands for every PC_B that the entry dispatch sends nowhere else, 0 among them.
pub(super) const OTHERS: u32 = u32::MAX;

/// How a dispatch tests the selector.
enum Test {
    /// A jump table, and the first number in it.
    Table(u32, Vec<u32>, u32),
    /// A branch for these numbers.
    Range(std::ops::RangeInclusive<u32>, u32),
}

impl<'w> Walk<'w, '_> {
    pub(super) fn is_called(&self) -> bool {
        (self.states.0.iter()).all(|state| state.selector == Selector::Called)
    }

    /// Reads a dispatch, if one begins here. Whether it did.
    pub(super) fn dispatch(&mut self) -> Step<bool> {
        let mut ahead = 1;
        if matches!(self.peek(ahead), Some(Operator::I32WrapI64)) {
            ahead += 1;
        }
        if self.asks_whether_called(ahead) {
            self.divide_called();
            self.at += 4;
            return Ok(true);
        }
        let zero = self.peek(ahead);
        let is_reset = matches!(
            zero,
            Some(Operator::I32Const { value: 0 } | Operator::I64Const { value: 0 })
        ) && matches!(
            self.peek(ahead + 1),
            Some(Operator::LocalSet {
                local_index: SELECTOR
            })
        );
        if is_reset {
            ahead += 2;
        }
        let Some((test, length)) = self.test(ahead) else {
            return Ok(false);
        };
        self.at += ahead + length - 1;
        match test {
            Test::Table(first, targets, default) => {
                self.table(first, &targets, default, is_reset)?;
            }
            Test::Range(range, target) => self.compare(&range, target, is_reset)?,
        }
        self.at += 1;
        Ok(true)
    }

    /// `w >> 28; if`, or, with PCs of more than 32 bits, `w >= 1 << 28; if`.
    fn asks_whether_called(&self, ahead: usize) -> bool {
        const FIRST: i64 = calls::FIRST_RETURN_PC as i64;
        const SHIFT: i32 = FIRST.trailing_zeros().cast_signed();
        let asks = match (self.peek(ahead), self.peek(ahead + 1)) {
            (Some(Operator::I32Const { value }), Some(Operator::I32ShrU)) => *value == SHIFT,
            (Some(Operator::I64Const { value }), Some(Operator::I64GeU)) => *value == FIRST,
            _ => false,
        };
        asks && matches!(self.peek(ahead + 2), Some(Operator::If { .. }))
    }

    fn divide_called(&mut self) {
        let states = std::mem::take(&mut self.states).0;
        let is_called = |state: &State| state.selector == Selector::Called;
        let (called, others) = states.into_iter().partition(is_called);
        self.states = States(others);
        self.stack.push(Value::Other);
        self.open_if();
        self.states = States(called);
    }

    /// What follows the selector on the operand stack, and its length.
    fn test(&self, ahead: usize) -> Option<(Test, usize)> {
        let constant = |at: usize| match self.peek(ahead + at) {
            Some(Operator::I32Const { value }) => Some(value.cast_unsigned()),
            _ => None,
        };
        let branch = |at: usize| match self.peek(ahead + at) {
            Some(Operator::BrIf { relative_depth }) => Some(*relative_depth),
            _ => None,
        };
        let table = |at: usize| match self.peek(ahead + at) {
            Some(Operator::BrTable { targets }) => {
                let list: Option<Vec<u32>> = targets.targets().collect::<Result<_, _>>().ok();
                Some((list?, targets.default()))
            }
            _ => None,
        };
        if let Some(target) = branch(0) {
            return Some((Test::Range(1..=OTHERS - 1, target), 1));
        }
        if let Some((targets, default)) = table(0) {
            return Some((Test::Table(0, targets, default), 1));
        }
        let first = constant(0)?;
        match self.peek(ahead + 1)? {
            Operator::I32Eq => Some((Test::Range(first..=first, branch(2)?), 3)),
            Operator::I32GeU => Some((Test::Range(first..=OTHERS - 1, branch(2)?), 3)),
            Operator::I32Sub => match table(2) {
                Some((targets, default)) => Some((Test::Table(first, targets, default), 3)),
                None => {
                    let count = constant(2)?;
                    let last = first.checked_add(count.checked_sub(1)?)?;
                    let is_less = matches!(self.peek(ahead + 3), Some(Operator::I32LtU));
                    is_less.then_some(())?;
                    Some((Test::Range(first..=last, branch(4)?), 5))
                }
            },
            _ => None,
        }
    }

    fn table(&mut self, first: u32, targets: &[u32], default: u32, is_reset: bool) -> Step {
        for state in std::mem::take(&mut self.states).0 {
            let target = |number: u32| {
                let index = number.checked_sub(first).map(|index| index as usize);
                index
                    .and_then(|index| targets.get(index))
                    .copied()
                    .unwrap_or(default)
            };
            match &state.selector {
                Selector::Entered => {
                    let mut to: BTreeMap<u32, Numbers> = BTreeMap::new();
                    for (number, target) in (first..).zip(targets) {
                        if number != 0 && *target != default {
                            to.entry(*target).or_default().push(number);
                        }
                    }
                    for (target, numbers) in to {
                        self.branch(target, led(&state, numbers, is_reset))?;
                    }
                    self.branch(default, otherwise(&state, is_reset))?;
                }
                Selector::Pending {
                    numbers,
                    is_reset: false,
                } => {
                    let mut left = numbers.clone();
                    while let Some(number) = left.first() {
                        let to = target(number);
                        let (here, rest) = left.split(|number| target(number) == to);
                        self.branch(to, led(&state, here, is_reset))?;
                        left = rest;
                    }
                }
                Selector::Pending { is_reset: true, .. } => {
                    self.branch(default, States(vec![state]))?;
                }
                Selector::Done(numbers) => {
                    if numbers.iter().any(|number| target(number) != default) {
                        return Err(self.stale());
                    }
                    self.branch(default, States(vec![reset(state, is_reset)]))?;
                }
                Selector::Called => return Err(self.not_pushed()),
            }
        }
        Ok(())
    }

    fn compare(&mut self, range: &std::ops::RangeInclusive<u32>, to: u32, is_reset: bool) -> Step {
        let mut around = States::default();
        for state in std::mem::take(&mut self.states).0 {
            match &state.selector {
                Selector::Entered => {
                    self.branch(to, led(&state, self.entry_numbers.within(range), is_reset))?;
                    around.0.extend(otherwise(&state, is_reset).0);
                }
                Selector::Pending {
                    numbers,
                    is_reset: false,
                } => {
                    let (here, rest) = numbers.split(|number| range.contains(&number));
                    if !here.is_empty() {
                        self.branch(to, led(&state, here, is_reset))?;
                    }
                    if !rest.is_empty() {
                        around.0.extend(led(&state, rest, is_reset).0);
                    }
                }
                Selector::Pending { is_reset: true, .. } => around.0.push(state),
                Selector::Done(numbers) => {
                    if numbers.iter().any(|number| range.contains(&number)) {
                        return Err(self.stale());
                    }
                    around.0.push(reset(state, is_reset));
                }
                Selector::Called => return Err(self.not_pushed()),
            }
        }
        self.states = around;
        Ok(())
    }

    fn stale(&self) -> crate::check::Fault {
        self.fault(
            "resuming",
            "a dispatch may follow a number that was followed already",
        )
    }

    fn not_pushed(&self) -> crate::check::Fault {
        self.fault(
            "resuming",
            "a dispatch comes before the return PC is pushed",
        )
    }

    /// Local 0 gets a number: 0, or the selector of a re-entry.
    pub(super) fn set_selector(&mut self, value: Value) -> Step {
        let number = match value {
            Value::Constant(bits) => u32::try_from(bits).ok().filter(|number| *number < OTHERS),
            _ => None,
        };
        let Some(number) = number else {
            return Err(self.fault("resuming", "local 0 gets what is no number of a dispatch"));
        };
        // A selector that has led here is replaced by the next.
        let mut states = std::mem::take(&mut self.states);
        let mut failed = Ok(());
        states.0.retain_mut(|state| {
            let gets_here = self.gets_where_it_was_sent(state);
            gets_here.unwrap_or_else(|fault| {
                failed = Err(fault);
                false
            })
        });
        failed?;
        self.states = states;
        self.states.each(|state| {
            state.slots.arrive();
            state.selector = match number {
                0 => Selector::Done(Numbers::default()),
                number => Selector::Pending {
                    numbers: Numbers::one(number),
                    is_reset: false,
                },
            };
        });
        Ok(())
    }
}

/// The state in which these numbers go on.
fn led(state: &State, numbers: Numbers, is_reset: bool) -> States {
    let mut state = state.clone();
    state.slots.lead(&numbers);
    state.selector = Selector::Pending { numbers, is_reset };
    States(vec![state])
}

/// That of an entry that no row matches: the function begins.
fn otherwise(state: &State, is_reset: bool) -> States {
    let mut states = led(state, Numbers::one(OTHERS), is_reset);
    states.each(|state| state.sp = Sp::At(0));
    states
}

fn reset(mut state: State, is_reset: bool) -> State {
    if is_reset {
        state.selector = Selector::Done(Numbers::default());
    }
    state
}
