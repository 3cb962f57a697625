//! Words of its frame that a function of the input has surely stored when it calls: on every way to the call, and after
//! any earlier call that may have changed them.
//!
//! A forward "must" problem over Go's own segments, as the linker leaves them: the value at a point is a set of words,
//! the meet is intersection. The entry and `deferreturn` start empty, all other segments full. Sets only shrink, so the
//! worklist drains. What is not understood counts as not stored, so that the rule asks for less; a function with blocks
//! of its own is left out.

use super::slots::Words;
use super::value::{Value, constant};
use super::walk::{NoTypes, access};
use super::written::{Function, body};
use crate::index::FuncIndex;
use crate::input::{Input, code_section};
use std::collections::HashMap;
use wasmparser::{BlockType, Operator};

/// The words by the offset of the call in the code section.
pub(super) type Certain = HashMap<u32, Words>;

/// What is stored at the calls of the function at this position; empty if it is left out. `functions` are those of the
/// input.
pub(super) fn stored_at_calls(
    input: &Input<'_>,
    functions: &[Function],
    position: usize,
) -> Certain {
    let follow = || {
        let reader = body(input, position)?.get_operators_reader().ok()?;
        let operators: Vec<_> = reader
            .into_iter_with_offsets()
            .collect::<Result<_, _>>()
            .ok()?;
        let layout = Layout::read(&operators)?;
        let mut walk = Walk {
            input,
            functions,
            frame: i32::try_from(functions[position].frame()).ok()?,
            start: code_section(input)?.start,
            operators: &operators,
            at_start: vec![None; layout.segments.len()],
            pending: Vec::new(),
            layout,
            found: Certain::new(),
        };
        walk.meet(0, &Words::default());
        if let Some(pc_b) = functions[position].deferreturn {
            walk.meet(walk.layout.segment(pc_b), &Words::default());
        }
        while let Some(segment) = walk.pending.pop() {
            walk.segment(segment)?;
        }
        Some(walk.found)
    };
    follow().unwrap_or_default()
}

/// Where the segments of a function are.
struct Layout {
    /// Segment by PC_B; the last row serves all larger ones.
    table: Vec<usize>,
    /// Operators of each.
    segments: Vec<std::ops::Range<usize>>,
}

impl Layout {
    fn read(operators: &[(Operator<'_>, usize)]) -> Option<Layout> {
        let operator = |at: usize| operators.get(at).map(|(operator, _)| operator);
        let mut at = match (operator(0), operator(1)) {
            (
                Some(Operator::GlobalGet { global_index: 0 }),
                Some(Operator::LocalSet { local_index: 1 }),
            ) => 2,
            _ => 0,
        };
        let begin = at;
        while matches!(
            operator(at),
            Some(Operator::Block { .. } | Operator::Loop { .. })
        ) {
            at += 1;
        }
        let (Some(Operator::LocalGet { local_index: 0 }), Some(Operator::BrTable { targets })) =
            (operator(at), operator(at + 1))
        else {
            return Some(Layout {
                table: vec![0],
                segments: vec![begin..operators.len()],
            });
        };
        let labels = targets.targets().flatten().chain([targets.default()]);
        let table: Vec<usize> = labels.map(|label| label as usize).collect();
        let count = table.iter().max()? + 1;
        // The blocks around the segments end where these do, one after the other.
        let mut ends = Vec::new();
        let mut nested = 0;
        for (at, (operator, _)) in operators.iter().enumerate().skip(at + 2) {
            match operator {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => nested += 1,
                Operator::End if nested == 0 => ends.push(at),
                Operator::End => nested -= 1,
                _ => {}
            }
        }
        let bounds = ends.iter().zip(ends.iter().skip(1)).take(count);
        let segments: Vec<_> = bounds.map(|(start, end)| start + 1..*end).collect();
        (segments.len() == count).then_some(Layout { table, segments })
    }

    fn segment(&self, pc_b: u32) -> usize {
        let row = (pc_b as usize).min(self.table.len() - 1);
        self.table[row]
    }
}

struct Walk<'w> {
    input: &'w Input<'w>,
    functions: &'w [Function],
    frame: i32,
    start: usize,
    operators: &'w [(Operator<'w>, usize)],
    layout: Layout,
    /// `None` where no way leads yet.
    at_start: Vec<Option<Words>>,
    pending: Vec<usize>,
    found: Certain,
}

/// An `if` that is open.
struct Open {
    sp: i32,
    at_start: Option<Words>,
    /// At the end of its first part, once there is an `else`.
    behind_first: Option<Option<Words>>,
}

/// What holds inside a segment.
struct Inside {
    /// `None` where control does not come.
    stored: Option<Words>,
    /// Where SP is.
    sp: i32,
    stack: Vec<Value>,
    open: Vec<Open>,
    /// What local 0 was set to last.
    selector: Option<u32>,
}

impl Inside {
    fn pop(&mut self) -> Value {
        self.stack.pop().unwrap_or(Value::Other)
    }
}

impl Walk<'_> {
    /// A way into a segment.
    fn meet(&mut self, segment: usize, stored: &Words) {
        let Some(known) = self.at_start.get_mut(segment) else {
            return;
        };
        let met = known.as_ref().map_or_else(
            || stored.clone(),
            |known| {
                let mut met = known.clone();
                met.keep(stored);
                met
            },
        );
        if known.as_ref() != Some(&met) {
            *known = Some(met);
            self.pending.push(segment);
        }
    }

    /// Follows a segment. `None` if there is something in it that is not understood.
    fn segment(&mut self, segment: usize) -> Option<()> {
        let mut inside = Inside {
            stored: self.at_start[segment].clone(),
            sp: if segment == 0 { 0 } else { -self.frame },
            stack: Vec::new(),
            open: Vec::new(),
            selector: None,
        };
        for at in self.layout.segments[segment].clone() {
            self.step(at, &mut inside)?;
        }
        if let Some(stored) = inside.stored {
            self.meet(segment + 1, &stored);
        }
        Some(())
    }

    fn step(&mut self, at: usize, inside: &mut Inside) -> Option<()> {
        let (operator, offset) = &self.operators[at];
        match operator {
            Operator::If {
                blockty: BlockType::Empty,
            } => {
                inside.pop();
                inside.open.push(Open {
                    sp: inside.sp,
                    at_start: inside.stored.clone(),
                    behind_first: None,
                });
            }
            Operator::Else => {
                let open = inside.open.last_mut()?;
                open.behind_first = Some(inside.stored.take());
                inside.sp = open.sp;
                inside.stored.clone_from(&open.at_start);
            }
            Operator::End => {
                // Of the whole function, if it has no segments.
                let open = inside.open.pop()?;
                inside.sp = open.sp;
                let other = open.behind_first.unwrap_or(open.at_start);
                inside.stored = match (inside.stored.take(), other) {
                    (Some(mut first), Some(second)) => {
                        first.keep(&second);
                        Some(first)
                    }
                    (first, second) => first.or(second),
                };
                inside.stack.clear();
            }
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => return None,
            // Nothing comes here.
            _ if inside.stored.is_none() => {}
            Operator::Br { .. } => {
                if let (Some(pc_b), Some(stored)) = (inside.selector.take(), inside.stored.take()) {
                    let to = self.layout.segment(pc_b);
                    self.meet(to, &stored);
                }
            }
            Operator::Return | Operator::Unreachable => inside.stored = None,
            Operator::BrIf { .. } => _ = inside.pop(),
            Operator::BrTable { .. } => return None,
            Operator::LocalGet { local_index } => inside.stack.push(match local_index {
                1 => Value::Stack(inside.sp),
                _ => Value::Other,
            }),
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                let value = inside.pop();
                match (local_index, value) {
                    (0, Value::Constant(pc_b)) => inside.selector = u32::try_from(pc_b).ok(),
                    (0, _) => inside.selector = None,
                    (1, Value::Stack(sp)) => inside.sp = sp,
                    // From global 0: behind a call.
                    (1, _) => inside.sp = inside.sp.max(-self.frame),
                    _ => {}
                }
                if matches!(operator, Operator::LocalTee { .. }) {
                    inside.stack.push(value);
                }
            }
            Operator::Call { function_index } => {
                self.call(Some(FuncIndex(*function_index)), *offset, inside);
            }
            Operator::CallIndirect { .. } => {
                // The slot and PC_B.
                (inside.pop(), inside.pop());
                self.call(None, *offset, inside);
                inside.stack.push(Value::Other);
            }
            operator => computes(operator, inside)?,
        }
        Some(())
    }

    fn call(&mut self, callee: Option<FuncIndex>, offset: usize, inside: &mut Inside) {
        if let Some(stored) = &inside.stored {
            let offset = offset.saturating_sub(self.start) as u32;
            self.found.insert(offset, stored.clone());
        }
        let position = callee.and_then(|callee| self.input.imported_functions.defined(callee));
        let function = position.and_then(|position| self.functions.get(position.place()));
        let ty = callee.and_then(|callee| self.input.function_type(callee));
        let (params, results) = ty.map_or((0, 0), |ty| (ty.params().len(), ty.results().len()));
        for _ in 0..params {
            inside.pop();
        }
        inside.stack.extend((0..results).map(|_| Value::Other));
        // Arguments and results lie above SP, as it was before the return PC was pushed.
        let args = function
            .filter(|function| !function.is_assembly)
            .and_then(|function| function.args);
        let base = inside.sp.max(-self.frame);
        let end = args.map_or(0, |args| base.saturating_add(args).min(0));
        if let Some(stored) = &mut inside.stored {
            stored.clear(base, end);
        }
    }
}

/// An operator that has operands and results, and stores if it is a store.
fn computes(operator: &Operator<'_>, inside: &mut Inside) -> Option<()> {
    if let Some(bits) = constant(operator) {
        inside.stack.push(Value::Constant(bits));
        return Some(());
    }
    let (operands, results) = operator.operator_arity(&NoTypes)?;
    let result = match operands {
        1 => Value::unary(operator, inside.pop()),
        2 => {
            let (right, left) = (inside.pop(), inside.pop());
            if let (Some((offset, bytes)), Value::Stack(at), Some(stored)) =
                (access(operator), left, &mut inside.stored)
                && results == 0
                && let Ok(place) = i32::try_from(i64::from(at) + offset)
            {
                stored.set(place, place.saturating_add(bytes));
            }
            Value::binary(operator, left, right)
        }
        more => {
            (0..more).for_each(|_| _ = inside.pop());
            Value::Other
        }
    };
    inside.stack.extend((0..results).map(|_| result));
    Some(())
}
