//! Takes Go's functions apart: from bytes to graphs of blocks and expression trees, for all passes that follow.
//!
//! Before, a loop that adds up a slice, as Go writes it: every jump goes through the function's entry table.
//!
//! ```wat
//! loop $entry
//!   block block block  local.get 0  br_table 0 1 2  end
//!     ...  i32.const 2  local.set 0  br $entry       ;; jump to segment 2
//!   end  ...
//! ```
//!
//! After: blocks that name each other. Written back they are `block`, `loop` and `if` with direct branches, and
//! calls follow a convention of our own (`code/encode.rs`): 16 bytes a call instead of 36.
//!
//! A function that is not exactly as Go writes them is left alone, counted, and fitted to the new convention at its
//! borders (`code/adapt.rs`), which costs bytes. Where most are so, because another tool has rewritten the module, all stay
//! as they are. Measured on esbuild: code 10,017,788 to 8,075,952 bytes, nothing left alone of note.

mod refuse;
mod unfit;

use super::{Outcome, mark_no_return};
use crate::code::{self, Code, PcWidth, Style};
use crate::error::Result;
use crate::go::Program;
use crate::input::Input;
use crate::module::Module;
use crate::options::{Options, Preference};
use crate::parallel::prelude::*;
use crate::report::CodeLeftAlone;
use std::collections::BTreeMap;

pub(super) fn run(module: &mut Module<'_>, options: &Options) -> Result<Outcome> {
    let Some(program) = &module.program else {
        return Ok(Outcome::default());
    };
    let input = &module.input;
    let mut facts = code::Facts::new(input, program);
    let listed = Listed::of(program, input);
    facts.pcs = listed.pc_width();
    if let Some(reason) = unfit::reason(&facts, &listed.pc_f, program, input) {
        return Ok(nothing_lifted(&reason, &facts, input));
    }
    let mut lifted = lift(input, &listed, &facts);
    let saving = mark_no_return::saving(program, &listed.is_assembly, input.imported_functions);
    let refusal = refuse::Refusal {
        program,
        facts: &facts,
        listed: &listed,
        saving: &saving,
    };
    refusal.apply(&mut lifted);
    let tally = Tally::of(&lifted, input);
    let reason = tally.is_not_worth_it();
    if let Some(note) = reason.or_else(|| unadaptable(&lifted, input, &facts)) {
        let main = tally.code_left_alone().map(|code| code.reason);
        let nothing = nothing_lifted(main.as_deref().unwrap_or(&note), &facts, input);
        return Ok(Outcome {
            note,
            left_alone: tally.left_alone(),
            ..nothing
        });
    }
    adopt(module, facts, lifted.functions, listed, options)?;
    Ok(Outcome {
        note: tally.to_string(),
        code_left_alone: tally.code_left_alone(),
        left_alone: tally.left_alone(),
        ..Outcome::default()
    })
}

/// Functions by position; those outside the convention have neither a graph nor a reason for having none.
struct Lifted {
    functions: Vec<Option<code::Function>>,
    refusals: Vec<Option<&'static str>>,
}

fn lift(input: &Input<'_>, listed: &Listed, facts: &code::Facts) -> Lifted {
    let (functions, refusals) = (input.bodies.par_iter().enumerate())
        .map(|(position, range)| {
            let index = input.imported_functions + position as u32;
            let Some(pc_f) = listed.pc_f[position].filter(|_| facts.is_go(index)) else {
                return (None, None);
            };
            if listed.slots[position] != 1 {
                // Functions that were alike and are one now: pclntab says of it what it says of the last.
                return (None, Some("a function in several table slots"));
            }
            let deferreturn = listed.deferreturn[position];
            match code::lift_function(input.slice(range), pc_f, deferreturn, facts) {
                Ok(function) => (Some(function), None),
                Err(refusal) => (None, Some(refusal)),
            }
        })
        .unzip();
    Lifted {
        functions,
        refusals,
    }
}

/// Why a function that was not lifted cannot be fitted to the new convention, if there is one.
fn unadaptable(lifted: &Lifted, input: &Input<'_>, facts: &code::Facts) -> Option<String> {
    (lifted.functions.par_iter().zip(&input.bodies).enumerate())
        .filter(|(_, (function, _))| function.is_none())
        .find_map_first(|(position, (_, body))| {
            let index = input.imported_functions + position as u32;
            // The type's index does not matter here.
            let adapted = code::adapted(input.slice(body), index, 0, facts);
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
        let functions = lifted.functions.iter().zip(&lifted.refusals);
        for ((function, refusal), range) in functions.zip(&input.bodies) {
            let bytes = range.len() as u64;
            if function.is_some() {
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

    /// A function that is adapted gets larger by about 15 %, one that is lifted smaller by as much.
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
    let bodies = (input.imported_functions..).zip(&input.bodies);
    let go_bytes = bodies.filter_map(|(index, range)| facts.is_go(index).then_some(range.len()));
    let (functions, bytes) = go_bytes.fold((0, 0), |(n, sum), len| (n + 1, sum + len as u64));
    Outcome {
        code_left_alone: Some(CodeLeftAlone {
            reason: reason.to_owned(),
            functions,
            of_functions: functions,
            bytes,
            of_bytes: bytes,
            // Go's own tools do not write such programs.
            rewritten: true,
        }),
        ..super::left_alone(reason, input.bodies.len())
    }
}

/// What Go's tables say of each function, by position.
struct Listed {
    pc_f: Vec<Option<u32>>,
    deferreturn: Vec<u32>,
    is_assembly: Vec<bool>,
    /// How many table slots hold it.
    slots: Vec<u32>,
}

impl Listed {
    fn of(program: &Program, input: &Input<'_>) -> Listed {
        let count = input.bodies.len();
        let mut listed = Listed {
            pc_f: vec![None; count],
            deferreturn: vec![0; count],
            is_assembly: vec![false; count],
            slots: vec![0; count],
        };
        for (_, index) in &input.table_slots {
            if let Some(position) = index.checked_sub(input.imported_functions) {
                listed.slots[position as usize] += 1;
            }
        }
        for function in program.functions() {
            let position = function.wasm_index().checked_sub(input.imported_functions);
            let Some(position) = position.map(|position| position as usize) else {
                continue;
            };
            let record = function.record();
            listed.pc_f[position] = Some(function.pc_f());
            listed.deferreturn[position] = code::pc_b(record.deferreturn.into());
            listed.is_assembly[position] = record.is_assembly();
        }
        listed
    }

    fn pc_width(&self) -> PcWidth {
        PcWidth::of(self.pc_f.iter().flatten().copied().max().unwrap_or(0))
    }
}

fn adopt(
    module: &mut Module<'_>,
    facts: code::Facts,
    functions: Vec<Option<code::Function>>,
    listed: Listed,
    options: &Options,
) -> Result<()> {
    use walrus::ValType::{I32, I64};
    let first = match facts.pcs {
        PcWidth::Bits32 => I32,
        PcWidth::Bits64 => I64,
    };
    let convention = module.frame_mut()?.add_type(&[first, I32], &[I32]);
    let pcs = facts.pcs;
    let unlifted = (functions.iter().zip(&module.input.bodies))
        .map(|(function, range)| match function {
            None => code::Unlifted::of(module.input.slice(range)),
            Some(_) => code::Unlifted::default(),
        })
        .collect();
    let compressed = options.prefer != Preference::Raw;
    let code = Code {
        facts,
        functions,
        pc_f: listed.pc_f,
        deferreturn: listed.deferreturn,
        is_assembly: listed.is_assembly,
        unlifted,
        style: Style {
            convention,
            pcs,
            unwind_in_place: compressed,
            return_pc_base: compressed,
        },
    };
    (module.frame_mut()?).set_types(code.go_functions(), convention);
    module.code = Some(code);
    Ok(())
}
