//! What holds where control is in a function of the input, on all ways there; of the least fact, `()`, whether it is reached.
//!
//! Go writes a function as segments behind one jump table: `local.get 0; br_table` in a loop. A jump puts a number into
//! local 0 and branches to the loop (cmd/internal/obj/wasm/wasmobj.go). A segment is reached by a jump from one that is
//! reached, or by falling through from the one before. Behind a call of a function that never returns comes whatever
//! segment is next.
//!
//! The operators are read front to back, again and again until no jump leads to a new segment, or with less than was known
//! there: for `()` at most once for each segment, two or three times in practice.

use crate::index::FuncIndex;
use wasmparser::Operator;

/// Local 0: PC_B, the number of a segment.
const SELECTOR: u32 = 0;

/// What is known at a point.
pub(super) trait Fact: Clone + Default {
    /// Keeps what holds on both of two ways that meet. Returns whether that is less than it was.
    fn meet(&mut self, other: &Self) -> bool;
}

impl Fact for () {
    fn meet(&mut self, (): &()) -> bool {
        false
    }
}

/// Reads the operators of a function front to back, as often as jumps tell something new. The fact that holds where the
/// function is entered is the default one.
#[derive(Debug)]
pub(super) struct Reached<F = ()> {
    /// What holds on jumps to segments, by number; `None` where there are none.
    asked: Vec<Option<F>>,
    /// What holds at the next operator; `None` if it is not reached.
    now: Option<F>,
    labels: Vec<Label<F>>,
    /// What the last operator pushed, and what the one before it put into local 0.
    number: Option<i32>,
    selector: Option<i32>,
    is_selector: bool,
    is_new: bool,
}

#[derive(Debug)]
struct Label<F> {
    /// What holds where a branch leads to its end, or an `if` is skipped.
    ends: Option<F>,
    is_loop: bool,
}

/// Lets another way meet those that are known.
fn add<F: Fact>(known: &mut Option<F>, way: &F) -> bool {
    match known {
        Some(known) => known.meet(way),
        None => {
            *known = Some(way.clone());
            true
        }
    }
}

impl<F: Fact> Reached<F> {
    /// For a function that is entered at these PC_B.
    pub(super) fn from(entries: [u32; 2]) -> Reached<F> {
        let mut reached = Reached {
            asked: Vec::new(),
            now: Some(F::default()),
            labels: Vec::new(),
            number: None,
            selector: None,
            is_selector: false,
            is_new: false,
        };
        entries
            .into_iter()
            .for_each(|entry| reached.ask(entry as usize, &F::default()));
        reached
    }

    /// What holds at the next operator, if it is reached.
    pub(super) fn now(&mut self) -> Option<&mut F> {
        self.now.as_mut()
    }

    /// Starts over, if there is more to find. Before the first reading there is.
    pub(super) fn begins_again(&mut self) -> bool {
        self.labels.clear();
        self.now = Some(F::default());
        std::mem::take(&mut self.is_new)
    }

    /// Whether the next operator is reached. `stops` says which functions never return.
    pub(super) fn step(
        &mut self,
        operator: &Operator<'_>,
        stops: impl Fn(FuncIndex) -> bool,
    ) -> bool {
        let is_reached = self.now.is_some();
        match operator {
            Operator::Block { .. } => self.open(false, None),
            Operator::Loop { .. } => self.open(true, None),
            Operator::If { .. } => self.open(false, self.now.clone()),
            Operator::Else => {
                if let Some(label) = self.labels.last_mut() {
                    std::mem::swap(&mut label.ends, &mut self.now);
                }
            }
            Operator::End => {
                if let Some(ends) = self.labels.pop().and_then(|label| label.ends) {
                    add(&mut self.now, &ends);
                }
            }
            Operator::BrIf { relative_depth } => self.branch(*relative_depth),
            Operator::Br { relative_depth } => {
                self.branch(*relative_depth);
                self.now = None;
            }
            Operator::BrTable { targets } if self.is_selector => {
                let depths: Vec<u32> = targets.targets().flatten().collect();
                for (number, jumps) in self.asked.clone().into_iter().enumerate() {
                    if let Some(jumps) = jumps {
                        let depth = depths.get(number).copied();
                        self.leads(depth.unwrap_or(targets.default()), &jumps);
                    }
                }
                self.now = None;
            }
            Operator::BrTable { targets } => {
                let depths = targets.targets().flatten().chain([targets.default()]);
                depths.for_each(|depth| self.branch(depth));
                self.now = None;
            }
            Operator::Return | Operator::Unreachable => self.now = None,
            Operator::Call { function_index } if stops(FuncIndex(*function_index)) => {
                self.now = None;
            }
            _ => {}
        }
        let number = match operator {
            Operator::I32Const { value } => Some(*value),
            _ => None,
        };
        let is_selector = |local: &u32| *local == SELECTOR;
        self.selector = match operator {
            Operator::LocalSet { local_index } if is_selector(local_index) => self.number,
            _ => None,
        };
        self.is_selector =
            matches!(operator, Operator::LocalGet { local_index } if is_selector(local_index));
        self.number = number;
        is_reached
    }

    fn open(&mut self, is_loop: bool, ends: Option<F>) {
        self.labels.push(Label { ends, is_loop });
    }

    fn branch(&mut self, depth: u32) {
        if let Some(now) = self.now.clone() {
            self.leads(depth, &now);
        }
    }

    /// A branch, on which this holds.
    fn leads(&mut self, depth: u32, holds: &F) {
        let label = self.labels.len().checked_sub(depth as usize + 1);
        let Some(label) = label.map(|label| &mut self.labels[label]) else {
            return;
        };
        if !label.is_loop {
            add(&mut label.ends, holds);
        } else if let Some(number) = self
            .selector
            .and_then(|number| usize::try_from(number).ok())
        {
            self.ask(number, holds);
        }
    }

    fn ask(&mut self, number: usize, holds: &F) {
        if self.asked.len() <= number {
            self.asked.resize(number + 1, None);
        }
        self.is_new |= add(&mut self.asked[number], holds);
    }
}
