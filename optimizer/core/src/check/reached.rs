//! Reachability in a function of the input.
//!
//! Go writes a function as segments behind one jump table: `local.get 0; br_table` in a loop. A jump puts a number into
//! local 0 and branches to the loop (cmd/internal/obj/wasm/wasmobj.go). A segment is reached by a jump from one that is
//! reached, or by falling through from the one before. Behind a call of a function that never returns comes whatever
//! segment is next.
//!
//! The operators are read front to back, again and again until no jump leads to a new segment: at most once for each
//! segment, two or three times in practice.

use crate::index::FuncIndex;
use wasmparser::Operator;

/// Local 0: PC_B, the number of a segment.
const SELECTOR: u32 = 0;

/// Reads the operators of a function front to back, as often as new jumps are found.
#[derive(Debug)]
pub(super) struct Reached {
    /// Segments that jumps or the runtime lead to, by number.
    asked: Vec<bool>,
    /// The next operator is reached.
    is_reached: bool,
    labels: Vec<Label>,
    /// What the last operator pushed, and what the one before it put into local 0.
    number: Option<i32>,
    selector: Option<i32>,
    is_selector: bool,
    is_new: bool,
}

#[derive(Debug)]
struct Label {
    /// Its end is reached by a branch, or by skipping an `if`.
    is_used: bool,
    is_loop: bool,
}

impl Reached {
    /// For a function that is entered at these PC_B.
    pub(super) fn from(entries: [u32; 2]) -> Reached {
        let mut reached = Reached {
            asked: Vec::new(),
            is_reached: true,
            labels: Vec::new(),
            number: None,
            selector: None,
            is_selector: false,
            is_new: false,
        };
        entries
            .into_iter()
            .for_each(|entry| reached.ask(entry as usize));
        reached
    }

    /// Starts over, if there is more to find. Before the first reading there is.
    pub(super) fn begins_again(&mut self) -> bool {
        self.labels.clear();
        self.is_reached = true;
        std::mem::take(&mut self.is_new)
    }

    /// Whether the next operator is reached. `stops` says which functions never return.
    pub(super) fn step(
        &mut self,
        operator: &Operator<'_>,
        stops: impl Fn(FuncIndex) -> bool,
    ) -> bool {
        let is_reached = self.is_reached;
        match operator {
            Operator::Block { .. } => self.open(false, false),
            Operator::Loop { .. } => self.open(true, false),
            Operator::If { .. } => self.open(false, is_reached),
            Operator::Else => {
                if let Some(label) = self.labels.last_mut() {
                    std::mem::swap(&mut label.is_used, &mut self.is_reached);
                }
            }
            Operator::End => {
                let label = self.labels.pop();
                self.is_reached |= label.is_some_and(|label| label.is_used);
            }
            Operator::BrIf { relative_depth } => self.branch(*relative_depth),
            Operator::Br { relative_depth } => {
                self.branch(*relative_depth);
                self.is_reached = false;
            }
            Operator::BrTable { targets } => {
                let is_dispatch = self.is_selector;
                for (number, depth) in targets.targets().flatten().enumerate() {
                    if !is_dispatch || self.asked.get(number) == Some(&true) {
                        self.branch(depth);
                    }
                }
                self.branch(targets.default());
                self.is_reached = false;
            }
            Operator::Return | Operator::Unreachable => self.is_reached = false,
            Operator::Call { function_index } if stops(FuncIndex(*function_index)) => {
                self.is_reached = false;
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

    fn open(&mut self, is_loop: bool, is_used: bool) {
        self.labels.push(Label { is_used, is_loop });
    }

    fn branch(&mut self, depth: u32) {
        if !self.is_reached {
            return;
        }
        let label = self.labels.len().checked_sub(depth as usize + 1);
        let Some(label) = label.map(|label| &mut self.labels[label]) else {
            return;
        };
        if !label.is_loop {
            label.is_used = true;
        } else if let Some(number) = self
            .selector
            .and_then(|number| usize::try_from(number).ok())
        {
            self.ask(number);
        }
    }

    fn ask(&mut self, number: usize) {
        if self.asked.len() <= number {
            self.asked.resize(number + 1, false);
        }
        self.is_new |= !std::mem::replace(&mut self.asked[number], true);
    }
}
