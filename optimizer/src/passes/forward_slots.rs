//! Keeps what is in a slot of Go's stack in a local, too, so that it need not be loaded again.
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
//! Every store stays, because the garbage collector reads the slots, and so do loads behind a call that may be resumed,
//! because the stack may have moved meanwhile. A slot takes part only if nobody but the function itself can write it:
//! its address is not taken, which [`exposure`] finds out, and it is not among the arguments and results of a call
//! in between. Measured on esbuild: 48,028 loads of 236,000, 113 kB of code; CPU time of the micro benchmarks 0.953.

mod exposure;

use super::{Outcome, left_alone};
use crate::code::locals::{Liveness, LocalSet, MOST_LOCALS, before_list};
use crate::code::{
    Access, After, Block, Callee, End, Expr, Facts, Function, Load, Local, Op, SP, Stmt, Store,
    Type, rules,
};
use crate::error::Result;
use crate::module::Module;
use crate::options::{Options, Preference};
use exposure::Exposure;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Cells of a function at most: engines keep one state for each local and branch target.
const MOST_CELLS: usize = 24;
/// The same for functions with more blocks than [`MANY_BLOCKS`].
const MOST_CELLS_OF_LARGE: usize = 4;
const MANY_BLOCKS: usize = 1000;

pub(super) fn run(module: &mut Module<'_>, options: &Options) -> Result<Outcome> {
    let (Some(program), Some(code)) = (&module.program, &mut module.code) else {
        return Ok(left_alone("no lifted functions", 0));
    };
    let mut argument_bytes = vec![None; code.functions.len()];
    let mut frames = vec![None; code.functions.len()];
    for function in program.functions() {
        if let Some(position) = function.wasm_index().checked_sub(code.facts.imported) {
            argument_bytes[position as usize] = u32::try_from(function.record().args).ok();
            frames[position as usize] = function.frame_size();
        }
    }
    let facts = &code.facts;
    let callee_bytes = |callee: u32| argument_bytes[(callee - facts.imported) as usize];
    let demand = Demand::of(options.prefer);
    let results: Vec<u64> = (code.functions.par_iter_mut())
        .zip(&frames)
        .zip(&code.is_assembly)
        .filter_map(|((function, frame), is_assembly)| {
            let function = function.as_mut().filter(|_| !is_assembly)?;
            let cells = Cells::find(function, (*frame)?)?;
            Some(forward(function, &cells, facts, &callee_bytes, demand))
        })
        .collect();
    let loads: u64 = results.iter().sum();
    Ok(Outcome {
        note: format!("{loads} loads in {} functions", results.len()),
        ..Outcome::default()
    })
}

/// A slot with a local that mirrors it.
#[derive(Debug, Clone, Copy)]
struct Cell {
    offset: u32,
    ty: Type,
    local: Local,
}

/// A set of cells, by position.
type CellSet = u32;

#[derive(Debug)]
struct Cells {
    cells: Vec<Cell>,
}

/// How the slots at one offset are accessed.
#[derive(Debug, Default, Clone, Copy)]
struct Uses {
    loads: u32,
    types: [bool; 4],
}

impl Cells {
    /// Gives the slots that pay a local of their own; `None` if there are none.
    fn find(function: &mut Function, frame: u32) -> Option<Cells> {
        let exposure = Exposure::of(function, frame)?;
        let mut uses: BTreeMap<u32, Uses> = BTreeMap::new();
        visit_exprs(function, &mut |expr| {
            if let Expr::Load(load, access, address) = expr
                && **address == Expr::Get(SP)
                && let Some(ty) = cell_type(load.byte())
            {
                let uses = uses.entry(access.offset).or_default();
                uses.loads += 1;
                uses.types[ty as usize] = true;
            }
        });
        function.visit_statements(&mut |stmt| {
            if let Stmt::Store(store, access, Expr::Get(SP), _) = stmt
                && let Some(ty) = stored_type(store.byte())
            {
                uses.entry(access.offset).or_default().types[ty as usize] = true;
            }
        });
        let mut found: Vec<(u32, u32, Type)> = uses
            .into_iter()
            .filter(|(offset, _)| !exposure.holds(*offset))
            .filter_map(|(offset, uses)| Some((uses.loads, offset, uses.ty()?)))
            .filter(|(loads, _, _)| *loads > 0)
            .collect();
        found.sort_by_key(|(loads, offset, _)| (std::cmp::Reverse(*loads), *offset));
        let most = if function.blocks.len() > MANY_BLOCKS {
            MOST_CELLS_OF_LARGE
        } else {
            MOST_CELLS
        };
        found.truncate(most.min(MOST_LOCALS.saturating_sub(function.locals.len())));
        let cells: Vec<Cell> = found
            .into_iter()
            .map(|(_, offset, ty)| {
                function.locals.push(ty);
                let local = function.locals.len() as Local - 1;
                Cell { offset, ty, local }
            })
            .collect();
        (!cells.is_empty()).then_some(Cells { cells })
    }

    fn at(&self, offset: u32) -> Option<(usize, Cell)> {
        let position = self.cells.iter().position(|cell| cell.offset == offset)?;
        Some((position, self.cells[position]))
    }

    /// The cells that share a byte with these addresses.
    fn overlapping(&self, start: u32, end: u32) -> CellSet {
        let overlaps = |cell: &Cell| cell.offset < end && start < cell.offset + cell.ty.width();
        (0..)
            .zip(&self.cells)
            .filter(|(_, cell)| overlaps(cell))
            .fold(0, |set, (position, _)| set | 1 << position)
    }

    fn all(&self) -> CellSet {
        CellSet::MAX >> (CellSet::BITS as usize - self.cells.len())
    }
}

impl Uses {
    /// The type of the cell; `None` where integers and floats are mixed.
    fn ty(&self) -> Option<Type> {
        match self.types {
            [_, true, false, false] => Some(Type::I64),
            [true, false, false, false] => Some(Type::I32),
            [false, false, true, false] => Some(Type::F32),
            [false, false, false, true] => Some(Type::F64),
            _ => None,
        }
    }
}

/// The smallest cell that a load can be served from.
fn cell_type(load: u8) -> Option<Type> {
    Some(match load {
        0x28 | 0x34 | 0x35 => Type::I32,
        0x29 => Type::I64,
        0x2a => Type::F32,
        0x2b => Type::F64,
        _ => return None,
    })
}

/// The type of the cell that a store fills.
fn stored_type(store: u8) -> Option<Type> {
    Some(match store {
        0x36 | 0x3e => Type::I32,
        0x37 => Type::I64,
        0x38 => Type::F32,
        0x39 => Type::F64,
        _ => return None,
    })
}

fn visit_exprs<'f>(function: &'f Function, f: &mut impl FnMut(&'f Expr)) {
    function.visit_statements(&mut |stmt| stmt.exprs().for_each(|expr| expr.visit(f)));
    for block in &function.blocks {
        if let End::Branch(condition, _, _) = &block.end {
            condition.visit(f);
        }
    }
}

/// Serves loads from locals. How many.
fn forward(
    function: &mut Function,
    cells: &Cells,
    facts: &Facts,
    callee_bytes: &(impl Fn(u32) -> Option<u32> + Sync),
    demand: Demand,
) -> u64 {
    let mut walker = Walker {
        cells,
        facts,
        callee_bytes,
        tallies: vec![Tally::default(); cells.cells.len()],
        enabled: cells.all(),
    };
    let at_start = walker.valid_at_start(function);
    walker.enabled = walker.worth_it(function, &at_start, demand);
    walker.tallies.fill(Tally::default());
    for (block, valid) in function.blocks.iter_mut().zip(&at_start) {
        walker.block(block, *valid);
    }
    drop_dead_tees(function);
    walker.tallies.iter().map(|tally| tally.served).sum()
}

struct Walker<'w, F> {
    cells: &'w Cells,
    facts: &'w Facts,
    callee_bytes: &'w F,
    tallies: Vec<Tally>,
    /// Cells that are kept.
    enabled: CellSet,
}

/// How the loads of a cell fare.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    served: u64,
    /// Loaded as before, and put into the local.
    loaded: u64,
}

/// When a cell is worth its local.
#[derive(Debug, Clone, Copy)]
struct Demand {
    /// Loads that it serves at least.
    least: u64,
    /// Whether it has to serve as many as are left.
    half: bool,
}

impl Demand {
    /// Compressed code gains nothing from a load less, which looks like all the others, and loses by the `local.tee` of
    /// the first; measured on esbuild, brotli 9: all 54,426 loads cost 7 kB, those of this demand, 46,642, cost 4 kB.
    fn of(prefer: Preference) -> Demand {
        match prefer {
            Preference::Download => Demand {
                least: 2,
                half: true,
            },
            Preference::Raw | Preference::Speed => Demand {
                least: 1,
                half: false,
            },
        }
    }

    fn is_met(self, tally: Tally) -> bool {
        tally.served >= self.least && (!self.half || tally.served >= tally.loaded)
    }
}

impl<F: Fn(u32) -> Option<u32>> Walker<'_, F> {
    /// Cells whose local holds their value at the start of each block, whichever way control came.
    fn valid_at_start(&mut self, function: &Function) -> Vec<CellSet> {
        let count = function.blocks.len();
        let mut predecessors = vec![Vec::new(); count];
        for (block, content) in function.blocks.iter().enumerate() {
            for to in content.end.targets() {
                predecessors[to].push(block);
            }
        }
        let is_root =
            |block: usize| block == function.entry || function.blocks[block].resume.is_some();
        let mut at_end = vec![self.cells.all(); count];
        let mut at_start = vec![self.cells.all(); count];
        let mut pending: Vec<usize> = (0..count).rev().collect();
        let mut waiting = vec![true; count];
        while let Some(block) = pending.pop() {
            waiting[block] = false;
            let start = if is_root(block) {
                0
            } else {
                predecessors[block]
                    .iter()
                    .fold(self.cells.all(), |valid, from| valid & at_end[*from])
            };
            at_start[block] = start;
            let valid = self.block(&mut function.blocks[block].clone(), start);
            if valid != at_end[block] {
                at_end[block] = valid;
                for to in function.blocks[block].end.targets() {
                    if !std::mem::replace(&mut waiting[to], true) {
                        pending.push(to);
                    }
                }
            }
        }
        self.tallies.fill(Tally::default());
        at_start
    }

    /// The cells that meet the demand, found out on a copy.
    fn worth_it(&mut self, function: &Function, at_start: &[CellSet], demand: Demand) -> CellSet {
        for (block, valid) in function.blocks.iter().zip(at_start) {
            self.block(&mut block.clone(), *valid);
        }
        (0..)
            .zip(&self.tallies)
            .filter(|(_, tally)| demand.is_met(**tally))
            .fold(0, |set, (position, _)| set | 1 << position)
    }

    /// Serves the loads of a block; the cells that are valid behind it.
    fn block(&mut self, block: &mut Block, mut valid: CellSet) -> CellSet {
        self.list(&mut block.body, &mut valid);
        if let End::Branch(condition, _, _) = &mut block.end {
            self.expr(condition, &mut valid);
        }
        valid
    }

    fn list(&mut self, body: &mut [Stmt], valid: &mut CellSet) {
        for stmt in body {
            self.stmt(stmt, valid);
        }
    }

    fn stmt(&mut self, stmt: &mut Stmt, valid: &mut CellSet) {
        for expr in stmt.exprs_mut() {
            self.expr(expr, valid);
        }
        match stmt {
            Stmt::Set(SP, _) => *valid = 0,
            Stmt::Store(store, access, Expr::Get(SP), value) => {
                self.store(store, *access, value, valid);
            }
            Stmt::MemoryCopy(to, _, length) | Stmt::MemoryFill(to, _, length) => {
                if let Some((start, end)) = exposure::stack_range(to, length) {
                    *valid &= !self.cells.overlapping(start, end);
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
                    Some(bytes) => *valid &= !self.cells.overlapping(0, bytes),
                    None => *valid = 0,
                }
            }
            Stmt::If(_, yes, no) => {
                let (mut behind_yes, mut behind_no) = (*valid, *valid);
                self.list(yes, &mut behind_yes);
                self.list(no, &mut behind_no);
                let stops = |body: &[Stmt]| body.last().is_some_and(Stmt::stops);
                *valid = match (stops(yes), stops(no)) {
                    (true, _) => behind_no,
                    (_, true) => behind_yes,
                    _ => behind_yes & behind_no,
                };
            }
            _ => {}
        }
    }

    /// A store to the stack: its value is now that of the cell.
    fn store(&self, store: &mut Store, access: Access, value: &mut Expr, valid: &mut CellSet) {
        *valid &= !self
            .cells
            .overlapping(access.offset, access.offset + store.width());
        let Some((position, cell)) = self.cells.at(access.offset) else {
            return;
        };
        if self.enabled >> position & 1 == 0 || stored_type(store.byte()) != Some(cell.ty) {
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
        *valid |= 1 << position;
    }

    /// Serves the loads of an expression, in order of evaluation.
    fn expr(&mut self, expr: &mut Expr, valid: &mut CellSet) {
        expr.visit_mut(&mut |node| {
            let Expr::Load(load, access, address) = node else {
                return;
            };
            if **address != Expr::Get(SP) {
                return;
            }
            let Some((position, cell)) = self.cells.at(access.offset) else {
                return;
            };
            if self.enabled >> position & 1 == 0 {
                return;
            }
            let Some(derive) = derived(load.byte(), cell.ty) else {
                return;
            };
            let value = if *valid >> position & 1 == 1 {
                self.tallies[position].served += 1;
                Expr::Get(cell.local)
            } else {
                self.tallies[position].loaded += 1;
                let whole = Load::whole(cell.ty);
                let access = Access {
                    align: whole.width().trailing_zeros() as u8,
                    ..*access
                };
                let load = Expr::Load(whole, access, Box::new(Expr::Get(SP)));
                Expr::Tee(cell.local, Box::new(load))
            };
            *valid |= 1 << position;
            *node = derive
                .iter()
                .fold(value, |value, op| Expr::unary(*op, value));
        });
    }
}

/// The operators that make what a load gives of the value of a cell.
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

/// Takes the `local.tee` off values that nobody reads again.
fn drop_dead_tees(function: &mut Function) {
    let liveness = Liveness::of(function);
    for position in 0..function.blocks.len() {
        let block = &mut function.blocks[position];
        let mut behind = (block.end.targets().iter())
            .fold(0, |live: LocalSet, to| live | liveness.at_start[*to]);
        if let End::Branch(condition, _, _) = &mut block.end {
            drop_in_expr(condition, &mut behind);
            rules::simplify(condition);
        }
        drop_in_list(&mut block.body, behind);
    }
}

fn drop_in_list(body: &mut [Stmt], mut behind: LocalSet) {
    for stmt in body.iter_mut().rev() {
        for nested in stmt.bodies_mut() {
            drop_in_list(nested, behind);
        }
        let mut live = match &*stmt {
            stmt if stmt.stops() => 0,
            Stmt::Set(local, _) => behind & !(1 << local),
            Stmt::If(_, yes, no) => before_list(yes, behind) | before_list(no, behind),
            _ => behind,
        };
        let mut exprs: Vec<&mut Expr> = stmt.exprs_mut().collect();
        exprs.reverse();
        for expr in exprs {
            drop_in_expr(expr, &mut live);
        }
        behind = live;
        rules::simplify_statement(stmt);
    }
}

/// From the last node evaluated to the first.
fn drop_in_expr(expr: &mut Expr, live: &mut LocalSet) {
    match expr {
        Expr::Get(local) => *live |= 1 << *local,
        Expr::Tee(local, value) => {
            let is_read = *live >> *local & 1 == 1;
            *live &= !(1 << *local);
            if is_read {
                drop_in_expr(value, live);
            } else {
                let mut value = value.take();
                drop_in_expr(&mut value, live);
                *expr = value;
            }
        }
        Expr::Unary(_, a) | Expr::Load(_, _, a) | Expr::MemoryGrow(a) => drop_in_expr(a, live),
        Expr::Binary(_, operands) => {
            drop_in_expr(&mut operands.1, live);
            drop_in_expr(&mut operands.0, live);
        }
        Expr::Select(operands) => {
            drop_in_expr(&mut operands.2, live);
            drop_in_expr(&mut operands.1, live);
            drop_in_expr(&mut operands.0, live);
        }
        Expr::Call(_, arguments) => arguments
            .iter_mut()
            .rev()
            .for_each(|argument| drop_in_expr(argument, live)),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
