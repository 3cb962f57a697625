//! The graph of items: shortest ways, and what only one of them leads to.

use super::{Root, Way, WayStep};
use crate::go::types::Link;
use crate::input::Input;
use crate::sizes::{ItemId, Map, Preview, Step, What, is_init};
use std::collections::VecDeque;

/// Items by what they refer to.
pub(super) struct Graph {
    /// Positions of edges by the item that they start from: `edges[starts[n]..starts[n + 1]]`.
    starts: Vec<usize>,
    edges: Vec<usize>,
    to: Vec<ItemId>,
    roots: Vec<(Root, ItemId)>,
}

/// An item that was reached: the edge that led there, or `None` for a root.
type Reached = Option<Option<usize>>;

impl Graph {
    pub(super) fn of(map: &Map, input: &Input<'_>) -> Graph {
        let count = map.items.len();
        let mut starts = vec![0; count + 1];
        for (from, _, _) in &map.edges {
            starts[from.0 as usize + 1] += 1;
        }
        for n in 0..count {
            starts[n + 1] += starts[n];
        }
        let (mut next, mut edges) = (starts.clone(), vec![0; map.edges.len()]);
        for (number, (from, _, _)) in map.edges.iter().enumerate() {
            let place = &mut next[from.0 as usize];
            edges[*place] = number;
            *place += 1;
        }
        Graph {
            starts,
            edges,
            to: map.edges.iter().map(|(_, to, _)| *to).collect(),
            roots: roots(map, input),
        }
    }

    /// What the roots would no longer reach without these items, and the items themselves; in order.
    pub(super) fn going(&self, without: &[ItemId]) -> Vec<ItemId> {
        let all = self.reach(&self.roots, &[]);
        let rest = self.reach(&self.roots, without);
        let mut going: Vec<ItemId> = (0..)
            .map(ItemId)
            .zip(all.iter().zip(&rest))
            .filter(|(_, (before, after))| before.is_some() && after.is_none())
            .map(|(id, _)| id)
            .collect();
        going.extend(without);
        going.sort_unstable();
        going.dedup();
        going
    }

    /// The shortest way from each kind of root to any of these items.
    pub(super) fn ways(&self, map: &Map, items: &[ItemId], preview: Preview<'_>) -> Vec<Way> {
        let mut ways = Vec::new();
        for kind in [Root::Main, Root::Init, Root::Export] {
            // Ways that begin inside say nothing.
            let roots: Vec<_> = (self.roots.iter().copied())
                .filter(|(of, id)| *of == kind && (kind == Root::Main || !items.contains(id)))
                .collect();
            // What main leads to is said once.
            let main: Vec<_> = (self.roots.iter())
                .filter(|(of, _)| *of == Root::Main && kind != Root::Main)
                .map(|(_, id)| *id)
                .collect();
            let reached = self.reach(&roots, &main);
            let way = |id: &ItemId| self.way(map, &reached, *id);
            let shortest = items.iter().filter_map(way).min_by_key(Vec::len);
            if let Some(edges) = shortest {
                ways.push(described(map, preview, kind, &edges));
            }
        }
        ways
    }

    /// Breadth first from roots, not into the items of `without`.
    fn reach(&self, roots: &[(Root, ItemId)], without: &[ItemId]) -> Vec<Reached> {
        let count = self.starts.len() - 1;
        let mut closed = vec![false; count];
        for id in without {
            closed[id.0 as usize] = true;
        }
        let mut reached: Vec<Reached> = vec![None; count];
        let mut queue = VecDeque::new();
        for (_, id) in roots {
            let place = id.0 as usize;
            if !closed[place] && reached[place].is_none() {
                reached[place] = Some(None);
                queue.push_back(*id);
            }
        }
        while let Some(id) = queue.pop_front() {
            let place = id.0 as usize;
            for edge in &self.edges[self.starts[place]..self.starts[place + 1]] {
                let to = self.to[*edge].0 as usize;
                if !closed[to] && reached[to].is_none() {
                    reached[to] = Some(Some(*edge));
                    queue.push_back(self.to[*edge]);
                }
            }
        }
        reached
    }

    /// The edges from a root to an item, and the root, as an edge-less end.
    fn way(&self, map: &Map, reached: &[Reached], to: ItemId) -> Option<Vec<End>> {
        let mut way = vec![];
        let mut at = to;
        loop {
            match reached[at.0 as usize]? {
                Some(edge) => {
                    way.push(End::Edge(edge));
                    at = map.edges[edge].0;
                }
                None => {
                    way.push(End::Root(at));
                    way.reverse();
                    return Some(way);
                }
            }
        }
    }
}

/// An element of a way.
enum End {
    Root(ItemId),
    Edge(usize),
}

fn roots(map: &Map, input: &Input<'_>) -> Vec<(Root, ItemId)> {
    let mut roots = Vec::new();
    for (position, id) in map.functions.positions() {
        let name = map.items[id.0 as usize].name.as_str();
        if name == "main.main" {
            roots.push((Root::Main, *id));
        } else if is_init(name) {
            roots.push((Root::Init, *id));
        }
        let index = input.imported_functions.index(position);
        let is_called = input.exported_functions().any(|exported| exported == index);
        // What the runtime starts with is called by its PC, which the exports hold.
        if is_called || input.start == Some(index) || name.starts_with("_rt0_wasm") {
            roots.push((Root::Export, *id));
        }
    }
    roots
}

fn described(map: &Map, preview: Preview<'_>, root: Root, way: &[End]) -> Way {
    let name = |id: ItemId| preview.name(&map.items[id.0 as usize]);
    let mut described = Way {
        root,
        from: String::new(),
        steps: Vec::new(),
    };
    for end in way {
        match end {
            End::Root(id) => described.from = name(*id),
            End::Edge(edge) => {
                let (_, to, step) = &map.edges[*edge];
                let what = map.items[to.0 as usize].what;
                described.steps.push(WayStep {
                    by: words(step, what),
                    what: kind(what),
                    to: name(*to),
                });
            }
        }
    }
    described
}

fn kind(what: What) -> &'static str {
    match what {
        What::Function(_) => "function",
        What::Type(_) => "type",
        What::Itab(_) => "itab",
        What::Embed(_) => "embed",
        What::Text(_) => "text",
        What::Data(_) => "data",
    }
}

/// How a step leads to something.
fn words(step: &Step, to: What) -> String {
    match (step, to) {
        (Step::Call, _) => "calls".to_owned(),
        (Step::FuncValue, _) => "holds the func value of".to_owned(),
        (Step::Refers, What::Type(_)) => "uses the type".to_owned(),
        (Step::Refers, What::Itab(_)) => "converts to an interface by the itab of".to_owned(),
        (Step::Refers, What::Embed(_)) => "embeds the file".to_owned(),
        (Step::Refers, _) => "refers to".to_owned(),
        (Step::Type(link), _) => match link {
            Link::Element => "has the element type".to_owned(),
            Link::Key => "has the key type".to_owned(),
            Link::Internal => "is stored as".to_owned(),
            Link::Signature => "has a parameter or result of type".to_owned(),
            Link::Field(name) => format!("has the field {name} of type"),
            Link::Method(name) => format!("has the method {name} of type"),
            Link::Pointer => "has the pointer type".to_owned(),
        },
        (Step::MethodTable(name), _) => {
            format!("has in its method table, for interfaces and reflection, {name}:")
        }
        (Step::ItabMethod, _) => "has in its itab".to_owned(),
        (Step::Algorithm, _) => "is compared or hashed by".to_owned(),
    }
}
