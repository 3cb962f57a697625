//! Runs the operations of a script, one after the other.

use super::predicted;
use super::script::{Coding, Operation, Target, Watch, column, pc_values, placeholders};

/// Runs operations whose streams lie in the working memory; `None` if one leaves memory, or they take too long.
pub(crate) fn run(operations: &[Operation], memory: &mut Target<'_>) -> Option<()> {
    run_watched(operations, memory, &mut ())
}

/// [`run`], telling `watch` of each number.
pub(crate) fn run_watched(
    operations: &[Operation],
    memory: &mut Target<'_>,
    watch: &mut impl Watch,
) -> Option<()> {
    for operation in operations {
        match operation.coding {
            Coding::PcValues => pc_values(operation, memory, watch)?,
            Coding::Placeholders => placeholders(operation, memory, watch)?,
            Coding::Lines => predicted::run(operation, memory, watch)?,
            _ => column(operation, memory, watch)?,
        }
    }
    Some(())
}
