//! Dense renumbering of PCs: only PCs that can be asked for keep a number.
//!
//! Go increments PC_B at every change of line, file or inlined function, and its pc-value tables (stack pointer, file,
//! line, stack map, inlining) have an entry wherever their value changes. But the runtime only ever asks for
//!
//! * a return PC, and the PC before it, which is that of the call;
//! * the PC at which a nil check or a stack check faults, and the one before;
//! * the same two for the call of `deferreturn`;
//! * the `parentPc` of an inlined call; and 0.
//!
//! Each of these gets a *slot*, numbered from 0, and the tables shrink to one value per slot:
//!
//! ```text
//! before   PC_B   0 1 2 3 4 5 6 7 8 9      after   PC_B   0 1 2
//!          line   8 8 9 9 9 12 12 13 14 14          line   8 9 12
//! ```
//!
//! Constants in the code, dispatches, `_func.deferreturn`, `parentPc` and pctab change together. `pcdata` 0, the unsafe
//! points of async preemption, which wasm does not have, is dropped. Names, files, lines, inlined frames and stack maps
//! are unchanged for every PC that a stack can hold. Numeric PCs change (`+0x1c` in tracebacks), and a PC that the
//! program makes up may resolve to another line.
//!
//! Assembly functions keep their numbers, because some are entered at fixed PCs (`goexit+1`). So do functions that were
//! not lifted, and those whose inline tree is shared with one that would need other numbers: sharing is closed
//! transitively, until no function is added. Otherwise linear in the tables. Measured on esbuild: PCs 263,383 to
//! 96,075, pctab 669,696 to 308,488 bytes, brotli 9 of the file 2,486 to 2,242 kB.

mod pctab;
mod slots;

use super::{GoTables, Outcome, left_alone};
use crate::code::{self, Code, Definition, Stmt};
use crate::error::{Error, Result, Stage};
use crate::go::{self, Memory, Program, pcdata};
use crate::index::{Defined, PerFunction};
use crate::options::Options;
use crate::parallel::prelude::*;
use pctab::{Pctab, Values};
use slots::{Asked, Slots};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn run(
    code: &mut Code,
    tables: &mut GoTables<'_>,
    _options: &Options,
) -> Result<Outcome> {
    let GoTables { program, frame, .. } = tables;
    let Some(filled) = frame.filled_memory() else {
        return Ok(left_alone("a data segment has no constant address", 0));
    };
    // Nothing is changed before it is known that everything fits.
    let written = program.rewrite(|program, memory| {
        let plan = Renumbering::new(program, code)?;
        let saved = plan.write(program, memory)?;
        Ok((plan, saved))
    });
    let (plan, saved) = match written {
        Ok(written) => written,
        Err(error) => return Ok(left_alone(error.message(), program.functions().len())),
    };
    frame.store(filled, program.memory());
    Ok(plan.apply(code, saved))
}

/// New numbers for all functions.
struct Renumbering {
    tables: Vec<Tables>,
    /// Positions of functions that keep their numbers because of a shared inline tree.
    kept: BTreeSet<usize>,
}

impl Renumbering {
    fn new(program: &Program, code: &Code) -> Result<Renumbering> {
        let functions: Vec<go::Function<'_>> = program.functions().collect();
        let tables = (functions.par_iter())
            .map(|function| Tables::read(program, function, code))
            .collect::<Result<Vec<_>>>()?;
        let kept = kept_for_shared_trees(&tables);
        Ok(Renumbering { tables, kept })
    }

    /// Each function with its new numbers, `None` if it keeps the old ones.
    fn functions(&self) -> impl Iterator<Item = (&Tables, Option<&Slots>)> {
        self.tables.iter().enumerate().map(|(position, tables)| {
            (
                tables,
                tables
                    .slots
                    .as_ref()
                    .filter(|_| !self.kept.contains(&position)),
            )
        })
    }

    /// Writes all tables; gives the bytes by which pctab got smaller.
    fn write(&self, program: &Program, memory: &mut Memory) -> Result<u64> {
        let mut pctab = Pctab::default();
        let functions: Vec<_> = self.functions().collect();
        let encoded: Vec<Vec<Vec<u8>>> = (functions.par_iter())
            .map(|(tables, slots)| tables.encode(*slots))
            .collect();
        for ((tables, slots), encoded) in functions.into_iter().zip(encoded) {
            tables.write(program, slots, (encoded, &mut pctab), memory)?;
        }
        pctab.store(program, memory)
    }

    fn apply(&self, code: &mut Code, saved: u64) -> Outcome {
        let (mut before, mut after) = (0, 0);
        let mut by_position = PerFunction::all(None, code.functions.len());
        for (tables, slots) in self.functions() {
            if let Some(slots) = slots {
                before += u64::from(tables.largest_pc());
                after += u64::from(slots.count());
                if let Some(position) = tables.position {
                    by_position[position] = Some(slots);
                }
            }
        }
        (code.functions.par_iter_mut().zip(by_position.par_iter())).for_each(
            |(function, slots)| {
                if let Some(slots) = slots {
                    apply(function, slots);
                }
            },
        );
        let unnumbered = self
            .tables
            .iter()
            .filter(|tables| tables.slots.is_none())
            .count() as u64;
        let mut outcome = Outcome {
            note: format!("{before} PCs to {after}, pctab {saved} bytes smaller"),
            left_alone: vec![("assembly, or not lifted".into(), unnumbered)],
            ..Outcome::default()
        };
        if !self.kept.is_empty() {
            outcome
                .left_alone
                .push(("inline tree shared".into(), self.kept.len() as u64));
        }
        outcome
    }
}

/// What the tables say about one function.
struct Tables {
    function: go::Func,
    /// Of its code.
    position: Option<Defined>,
    /// `None` for a function that keeps its numbers.
    slots: Option<Slots>,
    asked: Asked,
    /// pcsp, pcfile, pcln, then pcdata by id, each with the address of its offset.
    values: Vec<(u64, Option<Values>)>,
    /// Records of the inline tree.
    inlined: Vec<go::InlinedCall>,
}

/// Positions in [`Tables::values`].
const PCSP: usize = 0;
const FIRST_PCDATA: usize = 3;

impl Tables {
    fn read(program: &Program, function: &go::Function<'_>, code: &Code) -> Result<Tables> {
        let record = *function.record();
        let layout = &program.layout().func;
        let mut values = vec![
            (record.address + layout.pcsp, function.pcsp()),
            (record.address + layout.pcfile, function.pcfile()),
            (record.address + layout.pcln, function.pcln()),
        ];
        for id in 0..record.npcdata {
            values.push((record.pcdata + 4 * u64::from(id), function.pcdata(id)));
        }
        let values = (values.into_iter())
            .map(|(address, table)| Ok((address, table.map(Values::read).transpose()?)))
            .collect::<Result<Vec<_>>>()?;
        let inlined = function.inlined_calls()?;
        let position = code.facts.imported.defined(function.wasm_index());
        let lifted = position.and_then(|position| code.functions[position].compiled());
        let mut asked = Asked::default();
        if let Some(lifted) = lifted {
            asked = asked_by(lifted, &record, &inlined, &code.facts);
        }
        let slots = lifted.map(|_| Slots::new(&asked, values[PCSP].1.as_ref()));
        Ok(Tables {
            function: record,
            position,
            slots,
            asked,
            values,
            inlined,
        })
    }

    fn largest_pc(&self) -> u32 {
        self.asked.returns.last().copied().unwrap_or(0)
    }

    /// `parentPc` of each record of the inline tree, renumbered where the function is.
    fn parents(&self) -> Vec<(u64, u32)> {
        let parent = |call: &go::InlinedCall| match &self.slots {
            Some(slots) => slots.position(call.parent_pc),
            None => call.parent_pc,
        };
        self.inlined
            .iter()
            .map(|call| (call.address, parent(call)))
            .collect()
    }

    /// The tables' bytes, by their positions in [`Tables::values`]; none for one that is not read.
    fn encode(&self, slots: Option<&Slots>) -> Vec<Vec<u8>> {
        const UNREAD: usize = FIRST_PCDATA + pcdata::UNSAFE_POINT as usize;
        let encode =
            |(position, (_, values)): (usize, &(u64, Option<Values>))| match (values, slots) {
                (None, _) => Vec::new(),
                _ if position == UNREAD => Vec::new(),
                (Some(values), None) => values.encode(),
                (Some(values), Some(slots)) => {
                    let needed = needed(position);
                    slots.values(values, needed, &self.asked).encode()
                }
            };
        self.values.iter().enumerate().map(encode).collect()
    }

    /// Writes its `encoded` tables to pctab, and where they and its PCs are.
    fn write(
        &self,
        program: &Program,
        slots: Option<&Slots>,
        (encoded, pctab): (Vec<Vec<u8>>, &mut Pctab),
        memory: &mut Memory,
    ) -> Result<()> {
        let outside = || {
            Error::new(
                Stage::Pass("renumber-pcs"),
                "a table of Go's lies outside the data",
            )
        };
        for ((address, _), table) in self.values.iter().zip(encoded) {
            let offset = pctab.add(table);
            memory.write_u32(*address, offset).ok_or_else(outside)?;
        }
        let Some(slots) = slots else {
            return Ok(());
        };
        let layout = program.layout();
        if let Some(pc_b) = self.function.deferreturn {
            let address = self.function.address + layout.func.deferreturn;
            memory
                .write_u32(address, slots.renumbered(pc_b))
                .ok_or_else(outside)?;
        }
        for call in &self.inlined {
            let address = call.address + layout.inline.parent_pc;
            memory
                .write_u32(address, slots.position(call.parent_pc))
                .ok_or_else(outside)?;
        }
        Ok(())
    }
}

/// At which slots a table is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needed {
    /// At all of them, and at return PCs themselves: the stack pointer.
    Always,
    /// At the PCs of calls and faults: stack maps.
    AtCalls,
    /// There, and where something was inlined: files, lines, inline indices.
    AtCallsAndParents,
}

fn needed(position: usize) -> Needed {
    const STACK_MAP: usize = FIRST_PCDATA + pcdata::STACK_MAP_INDEX as usize;
    match position {
        PCSP => Needed::Always,
        STACK_MAP => Needed::AtCalls,
        _ => Needed::AtCallsAndParents,
    }
}

/// The PCs of a function that the runtime may ask for.
fn asked_by(
    function: &code::Function,
    record: &go::Func,
    inlined: &[go::InlinedCall],
    facts: &code::Facts,
) -> Asked {
    let mut asked = Asked::default();
    function.visit_statements(&mut |stmt| match stmt {
        Stmt::GoCall { pc, callee, .. } => {
            asked.returns.insert(pc.b());
            let faults = matches!(callee, code::Callee::Direct(f)
                    if facts.sigpanic == Some(*f) || facts.morestack.contains(f));
            if faults {
                asked.faults.insert(pc.b());
            }
        }
        Stmt::PushedCall { pc_b, .. } => {
            asked.returns.insert(*pc_b);
        }
        _ => {}
    });
    asked
        .returns
        .extend(function.blocks.iter().filter_map(|block| block.resume));
    asked.returns.extend(record.deferreturn);
    asked
        .parents
        .extend(inlined.iter().map(|call| call.parent_pc));
    asked
}

/// Functions that cannot be renumbered because another function shares a record of their inline tree and would write
/// another number there.
fn kept_for_shared_trees(tables: &[Tables]) -> BTreeSet<usize> {
    let mut owners: BTreeMap<u64, Vec<(usize, u32)>> = BTreeMap::new();
    for (position, tables) in tables.iter().enumerate() {
        for (address, parent) in tables.parents() {
            owners.entry(address).or_default().push((position, parent));
        }
    }
    let mut kept = BTreeSet::new();
    // A function that is kept writes its old numbers, which may conflict with those it shares another record with.
    loop {
        let count = kept.len();
        for owners in owners.values() {
            let differ = owners.iter().any(|(_, parent)| *parent != owners[0].1);
            let any_kept = owners.iter().any(|(position, _)| kept.contains(position));
            if differ || any_kept {
                kept.extend(owners.iter().map(|(position, _)| *position));
            }
        }
        if kept.len() == count {
            return kept
                .into_iter()
                .filter(|position| tables[*position].slots.is_some())
                .collect();
        }
    }
}

/// Renumbers the constants and resume points of a function's code.
fn apply(definition: &mut Definition, slots: &Slots) {
    let renumber = |pc_b: &mut u32| *pc_b = slots.renumbered(*pc_b);
    definition.deferreturn.iter_mut().for_each(renumber);
    let Some(graph) = definition.graph_mut() else {
        return;
    };
    for block in &mut graph.blocks {
        for stmt in &mut block.body {
            stmt.visit_mut(&mut |stmt| match stmt {
                Stmt::GoCall { pc, .. } => renumber(pc.b_mut()),
                Stmt::PushedCall { pc_b, .. } => renumber(pc_b),
                _ => {}
            });
        }
        block.resume.iter_mut().for_each(renumber);
    }
}
