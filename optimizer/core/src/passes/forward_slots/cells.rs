//! Cells: slots of Go's stack with a local that mirrors them.

use super::exposure::Exposure;
use crate::code::locals::MOST_LOCALS;
use crate::code::{Expr, Function, Local, SP, StackPointer, Stmt, Type};
use std::collections::BTreeMap;

/// Most cells of a function: engines keep state for each local at each branch target.
const MOST_CELLS: usize = 24;
/// The same for functions with more blocks than [`MANY_BLOCKS`].
const MOST_CELLS_OF_LARGE: usize = 4;
const MANY_BLOCKS: usize = 1000;

/// A slot with a local that mirrors it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    /// From where SP was at entry.
    pub(super) offset: i32,
    pub(super) ty: Type,
    pub(super) local: Local,
}

/// A set of cells, by position.
pub(super) type CellSet = u32;

#[derive(Debug)]
pub(super) struct Cells {
    pub(super) cells: Vec<Cell>,
}

/// How the slots at one offset are accessed.
#[derive(Debug, Default, Clone, Copy)]
struct Uses {
    loads: u32,
    types: [bool; 4],
}

impl Cells {
    /// Gives a local to each slot that pays for one; `None` if there are none.
    pub(super) fn find(function: &mut Function, frame: u32, sp: &StackPointer) -> Option<Cells> {
        let exposure = Exposure::of(function, frame, sp)?;
        let mut uses: BTreeMap<i32, Uses> = BTreeMap::new();
        let note = |uses: &mut BTreeMap<i32, Uses>, sp: i32, expr: &Expr| {
            expr.visit(&mut |node| {
                if let Expr::Load(load, access, address) = node
                    && **address == Expr::Get(SP)
                    && let Some(ty) = cell_type(load.byte())
                    && let Some(offset) = sp.checked_add_unsigned(access.offset)
                {
                    let uses = uses.entry(offset).or_default();
                    uses.loads += 1;
                    uses.types[ty as usize] = true;
                }
            });
        };
        sp.visit(function, |sp, stmt| {
            stmt.exprs().for_each(|expr| note(&mut uses, sp, expr));
            if let Stmt::Store(store, access, Expr::Get(SP), _) = stmt
                && let Some(ty) = stored_type(store.byte())
                && let Some(offset) = sp.checked_add_unsigned(access.offset)
            {
                uses.entry(offset).or_default().types[ty as usize] = true;
            }
        });
        for (block, content) in function.blocks.iter().enumerate() {
            for expr in content.end.exprs() {
                note(&mut uses, sp.at_end(function, block), expr);
            }
        }
        let mut found: Vec<(u32, i32, Type)> = uses
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

    pub(super) fn at(&self, offset: i32) -> Option<(usize, Cell)> {
        let position = self.cells.iter().position(|cell| cell.offset == offset)?;
        Some((position, self.cells[position]))
    }

    /// The cells that share a byte with these addresses.
    pub(super) fn overlapping(&self, start: i32, end: i32) -> CellSet {
        let width = |cell: &Cell| cell.ty.width().cast_signed();
        let overlaps = |cell: &Cell| cell.offset < end && start < cell.offset + width(cell);
        (0..)
            .zip(&self.cells)
            .filter(|(_, cell)| overlaps(cell))
            .fold(0, |set, (position, _)| set | 1 << position)
    }

    pub(super) fn all(&self) -> CellSet {
        self.first(self.cells.len())
    }

    /// Those with most loads.
    pub(super) fn first(&self, count: usize) -> CellSet {
        CellSet::MAX
            .checked_shr(CellSet::BITS.saturating_sub(count as u32))
            .unwrap_or(0)
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

/// The type of the smallest cell that can serve a load.
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
pub(super) fn stored_type(store: u8) -> Option<Type> {
    Some(match store {
        0x36 | 0x3e => Type::I32,
        0x37 => Type::I64,
        0x38 => Type::F32,
        0x39 => Type::F64,
        _ => return None,
    })
}
