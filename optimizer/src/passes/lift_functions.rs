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
//! borders (`code/adapt.rs`). Measured on esbuild: code 10,017,788 to 8,075,952 bytes, nothing left alone of note.

use super::Outcome;
use crate::code::{self, Code, Style, Types};
use crate::error::Result;
use crate::go::Program;
use crate::input::Input;
use crate::module::Module;
use crate::options::{Options, Preference};
use crate::report::CodeLeftAlone;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// A PC is pushed as a 32-bit value, so PC_F must fit 16 bits: 61,440 functions.
const LARGEST_PC_F: u32 = 0xffff;

/// Bit of `_func.flag` that marks assembly functions (`FuncFlagAsm` in internal/abi/symtab.go).
const ASSEMBLY: u8 = 4;
/// The part of a PC below PC_F.
const PC_B: u32 = 0xffff;

pub(super) fn run(module: &mut Module<'_>, options: &Options) -> Result<Outcome> {
    let Some(program) = &module.program else {
        return Ok(Outcome::default());
    };
    let input = &module.input;
    let facts = code::Facts::new(input, program);
    let listed = Listed::of(program, input);
    if let Some(unfit) = unfit(program, &facts, &listed.pc_f, input.imported_functions) {
        return Ok(nothing_lifted(&unfit, &facts, input));
    }
    let lifted = lift(input, &listed, &facts);
    let outcome = outcome(&lifted, input);
    let functions: Vec<_> = lifted.into_iter().map(|lifted| lifted?.ok()).collect();
    adopt(module, facts, functions, listed, options)?;
    Ok(outcome)
}

/// A function's graph or why there is none; `None` for functions outside the convention.
type Lifted = Option<std::result::Result<code::Function, &'static str>>;

fn lift(input: &Input<'_>, listed: &Listed, facts: &code::Facts) -> Vec<Lifted> {
    (input.bodies.par_iter().enumerate())
        .map(|(position, range)| {
            let index = input.imported_functions + position as u32;
            let pc_f = listed.pc_f[position].filter(|_| facts.is_go(index))?;
            let deferreturn = listed.deferreturn[position];
            Some(code::lift_function(
                input.slice(range),
                pc_f,
                deferreturn,
                facts,
            ))
        })
        .collect()
}

fn outcome(lifted: &[Lifted], input: &Input<'_>) -> Outcome {
    let mut refused: BTreeMap<&'static str, (u64, u64)> = BTreeMap::new();
    let (mut functions, mut bytes) = (0, 0);
    for (lifted, range) in lifted.iter().zip(&input.bodies) {
        let Some(lifted) = lifted else { continue };
        functions += 1;
        bytes += range.len() as u64;
        if let Err(reason) = lifted {
            let (count, size) = refused.entry(reason).or_default();
            *count += 1;
            *size += range.len() as u64;
        }
    }
    let left = refused.values().fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    let most = refused.iter().max_by_key(|(_, (_, size))| *size);
    Outcome {
        note: format!(
            "{} functions; {} left alone, {} bytes",
            functions - left.0,
            left.0,
            left.1
        ),
        code_left_alone: most.map(|(reason, _)| CodeLeftAlone {
            reason: (*reason).to_owned(),
            functions: left.0,
            of_functions: functions,
            bytes: left.1,
            of_bytes: bytes,
            rewritten: true,
        }),
        left_alone: (refused.into_iter())
            .map(|(reason, (count, _))| (reason.to_owned(), count))
            .collect(),
        ..Outcome::default()
    }
}

fn nothing_lifted(unfit: &Unfit, facts: &code::Facts, input: &Input<'_>) -> Outcome {
    let bodies = (input.imported_functions..).zip(&input.bodies);
    let go_bytes = bodies.filter_map(|(index, range)| facts.is_go(index).then_some(range.len()));
    let (functions, bytes) = go_bytes.fold((0, 0), |(n, sum), len| (n + 1, sum + len as u64));
    Outcome {
        code_left_alone: Some(CodeLeftAlone {
            reason: unfit.reason.clone(),
            functions,
            of_functions: functions,
            bytes,
            of_bytes: bytes,
            rewritten: unfit.rewritten,
        }),
        ..super::left_alone(&unfit.reason, input.bodies.len())
    }
}

/// What Go's tables say of each function, by position.
struct Listed {
    pc_f: Vec<Option<u32>>,
    deferreturn: Vec<u32>,
    is_assembly: Vec<bool>,
}

impl Listed {
    fn of(program: &Program, input: &Input<'_>) -> Listed {
        let count = input.bodies.len();
        let mut listed = Listed {
            pc_f: vec![None; count],
            deferreturn: vec![0; count],
            is_assembly: vec![false; count],
        };
        for function in program.functions() {
            let position = function.wasm_index().checked_sub(input.imported_functions);
            let Some(position) = position.map(|position| position as usize) else {
                continue;
            };
            let record = function.record();
            listed.pc_f[position] = Some(function.pc_f());
            listed.deferreturn[position] = record.deferreturn & PC_B;
            listed.is_assembly[position] = record.flag & ASSEMBLY != 0;
        }
        listed
    }
}

/// Why the calling convention of a program cannot change.
struct Unfit {
    reason: String,
    /// Whether Go's own tools do not write such programs.
    rewritten: bool,
}

fn unfit(
    program: &Program,
    facts: &code::Facts,
    pc_f: &[Option<u32>],
    imported: u32,
) -> Option<Unfit> {
    let rewritten = |reason| {
        Some(Unfit {
            reason,
            rewritten: true,
        })
    };
    if let Some(name) = program.missing_function() {
        return rewritten(format!("{name} is not in pclntab"));
    }
    let mut go_functions = (0..)
        .zip(pc_f)
        .filter(|(position, _)| facts.is_go(imported + position));
    let unlisted = go_functions.find(|(_, pc_f)| pc_f.is_none());
    if let Some((position, _)) = unlisted {
        let index = imported + position;
        return rewritten(format!(
            "function {index} looks like Go's but is not in pclntab"
        ));
    }
    if pc_f.iter().flatten().any(|pc_f| *pc_f > LARGEST_PC_F) {
        return Some(Unfit {
            reason: "the program has more functions than 32-bit PCs can name".into(),
            rewritten: false,
        });
    }
    None
}

fn adopt(
    module: &mut Module<'_>,
    facts: code::Facts,
    functions: Vec<Option<code::Function>>,
    listed: Listed,
    options: &Options,
) -> Result<()> {
    use walrus::ValType::I32;
    let frame = module.frame_mut()?;
    let types = Types {
        old: frame.add_type(&[I32], &[I32]),
        new: frame.add_type(&[I32, I32], &[I32]),
    };
    let calls_of_unlifted = (functions.iter().zip(&module.input.bodies))
        .map(|(function, range)| match function {
            None => code::called_directly(module.input.slice(range)),
            Some(_) => Vec::new(),
        })
        .collect();
    let compressed = options.prefer != Preference::Raw;
    module.code = Some(Code {
        facts,
        functions,
        pc_f: listed.pc_f,
        deferreturn: listed.deferreturn,
        is_assembly: listed.is_assembly,
        calls_of_unlifted,
        types,
        style: Style {
            convention: types.new,
            unwind_in_place: compressed,
            return_pc_base: compressed,
        },
    });
    Ok(())
}
