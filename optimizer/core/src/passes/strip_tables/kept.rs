//! Functions whose inline tree, and perhaps lines, must stay: see the [pass](super).

use crate::error::Result;
use crate::go::asked_names::{is_method_of_value, is_shown};
use crate::go::{Function, Program};
use crate::options::Strip;
use std::collections::BTreeSet;

/// What stays, by position of the function.
#[derive(Debug, Default)]
pub(super) struct Kept {
    trees: BTreeSet<usize>,
    lines: BTreeSet<usize>,
}

impl Kept {
    /// # Errors
    /// Malformed inline trees.
    pub(super) fn of(program: &Program, wanted: &[Strip]) -> Result<Kept> {
        let mut kept = Kept::default();
        if !wanted.contains(&Strip::Inlines) && !wanted.contains(&Strip::Lines) {
            return Ok(kept);
        }
        for (position, function) in program.functions().enumerate() {
            let names = inlined_names(&function)?;
            if is_often_hidden(&function) && names.iter().any(|name| is_shown(name)) {
                kept.trees.insert(position);
                kept.lines.insert(position);
            }
            if names.iter().any(|name| is_method_of_value(name)) {
                kept.trees.insert(position);
            }
        }
        Ok(kept)
    }

    pub(super) fn has_tree(&self, position: usize) -> bool {
        self.trees.contains(&position)
    }

    pub(super) fn has_lines(&self, position: usize) -> bool {
        self.lines.contains(&position)
    }

    /// For the report.
    pub(super) fn left_alone(&self, wanted: &[Strip]) -> Vec<(String, u64)> {
        let of = |strip, kept: &BTreeSet<usize>, what: &str| {
            let counts = wanted.contains(&strip) && !kept.is_empty();
            let reason = format!("{what} that tracebacks could not do without");
            counts.then_some((reason, kept.len() as u64))
        };
        let trees = of(Strip::Inlines, &self.trees, "inlined calls");
        let lines = of(Strip::Lines, &self.lines, "lines");
        trees.into_iter().chain(lines).collect()
    }
}

/// Wrappers are shown only above panics, others by their name.
fn is_often_hidden(function: &Function<'_>) -> bool {
    !is_shown(function.name()) || is_wrapper(function)
}

/// Whether Go's compiler made the function to call another.
pub(super) fn is_wrapper(function: &Function<'_>) -> bool {
    function.func_id() == Some("wrapper")
}

fn inlined_names<'p>(function: &Function<'p>) -> Result<Vec<&'p str>> {
    let calls = function.inlined_calls()?;
    Ok(calls
        .iter()
        .filter_map(|call| function.name_of(call))
        .collect())
}
