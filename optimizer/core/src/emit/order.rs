//! The order of functions in the output.

use crate::index::{FuncIndex, Imported};
use crate::input::Input;

/// Where each function of walrus's output goes.
pub(super) struct Order {
    /// Final function index by walrus's.
    pub(super) final_index: Vec<u32>,
    /// Defined functions in final order.
    pub(super) defined: Vec<Placed>,
    /// How many functions are imported.
    pub(super) imported: Imported,
}

/// A defined function of the output.
pub(super) struct Placed {
    /// Position in walrus's function and code sections.
    pub(super) position: usize,
    /// Position in the input's code section; `None` for a function that a pass added.
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
        let mut final_index: Vec<u32> = (0..).take(total).collect();
        for (function, index) in defined.iter().zip(imported as u32..) {
            final_index[imported + function.position] = index;
        }
        Order {
            final_index,
            defined,
            imported: frame.imported_functions,
        }
    }
}
