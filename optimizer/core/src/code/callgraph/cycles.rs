//! Which functions are on a cycle of direct calls: Tarjan's strongly connected components.
//!
//! A depth-first search that keeps the functions of unfinished components on a second stack. `low` of a function is the
//! least number of one on that stack that it reaches; where it is its own, what lies above it is a component. A
//! component of one function is a cycle only if that function calls itself. Linear in functions and calls. Without
//! recursion, since chains of calls are long.

use super::CallGraph;
use crate::index::{Defined, PerFunction};

/// Not seen yet.
const NEVER: usize = usize::MAX;

impl CallGraph {
    /// The functions that may call themselves through direct calls from which functions return.
    pub(crate) fn on_cycle(&self) -> PerFunction<bool> {
        let count = self.nodes.len();
        let mut search = Search {
            number: PerFunction::all(NEVER, count),
            low: PerFunction::all(NEVER, count),
            unfinished: Vec::new(),
            is_unfinished: PerFunction::all(false, count),
            on_cycle: PerFunction::all(false, count),
            found: 0,
        };
        for root in Defined::all(count) {
            if search.number[root] != NEVER {
                continue;
            }
            search.begin(root);
            let mut path = vec![(root, 0)];
            while let Some((function, at)) = path.last_mut() {
                let function = *function;
                match self.calls(function).get(*at) {
                    Some(callee) => {
                        *at += 1;
                        if search.number[*callee] == NEVER {
                            search.begin(*callee);
                            path.push((*callee, 0));
                        } else if search.is_unfinished[*callee] {
                            search.reaches(function, search.number[*callee]);
                        }
                    }
                    None => {
                        path.pop();
                        search.end(function, self.calls(function).contains(&function));
                        if let Some((caller, _)) = path.last() {
                            search.reaches(*caller, search.low[function]);
                        }
                    }
                }
            }
        }
        search.on_cycle
    }

    fn calls(&self, function: Defined) -> &[Defined] {
        self.node(function).map_or(&[], |node| &node.calls)
    }
}

struct Search {
    /// In the order in which functions are found.
    number: PerFunction<usize>,
    low: PerFunction<usize>,
    unfinished: Vec<Defined>,
    is_unfinished: PerFunction<bool>,
    on_cycle: PerFunction<bool>,
    /// How many functions have a number.
    found: usize,
}

impl Search {
    fn begin(&mut self, function: Defined) {
        (self.number[function], self.low[function]) = (self.found, self.found);
        self.found += 1;
        self.unfinished.push(function);
        self.is_unfinished[function] = true;
    }

    fn reaches(&mut self, function: Defined, number: usize) {
        self.low[function] = self.low[function].min(number);
    }

    /// All that the function calls has been seen.
    fn end(&mut self, function: Defined, calls_itself: bool) {
        if self.low[function] != self.number[function] {
            return;
        }
        let first = self.unfinished.iter().rposition(|other| *other == function);
        let component = self.unfinished.split_off(first.unwrap_or_default());
        let is_cycle = calls_itself || component.len() > 1;
        for member in component {
            self.is_unfinished[member] = false;
            self.on_cycle[member] = is_cycle;
        }
    }
}
