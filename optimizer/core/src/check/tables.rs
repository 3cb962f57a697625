//! Rule `tables`: whatever is asked for a PC of the output, its tables answer what those of the input answer for the PC
//! in the same place of the input.
//!
//! Which places are the same is what the code map says. It is tested, not trusted: the call that it names must push the
//! PC in the input that the map says, and call the same function or one through the table; and in each function the PCs
//! of the output have the order of those of the input.

use super::pushed::Pushed;
use super::stack_maps::StackMaps;
use super::stripped::Stripped;
use super::walk::{After, Callee, Followed, Site};
use super::written::{Function, Written};
use super::{Fault, final_index, jumps};
use crate::codemap::{CodeMap, Origin};
use crate::go::{self, Pc, PcValues, Program, abi, funcdata, pcdata};
use crate::index::{Defined, FuncIndex};
use crate::input::{Input, code_section};
use crate::parallel::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What is compared.
pub(super) struct Tables<'t> {
    pub(super) map: &'t CodeMap,
    pub(super) input: &'t Input<'t>,
    /// The input's.
    pub(super) before: &'t Program,
    pub(super) pushed: &'t HashMap<u32, Pushed>,
    pub(super) stack_maps: &'t StackMaps<'t>,
    /// Final index of each function of the input.
    pub(super) functions: &'t [Option<u32>],
    /// What was taken out of the tables.
    pub(super) stripped: &'t Stripped<'t>,
    /// Functions that were taken out, of which nothing is asked.
    pub(super) removed: &'t BTreeSet<Defined>,
}

/// A PC of the input and what became of it.
type Moved = (Pc, Pc);

impl Tables<'_> {
    /// Checks all calls, and where recovered panics continue.
    ///
    /// # Errors
    /// The first PC for which something else is answered.
    pub(super) fn check(&self, written: &Written<'_>, found: &Followed) -> Result<(), Fault> {
        let Some(after) = &written.program else {
            return Ok(());
        };
        let start = code_section(&written.input).map_or(0, |section| section.start);
        let moved: Vec<Vec<Moved>> = (written.functions.par_iter().zip(found.par_iter()))
            .map(|(function, found)| {
                let mut moved = Vec::new();
                let sites = found.iter().flat_map(|found| &found.sites);
                for site in sites.filter(|site| site.after != After::Tail) {
                    self.site(written, after, function, site, start, &mut moved)?;
                }
                Ok(moved)
            })
            .collect::<Result<_, Fault>>()?;
        keep_their_order(moved.into_iter().flatten(), after)?;
        self.deferreturns(written, after)
    }

    fn site(
        &self,
        written: &Written<'_>,
        after: &Program,
        function: &Function,
        site: &Site,
        start: usize,
        moved: &mut Vec<Moved>,
    ) -> Result<(), Fault> {
        let fail = |message: String| Err(site.fault(function, "tables", message));
        let offset = site.offset().saturating_sub(start) as u32;
        let run = self
            .map
            .at(offset)
            .filter(|run| run.exact && run.new == offset);
        let Some(mut at) = run.and_then(|run| run.origin) else {
            return fail("a call that the code map does not have".into());
        };
        let mut callee = match site.callee {
            Callee::Direct(position) => Some(position),
            Callee::Indirect => None,
        };
        let mut sp = site.sp;
        let mut pcs = [site.pc]
            .into_iter()
            .chain(site.through.iter().copied())
            .peekable();
        while let Some(pc) = pcs.next() {
            let Some(origin) = self.map.origin(at) else {
                return fail(format!("PC {:#x} comes from nowhere", pc.bits()));
            };
            if let Err(message) = self.is_same(written, after, origin, pc, callee) {
                return fail(message);
            }
            sp = match self.keeps_pointers(origin, sp, site) {
                Ok(outer) => outer,
                Err(message) => return Err(site.fault(function, "stack maps", message)),
            };
            if let Some(old) = self.pushed.get(&origin.offset) {
                moved.push((old.return_pc, pc));
            }
            callee = written.by_pc(pc);
            match (pcs.peek(), origin.inlined_at) {
                (None, None) => {}
                (Some(_), Some(caller)) if caller < at => at = caller,
                // On another stack it is not known through which calls this one came.
                (None, Some(_)) if site.sp.is_none() => {}
                _ => {
                    return fail(
                        "the code map has other calls that this one was inlined through".into(),
                    );
                }
            }
        }
        Ok(())
    }

    /// Checks the words that the collector looks at in the frame of the function that makes a call, with SP there; both on
    /// the stack of the function of the output. Returns SP of the function that this one is inlined into.
    fn keeps_pointers(
        &self,
        origin: &Origin,
        sp: Option<i32>,
        site: &Site,
    ) -> Result<Option<i32>, String> {
        let pc = origin
            .pc
            .and_then(|pc| Some((self.before.by_pc_f(pc.f)?, pc.b)));
        let (Some((caller, pc_b)), Some(sp)) = (pc, sp) else {
            return Ok(None);
        };
        let Some(frame) = value(caller.pcsp(), pc_b) else {
            return Ok(None);
        };
        let place = sp.saturating_add(frame);
        if let Some(stored) = &site.stored {
            self.stack_maps.check(&caller, origin, place, stored)?;
        }
        Ok(Some(place.saturating_add(abi::RETURN_PC.cast_signed())))
    }

    /// Whether this PC is that of the call at this origin, and the tables agree on it.
    fn is_same(
        &self,
        written: &Written<'_>,
        after: &Program,
        origin: &Origin,
        pc: Pc,
        callee: Option<Defined>,
    ) -> Result<(), String> {
        let (Some(old), Some(pushed)) = (origin.pc, self.pushed.get(&origin.offset)) else {
            return Err(format!("PC {pc:x?} is pushed where the input pushes none"));
        };
        let (Some(before_function), Some(after_function)) =
            (self.before.by_pc_f(old.f), after.by_pc_f(pc.f))
        else {
            return Err(format!("PC {pc:x?} or {old:x?} is in no function"));
        };
        let index = final_index(self.functions, before_function.wasm_index());
        if index != Some(after_function.wasm_index()) {
            return Err(format!("PC {pc:x?} is in another function than {old:x?}"));
        }
        if let Some(called) = pushed.callee {
            let is_called = |index: FuncIndex| {
                let now = final_index(self.functions, index);
                now.and_then(|index| written.position(index)) == callee
            };
            // A function that only jumps to another one may be left out of the way.
            let mut called = jumps::chain(self.input, called);
            if callee.is_none() || !called.any(is_called) {
                return Err(format!(
                    "the input's call with PC {old:x?} is of another function"
                ));
            }
        }
        let asked = match old {
            // A fault, or a stack that grows: the return PC itself is asked for.
            old if old == pushed.return_pc => pc.b,
            _ => pc.b.saturating_sub(1),
        };
        self.agree((&before_function, old.b), (&after_function, asked))
    }

    /// A recovered panic continues at a PC that no call names.
    fn deferreturns(&self, written: &Written<'_>, after: &Program) -> Result<(), Fault> {
        for before in self.before.functions() {
            let Some(index) = final_index(self.functions, before.wasm_index()) else {
                continue;
            };
            if written
                .position(index)
                .is_some_and(|at| self.removed.contains(&at))
            {
                continue;
            }
            let Some(now) = after.by_wasm_index(index) else {
                let message = format!("{} is not in the tables", before.name());
                return Err(Fault::of_module("tables", message));
            };
            let same = match (before.record().deferreturn, now.record().deferreturn) {
                (None, None) => Ok(()),
                (Some(old), Some(new)) => self.agree((&before, old), (&now, new)),
                _ => Err("only one of the two defers".into()),
            };
            let same = same.and_then(|()| self.records_agree(&before, &now));
            same.map_err(|message| {
                Fault::of_module("tables", format!("{}: {message}", before.name()))
            })?;
        }
        Ok(())
    }

    /// What the record of a function says about all of it.
    fn records_agree(
        &self,
        before: &go::Function<'_>,
        after: &go::Function<'_>,
    ) -> Result<(), String> {
        let said = |function: &go::Function<'_>| {
            let record = function.record();
            (record.args, record.func_id)
        };
        let is_same = said(before) == said(after)
            && self.stripped.start_line(before, after) == after.record().start_line
            && self.stripped.name(before.name()) == after.name();
        if !is_same {
            return Err("its record is another".into());
        }
        for maps in [funcdata::ARGS_POINTER_MAPS, funcdata::LOCALS_POINTER_MAPS] {
            if before.stack_maps(maps) != after.stack_maps(maps) {
                return Err("its stack maps are others".into());
            }
        }
        Ok(())
    }

    /// Whether the tables of both functions answer the same for these PC_B.
    fn agree(
        &self,
        (before, old): (&go::Function<'_>, u32),
        (after, new): (&go::Function<'_>, u32),
    ) -> Result<(), String> {
        let malformed = |error: crate::Error| error.message().to_owned();
        let (expected, frames) = (
            self.stripped
                .frames(before.frames_at(old).map_err(malformed)?, before, after),
            after.frames_at(new).map_err(malformed)?,
        );
        if expected != frames {
            let place = |frames: &[go::Frame<'_>]| {
                let told: Vec<String> = (frames.iter())
                    .map(|f| {
                        format!(
                            "{} {}:{}",
                            f.function,
                            f.file.unwrap_or("?"),
                            f.line.unwrap_or(0)
                        )
                    })
                    .collect();
                told.join(" in ")
            };
            return Err(format!(
                "PC_B {new} is {}, which was {} at PC_B {old}",
                place(&frames),
                place(&expected)
            ));
        }
        // Without a table, -1 holds everywhere. The table of unsafe points is not compared: nobody reads it on wasm, which
        // has no preemption by signals (`preemptMSupported` in src/runtime/os_wasm.go, go1.26).
        let map = |function: &go::Function<'_>, pc_b: u32| {
            value(function.pcdata(pcdata::STACK_MAP_INDEX), pc_b).unwrap_or(-1)
        };
        let (was, is) = (map(before, old), map(after, new));
        if was != is {
            return Err(format!(
                "stack map {is} at PC_B {new}, which was {was} at PC_B {old}"
            ));
        }
        let (was, is) = (value(before.pcsp(), old), value(after.pcsp(), new));
        if was != is {
            return Err(format!(
                "pcsp has {is:?} at PC_B {new}, which was {was:?} at PC_B {old}"
            ));
        }
        Ok(())
    }
}

fn value(values: Option<PcValues<'_>>, pc_b: u32) -> Option<i32> {
    values?.value_at(pc_b).ok().flatten()
}

/// In each function, PCs have the order of those that they were.
fn keep_their_order(moved: impl Iterator<Item = Moved>, after: &Program) -> Result<(), Fault> {
    let mut functions: HashMap<u32, BTreeMap<u32, u32>> = HashMap::new();
    let fail = |pc: Pc| {
        let name = after.by_pc_f(pc.f).map_or("?", |function| function.name());
        let message = format!("{name}: PC {pc:x?} is not in the order of the input's PCs");
        Err(Fault::of_module("tables", message))
    };
    for (old, new) in moved {
        let known = functions.entry(new.f).or_default().insert(old.b, new.b);
        if known.is_some_and(|known| known != new.b) {
            return fail(new);
        }
    }
    for (f, moved) in functions {
        let mut pairs = moved.values().zip(moved.values().skip(1));
        if let Some((_, b)) = pairs.find(|(first, second)| first >= second) {
            return fail(Pc { f, b: *b });
        }
    }
    Ok(())
}
