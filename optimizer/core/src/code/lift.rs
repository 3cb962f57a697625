//! From a function body as Go emits it to segments of statements.
//!
//! `cmd/internal/obj/wasm/wasmobj.go` (`preprocess`) gives every function of the convention this shape:
//!
//! ```wat
//! global.get 0  local.set 1                 ;; SP into its cache
//! block $unwind                             ;; if there are calls
//!   loop $entry                             ;; if there are jumps
//!     block block ... block                 ;; one more than there are resume points
//!       local.get 0  br_table 0 0 1 2 ...   ;; PC_B to segment
//!     end  (segment 0)
//!     end  (segment 1)  ...
//!   end
//!   unreachable
//! end
//! i32.const 1                               ;; tell the caller to unwind, too
//! ```
//!
//! Segment `k` is the code behind the `k`-th `end`. A jump to it is `i32.const pc; local.set 0; br $entry` with a `pc`
//! that the table maps to `k`.
//!
//! Lifting is symbolic execution of the operand stack, front to back, in one pass: an operator pops the expression
//! trees of its operands and pushes its own; a statement takes what it needs. A tree that is still on the stack when a
//! statement could change its value is spilled to a fresh local first. The stack has to be empty at every jump, at
//! every call that may be resumed and at the end of a segment, so there is nothing to merge where paths meet. Cost:
//! linear; trees are at most 400 deep and blocks nest at most 60 deep, beyond which a function is refused.
//!
//! Everything is checked against this shape. A function that differs anywhere is refused, with the reason, and left to
//! `adapt.rs`.

mod body;
mod calls;
mod cursor;
mod operators;
pub(crate) mod positions;
mod sequences;

use super::facts::{Facts, value_type};
use super::ir::{FIRST_FREE, SP};
use super::locals::LocalSet;
use super::op::Type;
use super::origin::At;
use super::tokens::{self, Token};
use cursor::Cursor;
use wasmparser::{BinaryReader, FunctionBody, Operator};

pub(crate) use body::Step;

/// A lifted body, before its segments become a graph.
#[derive(Debug)]
pub(crate) struct Lifted {
    pub(crate) segments: Vec<Vec<Step>>,
    /// Segment by PC_B; larger PCs belong to the last entry.
    pub(crate) table: Vec<u32>,
    pub(crate) locals: Vec<Type>,
    /// See [`Function::declared`](super::ir::Function::declared).
    pub(crate) declared: u32,
    /// Where its last instruction comes from.
    pub(crate) last: At,
    /// The same for the first.
    pub(crate) first: At,
}

/// Why a function was refused.
pub(crate) type Refusal = &'static str;

/// Lifts one body, of the function with PC_F `pc_f`, which begins at `base` in the code section. `tokens` is room for its
/// operators.
///
/// # Errors
/// The first way in which the body differs from Go's shape.
pub(crate) fn lift<'b>(
    bytes: &'b [u8],
    facts: &Facts,
    (pc_f, base): (u32, u32),
    tokens: &mut Vec<Token<'b>>,
) -> Result<Lifted, Refusal> {
    let body = FunctionBody::new(BinaryReader::new(bytes, 0));
    let locals = declared_locals(&body)?;
    tokens::decode_into(bytes, tokens).map_err(|_| "an operator that cannot be decoded")?;
    let mut cursor = Cursor::new(tokens);
    if !cursor.skip_sp_reload() && locals.len() > SP as usize {
        return Err("SP is not in local 1 from the start");
    }
    let locals = with_sp(locals)?;
    let declared = locals[FIRST_FREE as usize..]
        .iter()
        .map(|ty| ty.width())
        .sum();
    let frame = Frame::read(&mut cursor)?;
    let mut reader = body::Reader::new(cursor, facts, (pc_f, base), &frame, locals);
    let segments = reader.segments()?;
    let (mut cursor, locals) = reader.finish();
    frame.read_tail(&mut cursor)?;
    let origin = |token: Option<&Token<'_>>| {
        At::offset(base.saturating_add(token.map_or(0, |token| token.at)))
    };
    Ok(Lifted {
        segments,
        table: frame.table,
        locals,
        declared,
        last: origin(tokens.last()),
        first: origin(tokens.first()),
    })
}

/// The types of parameter 0 and of the declared locals, the first of which is the cache of SP.
fn declared_locals(body: &FunctionBody<'_>) -> Result<Vec<Type>, Refusal> {
    /// Go has 48 registers and SP; see [`LocalSet`].
    const MOST: usize = LocalSet::BITS as usize;
    let mut locals = vec![Type::I32];
    let declarations = body
        .get_locals_reader()
        .map_err(|_| "locals that cannot be decoded")?;
    for declaration in declarations {
        let (count, ty) = declaration.map_err(|_| "locals that cannot be decoded")?;
        let ty = value_type(ty).ok_or("a local of a type that Go does not use")?;
        if locals.len() + count as usize > MOST {
            return Err("more locals than Go has registers");
        }
        locals.extend(std::iter::repeat_n(ty, count as usize));
    }
    Ok(locals)
}

/// The locals with SP among them, which a function without any use of it lacks.
fn with_sp(mut locals: Vec<Type>) -> Result<Vec<Type>, Refusal> {
    match locals.get(SP as usize) {
        None => locals.push(Type::I32),
        Some(Type::I32) => {}
        Some(_) => return Err("local 1 is not the cache of SP"),
    }
    Ok(locals)
}

/// The blocks around the segments.
#[derive(Debug)]
struct Frame {
    /// Segment by PC_B; the last entry serves all larger ones.
    table: Vec<u32>,
    has_table: bool,
    segments: usize,
    has_loop: bool,
    has_unwind: bool,
}

impl Frame {
    fn read(cursor: &mut Cursor<'_, '_>) -> Result<Frame, Refusal> {
        let has_unwind = matches!(cursor.at_end(1), Some(Operator::I32Const { value: 1 }));
        if !cursor.has_entry_table() {
            if has_unwind {
                cursor.expect_block()?;
            }
            return Ok(Frame {
                table: vec![0],
                has_table: false,
                segments: 1,
                has_loop: false,
                has_unwind,
            });
        }
        if has_unwind {
            cursor.expect_block()?;
        }
        let has_loop = matches!(cursor.peek(0), Some(Operator::Loop { .. }));
        if has_loop {
            cursor.advance(1);
        }
        let mut segments = 0;
        while matches!(cursor.peek(0), Some(Operator::Block { .. })) {
            cursor.expect_block()?;
            segments += 1;
        }
        let table = cursor.entry_table()?;
        if table.iter().any(|segment| *segment as usize >= segments) {
            return Err("the entry table leads out of the function");
        }
        Ok(Frame {
            table,
            has_table: true,
            segments,
            has_loop,
            has_unwind,
        })
    }

    /// What follows the last segment.
    fn read_tail(&self, cursor: &mut Cursor<'_, '_>) -> Result<(), Refusal> {
        const DIFFERS: Refusal = "the function does not end as Go ends them";
        if self.has_loop {
            cursor.expect(|op| matches!(op, Operator::Unreachable), DIFFERS)?;
            if self.has_unwind {
                cursor.expect(|op| matches!(op, Operator::End), DIFFERS)?;
            }
        }
        if self.has_unwind {
            cursor.expect(|op| matches!(op, Operator::I32Const { value: 1 }), DIFFERS)?;
        }
        if self.has_loop || self.has_unwind {
            cursor.expect(|op| matches!(op, Operator::End), DIFFERS)?;
        }
        if cursor.is_done() {
            Ok(())
        } else {
            Err(DIFFERS)
        }
    }

    /// The segment that PC_B leads to.
    fn segment_of(&self, pc_b: u32) -> u32 {
        let last = self.table.len() - 1;
        self.table[(pc_b as usize).min(last)]
    }
}
