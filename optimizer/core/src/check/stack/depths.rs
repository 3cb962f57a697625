//! How deep each function gets, with all that it calls, down to the next checks.

use super::used::Use;
use super::{PUSHED, To, UNBOUNDED};
use crate::index::{Defined, PerFunction};

/// The most bytes that each function uses below its return PC, down to the next checks.
pub(super) struct Depths {
    pub(super) uses: PerFunction<Use>,
    pub(super) depth: PerFunction<u64>,
    table: u64,
    host: u64,
}

impl Depths {
    /// `had_check` are the positions that a call through the table may reach, `exports` those that a call of the host
    /// may.
    pub(super) fn new(
        uses: PerFunction<Use>,
        had_check: &[Defined],
        exports: &[Defined],
    ) -> Depths {
        // Each function is the node of its place.
        let nodes = uses.len() + 2;
        let (table, host) = (uses.len(), uses.len() + 1);
        let node = |to: To| match to {
            To::Function(position) => position.place(),
            To::Table => table,
            To::Host => host,
        };
        // Callers of what is not cut off by a check, so that depths are found callees first.
        let mut callers: Vec<Vec<usize>> = vec![Vec::new(); nodes];
        let mut waiting = vec![0u32; nodes];
        let is_open = |node: usize| {
            uses.get(Defined::nth(node))
                .is_none_or(|used| used.checked.is_none())
        };
        let mut note = |from: usize, to: usize| {
            if is_open(to) {
                callers[to].push(from);
                waiting[from] += 1;
            }
        };
        for (position, used) in uses.positions() {
            used.calls
                .iter()
                .for_each(|(_, to)| note(position.place(), node(*to)));
        }
        had_check.iter().for_each(|to| note(table, to.place()));
        exports.iter().for_each(|to| note(host, to.place()));
        let mut depths = Depths {
            depth: PerFunction::all(UNBOUNDED, uses.len()),
            uses,
            table: UNBOUNDED,
            host: UNBOUNDED,
        };
        let mut ready: Vec<usize> = (0..nodes).filter(|node| waiting[*node] == 0).collect();
        while let Some(node) = ready.pop() {
            if node == table {
                depths.table = depths.deepest(had_check);
            } else if node == host {
                depths.host = depths.deepest(exports);
            } else {
                let position = Defined::nth(node);
                depths.depth[position] = depths.total(position);
            }
            for caller in &callers[node] {
                waiting[*caller] -= 1;
                if waiting[*caller] == 0 {
                    ready.push(*caller);
                }
            }
        }
        depths
    }

    fn deepest(&self, positions: &[Defined]) -> u64 {
        positions
            .iter()
            .map(|position| self.below(To::Function(*position)))
            .max()
            .unwrap_or(0)
    }

    /// Bytes below the return PC of the function that is entered.
    pub(super) fn below(&self, to: To) -> u64 {
        match to {
            To::Table => self.table,
            To::Host => self.host,
            To::Function(position) if self.uses[position].checked.is_some() => PUSHED,
            To::Function(position) => self.depth[position],
        }
    }

    /// What a function with this use enters where it gets deepest.
    pub(super) fn entered_deepest(&self, used: &Use) -> Option<To> {
        let calls = used.calls.iter();
        let deepest = calls.max_by_key(|(before, to)| before + self.below(*to));
        deepest.map(|(_, to)| *to)
    }

    pub(super) fn total(&self, position: Defined) -> u64 {
        let used = &self.uses[position];
        let calls = used
            .calls
            .iter()
            .map(|(before, to)| before + self.below(*to));
        calls.max().unwrap_or(0).max(used.frame).min(UNBOUNDED)
    }

    /// The deepest chain of functions below one that enters `to`, until one repeats. `had_check` are those in the
    /// table.
    pub(super) fn chain(&self, from: Defined, to: To, had_check: &[Defined]) -> Vec<Defined> {
        let mut chain = vec![from];
        let mut next = Some(to);
        while let Some(to) = next {
            let position = match to {
                To::Function(position) => Some(position),
                To::Table => (had_check.iter().copied())
                    .max_by_key(|position| self.below(To::Function(*position))),
                To::Host => None,
            };
            let is_end = position.is_none_or(|position| chain.contains(&position));
            chain.extend(position);
            let open = position.filter(|p| !is_end && self.uses[*p].checked.is_none());
            next = open.and_then(|position| self.entered_deepest(&self.uses[position]));
        }
        chain
    }
}
