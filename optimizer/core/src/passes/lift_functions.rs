//! Lifts Go's functions: from bytes to graphs of blocks and expression trees, for all passes that follow.
//!
//! Before, a loop that adds up a slice, as Go emits it: every jump goes through the function's entry table.
//!
//! ```wat
//! loop $entry
//!   block block block  local.get 0  br_table 0 1 2  end
//!     ...  i32.const 2  local.set 0  br $entry       ;; jump to segment 2
//!   end  ...
//! ```
//!
//! After: blocks that name each other. Written back they are `block`, `loop` and `if` with direct branches, and calls
//! follow a convention of our own (`code/encode.rs`): 16 bytes a call instead of 36.
//!
//! A function that is not exactly as Go emits it is left alone, counted, and adapted to the new convention at its
//! borders (`code/adapt.rs`), which costs bytes. If that is true of most functions, because another tool has rewritten
//! the module, all of them stay as they are. Measured on esbuild: code 10,017,788 to 8,075,952 bytes, nothing left
//! alone of note.

mod refuse;
mod unfit;

use super::{Go, Outcome, mark_no_return};
use crate::code::{self, Body, Code, Definition, Original, PcWidth, Style, Target, Unlifted};
use crate::frame::Frame;
use crate::go::Program;
use crate::index::{Defined, FuncIndex, PerFunction};
use crate::input::Input;
use crate::options::{Options, Preference};
use crate::parallel::prelude::*;
use crate::part::{Part, SecondPart};
use crate::reindex::Reindex;
use crate::report::CodeLeftAlone;
use std::collections::BTreeMap;

pub(super) fn run(frame: &mut Frame, go: &Go<'_>, options: &Options) -> (Outcome, Option<Code>) {
    let Go { program, input } = *go;
    let mut facts = code::Facts::new(input, program);
    let listed = listed(program, input, &facts, &options.second);
    facts.pcs = pc_width(&listed);
    if let Some(reason) = unfit::reason(&facts, &listed, program, input) {
        return (nothing_lifted(&reason, &facts, input), None);
    }
    let mut lifted = lift(input, &listed, &facts);
    let saving = mark_no_return::saving(program, &lifted.functions, input.imported_functions);
    let refusal = refuse::Refusal {
        input,
        program,
        facts: &facts,
        saving: &saving,
    };
    refusal.apply(&mut lifted);
    let tally = Tally::of(&lifted, input);
    let reason = tally.is_not_worth_it();
    if let Some(note) = reason.or_else(|| unadaptable(&lifted, input, &facts)) {
        let main = tally.code_left_alone().map(|code| code.reason);
        let nothing = nothing_lifted(main.as_deref().unwrap_or(&note), &facts, input);
        let outcome = Outcome {
            note,
            left_alone: tally.left_alone(),
            ..nothing
        };
        return (outcome, None);
    }
    let outcome = Outcome {
        note: tally.to_string(),
        code_left_alone: tally.code_left_alone(),
        left_alone: tally.left_alone(),
        ..Outcome::default()
    };
    (
        outcome,
        Some(adopt(frame, facts, lifted.functions, options)),
    )
}

/// The functions, and why those of Go's convention that were not lifted were refused.
struct Lifted {
    functions: PerFunction<Definition>,
    refusals: PerFunction<Option<&'static str>>,
}

impl Lifted {
    fn refuse(&mut self, position: Defined, reason: &'static str, input: &Input<'_>) {
        let function = &mut self.functions[position];
        function.body = unlifted(input, function.index);
        self.refusals[position] = Some(reason);
    }
}

fn lift(input: &Input<'_>, listed: &PerFunction<Listed>, facts: &code::Facts) -> Lifted {
    let (functions, refusals): (Vec<_>, Vec<_>) = (listed.par_iter().zip(&input.bodies))
        .map_init(Vec::new, |tokens, (listed, range)| {
            let base = input.code_offset(range.start);
            let lifted = lift_one((input.slice(range), base), listed, facts, tokens);
            let (body, refusal) = match lifted {
                Ok(graph) => (Body::Lifted(graph), None),
                Err(refusal) => (unlifted(input, listed.index), refusal),
            };
            let definition = Definition {
                index: listed.index,
                pc_f: listed.pc_f,
                deferreturn: listed.deferreturn,
                frame: listed.frame,
                is_assembly: listed.is_assembly,
                part: listed.part,
                body,
            };
            (definition, refusal)
        })
        .unzip();
    Lifted {
        functions: functions.into(),
        refusals: refusals.into(),
    }
}

/// The graph of a function; otherwise the reason for refusing it, or `None` outside the convention.
fn lift_one<'b>(
    (body, base): (&'b [u8], u32),
    listed: &Listed,
    facts: &code::Facts,
    tokens: &mut Vec<code::Token<'b>>,
) -> std::result::Result<code::Function, Option<&'static str>> {
    let pc_f = listed.pc_f.filter(|_| facts.is_go(listed.index));
    let pc_f = pc_f.ok_or(None)?;
    if listed.slots != 1 {
        // Several identical functions that were merged into one: pclntab has only the last of them.
        return Err(Some("a function in several table slots"));
    }
    code::lift_function(body, (pc_f, base), listed.deferreturn, facts, tokens).map_err(Some)
}

fn unlifted(input: &Input<'_>, index: FuncIndex) -> Body {
    Body::Adapted(Unlifted::of(input.body(index).unwrap_or_default()))
}

/// Why a function that was not lifted cannot be adapted, if it cannot.
fn unadaptable(lifted: &Lifted, input: &Input<'_>, facts: &code::Facts) -> Option<String> {
    (lifted.functions.par_iter().zip(&input.bodies))
        .filter(|(function, _)| function.graph().is_none())
        .find_map_first(|(Definition { index, .. }, body)| {
            let original = Original {
                bytes: input.slice(body),
                base: 0,
            };
            // Indices do not matter here.
            let target = Target {
                indices: Reindex(None),
                marks: false,
            };
            let adapted = code::adapted(original, *index, 0, facts, target);
            let reason = adapted.err()?;
            Some(format!("function {index}: {reason}"))
        })
}

/// What was lifted and what was refused.
#[derive(Default)]
struct Tally {
    lifted: u64,
    lifted_bytes: u64,
    refused_bytes: u64,
    /// Functions and bytes by reason.
    refused: BTreeMap<&'static str, (u64, u64)>,
}

impl Tally {
    fn of(lifted: &Lifted, input: &Input<'_>) -> Tally {
        let mut tally = Tally::default();
        let functions = lifted.functions.iter().zip(lifted.refusals.iter());
        for ((function, refusal), range) in functions.zip(&input.bodies) {
            let bytes = range.len() as u64;
            if function.graph().is_some() {
                tally.lifted += 1;
                tally.lifted_bytes += bytes;
            }
            if let Some(reason) = refusal {
                let (functions, size) = tally.refused.entry(reason).or_default();
                *functions += 1;
                *size += bytes;
                tally.refused_bytes += bytes;
            }
        }
        tally
    }

    /// A function that is adapted grows by about 15 %, one that is lifted shrinks by as much.
    fn is_not_worth_it(&self) -> Option<String> {
        (self.refused_bytes > self.lifted_bytes).then(|| {
            let bytes = self.refused_bytes + self.lifted_bytes;
            format!(
                "nothing: {} of {bytes} bytes of Go's functions are not as Go writes them",
                self.refused_bytes
            )
        })
    }

    fn refused_functions(&self) -> u64 {
        self.refused.values().map(|(functions, _)| functions).sum()
    }

    /// With the reason for most of the bytes.
    fn code_left_alone(&self) -> Option<CodeLeftAlone> {
        let (reason, _) = self.refused.iter().max_by_key(|(_, (_, bytes))| *bytes)?;
        let functions = self.refused_functions();
        Some(CodeLeftAlone {
            reason: (*reason).to_owned(),
            functions,
            of_functions: functions + self.lifted,
            bytes: self.refused_bytes,
            of_bytes: self.refused_bytes + self.lifted_bytes,
            rewritten: true,
        })
    }

    fn left_alone(self) -> Vec<(String, u64)> {
        (self.refused.into_iter())
            .map(|(reason, (functions, _))| (reason.to_owned(), functions))
            .collect()
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let left_alone = self.refused_functions();
        write!(
            f,
            "{} functions; {left_alone} left alone, {} bytes",
            self.lifted, self.refused_bytes
        )
    }
}

fn nothing_lifted(reason: &str, facts: &code::Facts, input: &Input<'_>) -> Outcome {
    let bodies = input.defined_functions();
    let go_bytes = bodies.filter_map(|(index, range)| facts.is_go(index).then_some(range.len()));
    let (functions, bytes) = go_bytes.fold((0, 0), |(n, sum), len| (n + 1, sum + len as u64));
    Outcome {
        code_left_alone: Some(CodeLeftAlone {
            reason: reason.to_owned(),
            functions,
            of_functions: functions,
            bytes,
            of_bytes: bytes,
            // Go's own tools do not make such programs.
            rewritten: true,
        }),
        ..super::left_alone(reason, input.bodies.len())
    }
}

/// What is known of a function before it is lifted.
#[derive(Clone)]
struct Listed {
    index: FuncIndex,
    pc_f: Option<u32>,
    deferreturn: Option<u32>,
    frame: Option<u32>,
    is_assembly: bool,
    part: Part,
    /// How many table slots hold it.
    slots: u32,
}

/// What Go's tables and the module's table say about each function, and its part.
fn listed(
    program: &Program,
    input: &Input<'_>,
    facts: &code::Facts,
    second: &SecondPart,
) -> PerFunction<Listed> {
    let imported = input.imported_functions;
    let mut all: PerFunction<Listed> = (input.defined_functions())
        .map(|(index, _)| Listed {
            index,
            pc_f: None,
            deferreturn: None,
            frame: None,
            is_assembly: false,
            part: Part::First,
            slots: 0,
        })
        .collect();
    for (_, index) in &input.table_slots {
        if let Some(position) = imported.defined(*index) {
            all[position].slots += 1;
        }
    }
    for function in program.functions() {
        let Some(position) = imported.defined(function.wasm_index()) else {
            continue;
        };
        let listed = &mut all[position];
        listed.pc_f = Some(function.pc_f());
        listed.deferreturn = function.record().deferreturn;
        listed.frame = function.frame_size();
        listed.is_assembly = function.record().is_assembly();
        if facts.is_go(listed.index) {
            listed.part = second.part_of(function.name());
        }
    }
    all
}

fn pc_width(listed: &PerFunction<Listed>) -> PcWidth {
    let largest = listed.iter().filter_map(|listed| listed.pc_f).max();
    PcWidth::of(largest.unwrap_or(0))
}

/// Gives Go's functions the type of the new convention.
fn adopt(
    frame: &mut Frame,
    facts: code::Facts,
    functions: PerFunction<Definition>,
    options: &Options,
) -> Code {
    use walrus::ValType::{I32, I64};
    let first = match facts.pcs {
        PcWidth::Bits32 => I32,
        PcWidth::Bits64 => I64,
    };
    let convention = frame.add_type(&[first, I32], &[I32]);
    let pcs = facts.pcs;
    let compressed = options.preference() != Preference::Raw;
    let code = Code {
        facts,
        functions,
        style: Style {
            convention,
            pcs,
            unwind_in_place: compressed,
            return_pc_base: compressed,
        },
    };
    frame.set_types(code.go_functions(), convention);
    code
}
