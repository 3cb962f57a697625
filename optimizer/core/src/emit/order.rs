//! The order of functions in the output, of the whole program or of one part.

use crate::index::{FuncIndex, Imported};
use crate::input::Input;

/// Where each function of walrus's output goes.
pub(super) struct Order {
    /// Final function index by walrus's; `None` for a function that the part neither has nor imports.
    final_index: Vec<Option<u32>>,
    /// Defined functions in final order.
    pub(super) defined: Vec<Placed>,
    /// How many functions are imported.
    pub(super) imported: Imported,
}

/// A defined function of the output.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    /// Position in walrus's function and code sections.
    pub(super) position: usize,
    /// Position in the input's code section; `None` for a function that a pass added, and for a stub.
    pub(super) original: Option<usize>,
}

impl Order {
    /// The input's order, functions that passes added behind it. `functions` are the frame's, by index in the input.
    pub(super) fn of_input(
        frame: &Input<'_>,
        functions: &[Option<u32>],
        imported_before: Imported,
    ) -> Order {
        let (imported, total) = (frame.imported_functions.0 as usize, frame.functions.len());
        let mut original = vec![None; total];
        for (index, target) in (0..).map(FuncIndex).zip(functions) {
            let (slot, position) = (
                target.and_then(|t| original.get_mut(t as usize)),
                imported_before.defined(index),
            );
            if let (Some(slot), Some(position)) = (slot, position) {
                *slot = Some(position.place());
            }
        }
        let mut defined: Vec<Placed> = (imported..total)
            .map(|index| Placed {
                position: index - imported,
                original: original[index],
            })
            .collect();
        defined.sort_by_key(|d| (d.original.unwrap_or(usize::MAX), d.position));
        let imports: Vec<u32> = (0..frame.imported_functions.0).collect();
        Order::new(frame, &imports, defined)
    }

    /// These imports, by walrus's index, and behind them these functions.
    pub(super) fn new(frame: &Input<'_>, imports: &[u32], defined: Vec<Placed>) -> Order {
        let mut final_index = vec![None; frame.functions.len()];
        let imported = frame.imported_functions.0 as usize;
        let places = defined.iter().map(|function| imported + function.position);
        let all = imports.iter().map(|import| *import as usize).chain(places);
        for (place, index) in all.zip(0..) {
            final_index[place] = Some(index);
        }
        Order {
            final_index,
            defined,
            imported: Imported(imports.len() as u32),
        }
    }

    /// Which of so many functions of the input are defined, by position.
    pub(super) fn has(&self, count: usize) -> Vec<bool> {
        let mut has = vec![false; count];
        for original in self.defined.iter().filter_map(|function| function.original) {
            has[original] = true;
        }
        has
    }

    /// Final index of a function, by walrus's.
    pub(super) fn of(&self, index: u32) -> Option<u32> {
        self.final_index.get(index as usize).copied().flatten()
    }
}
