//! The order of functions in the output.

use crate::input::Input;

/// Where each function of walrus's output goes.
pub(super) struct Order {
    /// Final function index by walrus's.
    pub(super) final_index: Vec<u32>,
    /// Defined functions in final order.
    pub(super) defined: Vec<Defined>,
}

/// A defined function of the output.
pub(super) struct Defined {
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
        imported_before: usize,
    ) -> Order {
        let (imported, total) = (frame.imported_functions as usize, frame.functions.len());
        let mut original = vec![None; total];
        for (index, target) in functions.iter().enumerate().skip(imported_before) {
            if let Some(slot) = target.and_then(|t| original.get_mut(t as usize)) {
                *slot = Some(index - imported_before);
            }
        }
        let mut defined: Vec<Defined> = (imported..total)
            .map(|index| Defined {
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
        }
    }
}
