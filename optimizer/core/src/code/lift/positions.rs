//! The PC of each instruction of a body that Go wrote.
//!
//! The assembler (`preprocess` in cmd/internal/obj/wasm/wasmobj.go, go1.21 to go1.27) counts PC_B up where a segment
//! begins, behind a call that is not resumed, where the frame is made, and where it enters or leaves what it inlined.
//! The first three are seen in the code. The last is not: an instruction's PC_B then lies between two that are seen.

use super::cursor::Cursor;
use super::sequences::{self, Target};
use crate::code::facts::Facts;
use crate::code::tokens;
use crate::go::Pc;
use crate::index::FuncIndex;
use wasmparser::Operator;

/// An instruction of a body, and its PC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    /// Where it begins in the body.
    pub(crate) at: u32,
    /// The PC_B for which tables are asked, or the smallest that it can be if `exact` is not set.
    pub(crate) pc_b: u32,
    pub(crate) exact: bool,
    /// It calls, can trap or is the first of its segment. Otherwise the one behind a call.
    pub(crate) is_asked: bool,
}

/// What is known of the function that a body belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Numbered {
    pub(crate) pc_f: u32,
    /// How many PCs it has; `None` if its tables do not say.
    pub(crate) pcs: Option<u32>,
}

/// The instructions of the body that call, can trap or begin a segment, and those where PC_B changes, in order.
///
/// Time and memory grow linearly with the body.
///
/// # Errors
/// An operator that cannot be decoded.
pub(crate) fn positions(
    body: &[u8],
    function: Option<Numbered>,
    facts: &Facts,
) -> wasmparser::Result<Vec<Position>> {
    let tokens = tokens::decode(body)?;
    let mut walk = Walk {
        cursor: Cursor::new(&tokens),
        pc_f: function.map(|function| function.pc_f),
        facts,
        pc_b: 0,
        changed: true,
        since: 0,
        found: Vec::new(),
    };
    walk.all();
    match function.and_then(|function| function.pcs) {
        Some(pcs) => walk.up_to(pcs.saturating_sub(1)),
        None => walk.up_to(u32::MAX),
    }
    Ok(walk.found)
}

struct Walk<'w, 'o, 'b> {
    cursor: Cursor<'o, 'b>,
    pc_f: Option<u32>,
    facts: &'w Facts,
    /// The last one known, and whether that is so since the last instruction.
    pc_b: u32,
    changed: bool,
    /// What of `found` was found since.
    since: usize,
    found: Vec<Position>,
}

/// A call that pushes a return PC of its function.
struct PushingCall {
    store: u32,
    call: u32,
    return_pc_b: u32,
    /// `None` for an indirect one.
    callee: Option<FuncIndex>,
}

impl Walk<'_, '_, '_> {
    fn all(&mut self) {
        self.cursor.skip_sp_reload();
        let mut segments = Segments::read(&mut self.cursor);
        let (mut has_frame, mut begins_segment) = (false, true);
        while let Some(token) = self.cursor.peek_token() {
            if let Some(start) = segments.start(&token.operator) {
                self.cursor.advance(1);
                // The resume point itself has raised it.
                self.up_to(start.saturating_sub(1));
                self.now(start);
                begins_segment = true;
                continue;
            }
            let is_asked = token.calls() || token.traps();
            if is_asked || self.changed {
                self.push(token.at, is_asked || begins_segment);
            }
            begins_segment = false;
            if let Some(call) = self.pushing_call() {
                self.call(&call);
            } else if !has_frame && sequences::skip_frame_made(&mut self.cursor) {
                has_frame = true;
                self.now(self.pc_b.saturating_add(1));
            } else {
                self.cursor.advance(1);
            }
        }
    }

    /// Reads a call and moves the cursor behind it.
    fn pushing_call(&mut self) -> Option<PushingCall> {
        let mut ahead = self.cursor;
        let pc = sequences::pushed_return_pc(&mut ahead)?;
        let pc = Pc::of_bits(pc.cast_unsigned()).filter(|pc| Some(pc.f) == self.pc_f)?;
        let store = ahead.last()?.at;
        let callee = match ahead.peek(0) {
            Some(Operator::Call { function_index })
                if self.facts.popping == Some(FuncIndex(*function_index)) =>
            {
                ahead.advance(1);
                Some(FuncIndex(*function_index))
            }
            _ => match sequences::entered(&mut ahead, self.facts)? {
                Target::Direct(callee) => Some(callee),
                Target::Indirect(_) => None,
            },
        };
        let call = ahead.last()?.at;
        self.cursor = ahead;
        Some(PushingCall {
            store,
            call,
            return_pc_b: pc.b,
            callee,
        })
    }

    fn call(&mut self, call: &PushingCall) {
        let PushingCall { return_pc_b, .. } = *call;
        let faults = call.callee.is_some() && call.callee == self.facts.sigpanic;
        let grows = (call.callee).is_some_and(|callee| self.facts.morestack.contains(&callee));
        // `runtime.CallersFrames` looks up the PC in front of the return PC, but for a fault the return PC itself. A
        // function that grows the stack is entered again, at that PC.
        let asked = match faults || grows {
            true => return_pc_b,
            false => return_pc_b.saturating_sub(1),
        };
        self.up_to(asked);
        self.now(asked);
        self.push(call.store, true);
        self.push(call.call, true);
        self.now(return_pc_b.saturating_add(faults.into()));
    }

    fn push(&mut self, at: u32, is_asked: bool) {
        self.changed = false;
        self.found.push(Position {
            at,
            pc_b: self.pc_b,
            exact: true,
            is_asked,
        });
    }

    /// Here, PC_B is at most this. What was found since it was known last is uncertain if that is more than it was.
    fn up_to(&mut self, pc_b: u32) {
        if pc_b > self.pc_b {
            self.found[self.since..]
                .iter_mut()
                .for_each(|position| position.exact = false);
        }
    }

    /// Here, PC_B is this.
    fn now(&mut self, pc_b: u32) {
        (self.pc_b, self.changed, self.since) = (pc_b, true, self.found.len());
    }
}

/// Where the segments of a function begin.
struct Segments {
    /// PC_B of the start of each, last first.
    starts: Vec<u32>,
    /// Blocks that are open inside the one whose end is the start of the next segment.
    open: u32,
}

impl Segments {
    /// Reads the blocks around the segments and the entry table, and moves the cursor to the `end` behind it, which is
    /// where the first begins.
    fn read(cursor: &mut Cursor<'_, '_>) -> Segments {
        let none = Segments {
            starts: Vec::new(),
            open: 0,
        };
        let blocks = cursor.count_blocks();
        let (Some(Operator::LocalGet { local_index: 0 }), Some(Operator::BrTable { targets })) =
            (cursor.peek(blocks), cursor.peek(blocks + 1))
        else {
            return none;
        };
        let mut starts: Vec<u32> = Vec::new();
        let labels = targets.targets().flatten().chain([targets.default()]);
        for (pc_b, segment) in (0..).zip(labels) {
            if segment as usize >= starts.len() {
                starts.push(pc_b);
            }
        }
        starts.reverse();
        cursor.advance(blocks + 2);
        Segments { starts, open: 0 }
    }

    /// PC_B of the segment that begins behind this operator, if one does.
    fn start(&mut self, operator: &Operator<'_>) -> Option<u32> {
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => self.open += 1,
            Operator::End if self.open == 0 => return self.starts.pop(),
            Operator::End => self.open -= 1,
            _ => {}
        }
        None
    }
}
