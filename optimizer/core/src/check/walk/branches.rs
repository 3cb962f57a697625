//! Whether branches lead to everything that is written.

use super::{SELECTOR, Step, Walk};
use crate::check::value::constant;
use wasmparser::Operator;

/// What opened a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Block,
    Loop,
    If,
    Else,
}

/// A label that is open.
struct Label {
    kind: Kind,
    is_used: bool,
    /// Control gets to its beginning; of an `else`, through its `if` to the end.
    is_reached: bool,
}

fn branch(labels: &mut [Label], depth: u32) {
    let label = labels.len().checked_sub(depth as usize + 1);
    if let Some(label) = label.and_then(|label| labels.get_mut(label)) {
        label.is_used = true;
    }
}

impl Walk<'_, '_> {
    /// Unreachable code, and a loop that nothing repeats, are never emitted: they show that a branch leads elsewhere.
    /// Assembly keeps what it came with.
    pub(super) fn leads_everywhere(&mut self) -> Step {
        if self.function.is_assembly || !self.written.all_rules {
            return Ok(());
        }
        let mut labels: Vec<Label> = Vec::new();
        let mut is_reached = true;
        for at in 0..self.operators.len() {
            let operator = &self.operators[at].0;
            // The body ends with one that stands for a value.
            let is_nothing = matches!(
                operator,
                Operator::End | Operator::Else | Operator::Unreachable
            );
            let mut is_idle = !is_reached && !is_nothing;
            let open = |kind| Label {
                kind,
                is_used: false,
                is_reached,
            };
            match operator {
                Operator::Block { .. } => labels.push(open(Kind::Block)),
                Operator::Loop { .. } => labels.push(open(Kind::Loop)),
                Operator::If { .. } => labels.push(open(Kind::If)),
                Operator::Else => {
                    if let Some(label) = labels.last_mut() {
                        label.kind = Kind::Else;
                        std::mem::swap(&mut label.is_reached, &mut is_reached);
                    }
                }
                Operator::Br { relative_depth } => {
                    branch(&mut labels, *relative_depth);
                    is_reached = false;
                }
                Operator::BrIf { relative_depth } => branch(&mut labels, *relative_depth),
                Operator::BrTable { targets } => {
                    let depths = targets.targets().flatten().chain([targets.default()]);
                    depths.for_each(|depth| branch(&mut labels, depth));
                    is_reached = false;
                }
                Operator::Return | Operator::Unreachable => is_reached = false,
                Operator::End => {
                    if let Some(label) = labels.pop() {
                        is_idle = label.kind == Kind::Loop && !label.is_used;
                        is_reached |= match label.kind {
                            Kind::Block => label.is_used,
                            Kind::If | Kind::Else => label.is_used || label.is_reached,
                            Kind::Loop => false,
                        };
                    }
                }
                _ => {}
            }
            if is_idle {
                self.at = at;
                return Err(self.fault("branches", "nothing leads here"));
            }
            if !self.jumps(at, &labels) {
                self.at = at;
                let message = "local 0 gets a number, and no jump to a dispatch follows";
                return Err(self.fault("branches", message));
            }
        }
        Ok(())
    }

    /// Whether a number other than 0 that is put into the selector here is for a jump to the loop around the entry
    /// dispatch.
    fn jumps(&self, at: usize, labels: &[Label]) -> bool {
        let operator = |at: usize| self.operators.get(at).map(|(operator, _)| operator);
        let is_number = operator(at)
            .and_then(constant)
            .is_some_and(|bits| bits != 0);
        let is_put = |operator: &Operator<'_>| {
            matches!(
                operator,
                Operator::LocalSet {
                    local_index: SELECTOR
                }
            )
        };
        if !is_number || !operator(at + 1).is_some_and(is_put) {
            return true;
        }
        let Some(Operator::Br { relative_depth }) = operator(at + 2) else {
            return false;
        };
        let label = labels.len().checked_sub(*relative_depth as usize + 1);
        label.is_some_and(|label| labels[label].kind == Kind::Loop)
    }
}
