//! Store-to-load forwarding for slots of Go's stack: what is in a slot is kept in a local as well.
//!
//! Go's compiler for wasm loads arguments and spilled values each time they are used, and engines do not find out that
//! the value is the same:
//!
//! ```wat
//! local.get 1  i32.load offset=72  i64.load offset=80        ;; s.rdOffset
//! local.get 1  i32.load offset=72  i64.load offset=32        ;; s.src
//! ```
//!
//! After:
//!
//! ```wat
//! local.get 1  i64.load offset=72  local.tee 5  i32.wrap_i64  i64.load offset=80
//! local.get 5  i32.wrap_i64  i64.load offset=32
//! ```
//!
//! Every store stays, because the garbage collector reads the slots. So does the first load behind a call that may be
//! resumed, because the stack may have moved meanwhile.
//!
//! # Algorithm
//!
//! A *cell* is a slot with a local that mirrors it: at most 24 of a function, those with most loads. A slot can be one
//! if nobody but the function writes it: its address is not taken ([`exposure`]). It is named by its distance from
//! where SP was at entry, so that it is the same wherever an inlined body moves SP ([`StackPointer`]).
//!
//! A forward "must" problem: the value at a point is the set of cells that are *valid*, that is, whose local equals the
//! slot on every path; the meet is intersection. The entry and every resume point start empty, all other blocks full. A
//! store to or a load from a cell makes it valid; it becomes invalid by an overlapping store, by a call if it lies
//! below the end of the callee's arguments and results, and by every call that may be resumed. Sets only shrink, so the
//! worklist drains: `O(edges * cells)`. A second walk counts the loads that each cell would serve, a third rewrites for
//! the cells that are worth it.
//!
//! Functions that may call themselves get only as many cells as make their frames in the engine no larger than those of
//! the input ([`room`]).
//!
//! Measured on esbuild: 43,782 loads of 236,000, 102 kB of code; CPU time of the micro benchmarks 0.953, before functions
//! that may call themselves had a limit.

mod cells;
mod dead_tees;
mod exposure;
mod room;

use super::{Go, Outcome};
use crate::code::{
    Access, After, Block, Callee, Code, Expr, Facts, Function, Load, Located, Op, Predecessors, SP,
    StackPointer, Stmt, Store, Type, rules,
};
use crate::index::FuncIndex;
use crate::options::{Options, Preference};
use crate::parallel::prelude::*;
use cells::{Cell, CellSet, Cells, stored_type};
use dead_tees::drop_dead_tees;

pub(super) fn run(code: &mut Code, go: &Go<'_>, options: &Options) -> Outcome {
    let program = go.program;
    let callee_bytes = |callee| u32::try_from(program.by_wasm_index(callee)?.record().args).ok();
    let served = forward_all(code, &callee_bytes, Demand::of(options.preference()));
    let loads: u64 = served.iter().sum();
    Outcome {
        note: format!("{loads} loads in {} functions", served.len()),
        ..Outcome::default()
    }
}

/// How many loads it serves in each function that has cells.
fn forward_all(
    code: &mut Code,
    callee_bytes: &(impl Fn(FuncIndex) -> Option<u32> + Sync),
    demand: Demand,
) -> Vec<u64> {
    let facts = &code.facts;
    let is_limited = room::may_recurse(&code.functions, facts);
    (code.functions.par_iter_mut().zip(is_limited.par_iter()))
        .filter_map(|(function, is_limited)| {
            let frame = function.frame?;
            let function = function.compiled_mut()?;
            let sp = StackPointer::of(function, frame)?;
            let cells = Cells::find(function, frame, &sp)?;
            let mut walker = Walker::new(function, &cells, &sp, facts, callee_bytes, demand);
            let all = cells.cells.len();
            Some(match is_limited {
                true => room::fill(function, all, facts, |function, most| {
                    walker.serve(function, most)
                }),
                false => walker.serve(function, all),
            })
        })
        .collect()
}

struct Walker<'w, F> {
    cells: &'w Cells,
    facts: &'w Facts,
    callee_bytes: &'w F,
    /// The cells that are valid at the start of each block.
    at_start: Vec<CellSet>,
    /// The cells that meet the demand.
    worth_it: CellSet,
    tallies: Vec<Tally>,
    /// Cells that take part.
    enabled: CellSet,
    /// Whether statements change, or are only looked at.
    rewrites: bool,
    sp_at_start: &'w StackPointer,
    /// Where SP is, counted from where it was at entry.
    sp: i32,
}

/// What became of the loads of a cell.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    served: u64,
    /// Loaded from memory as before, and put into the local.
    loaded: u64,
}

/// When a cell is worth a local.
#[derive(Debug, Clone, Copy)]
struct Demand {
    /// It serves at least this many loads.
    least: u64,
    /// It serves at least as many loads as remain.
    half: bool,
}

impl Demand {
    /// Compressed code gains nothing from a load less, since loads look alike, and loses by the `local.tee` of the
    /// first one. Measured on esbuild, brotli 9: serving all 54,426 loads costs 7 kB, serving the 46,642 of this demand
    /// 4 kB.
    fn of(prefer: Preference) -> Demand {
        match prefer {
            Preference::Download => Demand {
                least: 2,
                half: true,
            },
            // Whatever serves a load is smaller raw, and faster.
            Preference::Raw | Preference::Speed | Preference::Server => Demand {
                least: 1,
                half: false,
            },
        }
    }

    fn is_met(self, tally: Tally) -> bool {
        tally.served >= self.least && (!self.half || tally.served >= tally.loaded)
    }
}

impl<'w, F: Fn(FuncIndex) -> Option<u32>> Walker<'w, F> {
    /// Finds out where cells are valid, and which are worth it.
    fn new(
        function: &mut Function,
        cells: &'w Cells,
        sp_at_start: &'w StackPointer,
        facts: &'w Facts,
        callee_bytes: &'w F,
        demand: Demand,
    ) -> Walker<'w, F> {
        let mut walker = Walker {
            cells,
            facts,
            callee_bytes,
            at_start: Vec::new(),
            worth_it: 0,
            tallies: vec![Tally::default(); cells.cells.len()],
            enabled: cells.all(),
            rewrites: false,
            sp_at_start,
            sp: 0,
        };
        walker.at_start = walker.valid_at_start(function);
        walker.worth_it = walker.worth_it(function, demand);
        walker
    }

    /// The cells that are valid at the start of each block.
    fn valid_at_start(&mut self, function: &mut Function) -> Vec<CellSet> {
        let count = function.blocks.len();
        let predecessors = Predecessors::of(function);
        let is_root: Vec<bool> = (0..count)
            .map(|block| block == function.entry || function.blocks[block].resume.is_some())
            .collect();
        let mut at_end = vec![self.cells.all(); count];
        let mut at_start = vec![self.cells.all(); count];
        let mut pending: Vec<usize> = (0..count).rev().collect();
        let mut waiting = vec![true; count];
        while let Some(block) = pending.pop() {
            waiting[block] = false;
            let start = if is_root[block] {
                0
            } else {
                (predecessors.of_block(block).iter())
                    .fold(self.cells.all(), |valid, from| valid & at_end[*from])
            };
            at_start[block] = start;
            let valid = self.block(block, &mut function.blocks[block], start);
            if valid != at_end[block] {
                at_end[block] = valid;
                for to in function.blocks[block].end.targets() {
                    if !std::mem::replace(&mut waiting[to], true) {
                        pending.push(to);
                    }
                }
            }
        }
        at_start
    }

    /// The cells that meet the demand.
    fn worth_it(&mut self, function: &mut Function, demand: Demand) -> CellSet {
        self.count_all(function);
        (0..)
            .zip(&self.tallies)
            .filter(|(_, tally)| demand.is_met(**tally))
            .fold(0, |set, (position, _)| set | 1 << position)
    }

    /// Serves loads from locals, by the first `most` cells. Returns how many.
    fn serve(&mut self, function: &mut Function, most: usize) -> u64 {
        self.enabled = self.worth_it & self.cells.first(most);
        self.rewrites = true;
        self.count_all(function);
        drop_dead_tees(function, self.facts.pcs);
        self.tallies.iter().map(|tally| tally.served).sum()
    }

    /// Walks over all blocks, and counts anew what becomes of the loads of each cell.
    fn count_all(&mut self, function: &mut Function) {
        self.tallies.fill(Tally::default());
        for (id, block) in function.blocks.iter_mut().enumerate() {
            self.block(id, block, self.at_start[id]);
        }
    }

    /// Serves the loads of a block. Returns the cells that are valid at its end.
    fn block(&mut self, id: usize, block: &mut Block, mut valid: CellSet) -> CellSet {
        self.sp = self.sp_at_start.at_start[id];
        self.list(&mut block.body, &mut valid);
        for expr in block.end.exprs_mut() {
            self.expr(expr, &mut valid);
        }
        valid
    }

    fn list(&mut self, body: &mut [Located], valid: &mut CellSet) {
        for stmt in body {
            self.stmt(stmt, valid);
        }
    }

    fn stmt(&mut self, stmt: &mut Stmt, valid: &mut CellSet) {
        for expr in stmt.exprs_mut() {
            self.expr(expr, valid);
        }
        match stmt {
            Stmt::Set(SP, _) => match stmt.moved_sp() {
                Some(by) => self.sp += by,
                None => *valid = 0,
            },
            Stmt::Store(store, access, Expr::Get(SP), value) => {
                self.store(store, *access, value, valid);
            }
            Stmt::MemoryCopy(all) | Stmt::MemoryFill(all) => {
                let [to, _, length] = &**all;
                if let Some((start, end)) = exposure::stack_range(to, length) {
                    *valid &= !self.overlapping(start, end);
                }
            }
            Stmt::Call(function, _) if self.facts.is_imported(*function) => *valid = 0,
            Stmt::GoCall { callee, after, .. } => {
                let bytes = match (callee, after) {
                    (Callee::Direct(callee), After::NotResumed | After::Returns) => {
                        (self.callee_bytes)(*callee)
                    }
                    _ => None,
                };
                match bytes {
                    Some(bytes) => *valid &= !self.cells_below(bytes),
                    None => *valid = 0,
                }
            }
            Stmt::If(_, yes, no) => {
                let (mut behind_yes, mut behind_no) = (*valid, *valid);
                let sp = self.sp;
                self.list(yes, &mut behind_yes);
                self.sp = sp;
                self.list(no, &mut behind_no);
                self.sp = sp;
                let stops = |body: &[Located]| body.last().is_some_and(|last| last.stops());
                *valid = match (stops(yes), stops(no)) {
                    (true, _) => behind_no,
                    (_, true) => behind_yes,
                    _ => behind_yes & behind_no,
                };
            }
            _ => {}
        }
    }

    /// The cell at this offset from SP.
    fn at(&self, offset: u32) -> Option<(usize, Cell)> {
        self.cells.at(self.sp.checked_add_unsigned(offset)?)
    }

    /// Cells that share a byte with these offsets from SP.
    fn overlapping(&self, start: u32, end: u32) -> CellSet {
        let from_entry = |offset: u32| self.sp.saturating_add_unsigned(offset);
        self.cells.overlapping(from_entry(start), from_entry(end))
    }

    /// Cells that a callee with this many bytes of arguments and results may overwrite: those, and what is below SP.
    fn cells_below(&self, bytes: u32) -> CellSet {
        let end = self.sp.saturating_add_unsigned(bytes);
        self.cells.overlapping(i32::MIN, end)
    }

    /// A store to the stack: the cell has its value from now on.
    fn store(&self, store: &mut Store, access: Access, value: &mut Expr, valid: &mut CellSet) {
        let end = access.offset.saturating_add(store.width());
        *valid &= !self.overlapping(access.offset, end);
        let Some((position, cell)) = self.at(access.offset) else {
            return;
        };
        if self.enabled >> position & 1 == 0 || stored_type(store.byte()) != Some(cell.ty) {
            return;
        }
        *valid |= 1 << position;
        if !self.rewrites {
            return;
        }
        let mut whole = value.take();
        if cell.ty == Type::I32
            && let Some(narrow) = store.narrowed()
        {
            *store = narrow;
            whole = Expr::unary(Op::I32_WRAP_I64, whole);
            rules::simplify(&mut whole);
        }
        *value = Expr::Tee(cell.local, Box::new(whole));
    }

    /// Serves the loads of an expression, in evaluation order.
    fn expr(&mut self, expr: &mut Expr, valid: &mut CellSet) {
        expr.visit_mut(&mut |node| {
            let Expr::Load(load, access, address) = node else {
                return;
            };
            if **address != Expr::Get(SP) {
                return;
            }
            let Some((position, cell)) = self.at(access.offset) else {
                return;
            };
            if self.enabled >> position & 1 == 0 {
                return;
            }
            let Some(derive) = derived(load.byte(), cell.ty) else {
                return;
            };
            let is_valid = *valid >> position & 1 == 1;
            *valid |= 1 << position;
            let tally = &mut self.tallies[position];
            match is_valid {
                true => tally.served += 1,
                false => tally.loaded += 1,
            }
            if !self.rewrites {
                return;
            }
            let value = if is_valid {
                Expr::Get(cell.local)
            } else {
                let whole = Load::whole(cell.ty);
                let load = Expr::Load(whole, *access, Box::new(Expr::Get(SP)));
                Expr::Tee(cell.local, Box::new(load))
            };
            *node = derive
                .iter()
                .fold(value, |value, op| Expr::unary(*op, value));
        });
    }
}

/// The operators that turn the value of a cell into what a load gives.
fn derived(load: u8, cell: Type) -> Option<&'static [Op]> {
    Some(match (load, cell) {
        (0x29, Type::I64) | (0x28, Type::I32) | (0x2a, Type::F32) | (0x2b, Type::F64) => &[],
        (0x28, Type::I64) => &[Op::I32_WRAP_I64],
        (0x34, Type::I64) => &[Op::I32_WRAP_I64, Op::I64_EXTEND_I32_S],
        (0x35, Type::I64) => &[Op::I32_WRAP_I64, Op::I64_EXTEND_I32_U],
        (0x34, Type::I32) => &[Op::I64_EXTEND_I32_S],
        (0x35, Type::I32) => &[Op::I64_EXTEND_I32_U],
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
