//! What the program can reach: functions, and methods through their tables.

use super::callable::{self, MethodId, asked_names, is_exported};
use super::descriptors::{self, Descriptors, has_method_table};
use super::named::{self, Named};
use crate::code::Code;
use crate::go::known::reflected::{
    COPIES_METHODS, EMBED_NOTHING, OWN, RESOLVE_METHODS, SHOW_METHODS,
};
use crate::go::types::{Method, Type};
use crate::go::{Function, Pc, Program};
use crate::index::{Defined, PerFunction};
use crate::input::Input;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

/// Why nothing is taken out.
type Reason = &'static str;

/// What nobody can reach.
#[derive(Debug, Default)]
pub(super) struct Dead {
    /// Functions, in order.
    pub(super) functions: Vec<Defined>,
    /// Addresses in method tables of functions that nobody calls through these.
    pub(super) cells: Vec<u64>,
    /// Entries of method tables that nobody looks for, and where each has its name.
    pub(super) entries: Vec<(Range<u64>, (u64, u64))>,
    /// Names of types, fields and methods, and numbers of the code, that are read after all.
    pub(super) still_named: StillNamed,
}

/// Where names are that somebody may read.
#[derive(Debug, Default)]
pub(super) struct StillNamed {
    /// Address and length of the names of all descriptors.
    pub(super) names: Vec<(u64, u64)>,
    /// Addresses that the code names.
    pub(super) addresses: BTreeSet<u64>,
}

/// Finds it.
///
/// # Errors
/// Why nothing can be said about this program.
pub(super) fn dead(program: &Program, input: &Input<'_>, code: &Code) -> Result<Dead, Reason> {
    if input.table_is_open {
        return Err("functions are put into the table while the program runs");
    }
    let named = named::read(input, &program.memory().bytes().range())
        .ok_or("a function cannot be decoded")?;
    let addresses: BTreeSet<u64> = named.iter().flat_map(|n| &n.addresses).copied().collect();
    let types = descriptors::read(program, addresses.iter().copied())
        .ok_or("types are not as Go's linker writes them")?;
    let by_slot: HashMap<u32, Defined> = (program.functions())
        .filter_map(|f| Some((f.pc_f(), input.imported_functions.defined(f.wasm_index())?)))
        .collect();
    let edges = edges(&named, &by_slot, input);
    let names = Names::of(program, input, named.len());
    names.only_own_resolve(&edges)?;
    let mut reached = Reached {
        callable: callable::through_interfaces(&types).ok_or("more types than programs have")?,
        copies: false,
        live: PerFunction::all(false, named.len()),
        left: Vec::new(),
        edges,
        program,
        types: &types,
        by_slot,
        names,
    };
    reached.begin(input, code);
    loop {
        reached.complete();
        let unexplained = reached.unexplained();
        if unexplained.is_empty() {
            break;
        }
        unexplained.into_iter().for_each(|at| reached.add(at));
    }
    Ok(Dead {
        still_named: StillNamed {
            names: types.values().flat_map(|ty| &ty.names).copied().collect(),
            addresses,
        },
        ..reached.dead()
    })
}

/// Which functions each names, itself left out.
fn edges(
    named: &PerFunction<Named>,
    by_slot: &HashMap<u32, Defined>,
    input: &Input<'_>,
) -> PerFunction<Vec<Defined>> {
    let of = |(at, named): (Defined, &Named)| {
        let called = (named.called.iter()).filter_map(|f| input.imported_functions.defined(*f));
        let slots = (named.slots.iter()).filter_map(|slot| by_slot.get(slot).copied());
        called.chain(slots).filter(|to| *to != at).collect()
    };
    named.positions().map(of).collect()
}

/// Whether a function makes functions of what method tables hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Resolves {
    No,
    /// One was inlined into it, and it may keep the result to itself.
    Within,
    /// Its result is such a function.
    ForCallers,
}

/// Functions that matter by their names.
struct Names {
    show_methods: PerFunction<bool>,
    copy_methods: PerFunction<bool>,
    embed_nothing: PerFunction<bool>,
    resolve_methods: PerFunction<Resolves>,
    own: PerFunction<bool>,
}

impl Names {
    fn of(program: &Program, input: &Input<'_>, count: usize) -> Names {
        let none = || PerFunction::all(false, count);
        let mut names = Names {
            show_methods: none(),
            copy_methods: none(),
            embed_nothing: none(),
            resolve_methods: PerFunction::all(Resolves::No, count),
            own: none(),
        };
        for function in program.functions() {
            let Some(at) = input.imported_functions.defined(function.wasm_index()) else {
                continue;
            };
            // A function does what was inlined into it.
            for name in all_names(&function) {
                names.show_methods[at] |= SHOW_METHODS.contains(&name);
                names.copy_methods[at] |= name == COPIES_METHODS;
                if RESOLVE_METHODS.contains(&name) {
                    names.resolve_methods[at] = Resolves::Within;
                }
            }
            if RESOLVE_METHODS.contains(&function.name()) {
                names.resolve_methods[at] = Resolves::ForCallers;
            }
            names.embed_nothing[at] = EMBED_NOTHING.contains(&function.name());
            names.own[at] = OWN.iter().any(|own| function.name().starts_with(own));
        }
        names
    }

    /// Checks that nobody outside of Go's own packages makes functions of what method tables hold. What `Method` and the like
    /// show of them is asked elsewhere.
    fn only_own_resolve(&self, edges: &PerFunction<Vec<Defined>>) -> Result<(), Reason> {
        let resolves = |to: &Defined| self.resolve_methods[*to] == Resolves::ForCallers;
        let is_other = |(at, to): (Defined, &Vec<Defined>)| {
            !self.own[at] && (self.resolve_methods[at] != Resolves::No || to.iter().any(resolves))
        };
        match edges.positions().any(is_other) {
            true => Err("code outside of Go's own packages reads method tables"),
            false => Ok(()),
        }
    }
}

fn all_names<'p>(function: &Function<'p>) -> Vec<&'p str> {
    let inlined = function.inlined_calls().unwrap_or_default();
    let inlined = inlined.iter().filter_map(|call| function.name_of(call));
    inlined.chain([function.name()]).collect()
}

struct Reached<'r> {
    program: &'r Program,
    types: &'r Descriptors,
    /// Functions by PC_F.
    by_slot: HashMap<u32, Defined>,
    edges: PerFunction<Vec<Defined>>,
    names: Names,
    /// Methods that interfaces lead to.
    callable: BTreeSet<MethodId>,
    /// Whether somebody may make a type that embeds others.
    copies: bool,
    live: PerFunction<bool>,
    /// Those that are live, and whose edges were not followed yet.
    left: Vec<Defined>,
}

impl Reached<'_> {
    fn add(&mut self, at: Defined) {
        self.copies |= self.names.copy_methods[at];
        self.reach(at);
    }

    fn reach(&mut self, at: Defined) {
        if !std::mem::replace(&mut self.live[at], true) {
            self.left.push(at);
        }
    }

    /// Adds what the host, assembly and data lead to.
    fn begin(&mut self, input: &Input<'_>, code: &Code) {
        let listed: BTreeSet<Defined> = self.by_slot.values().copied().collect();
        for (at, definition) in code.functions.positions() {
            if !listed.contains(&at) || definition.compiled().is_none() {
                self.add(at);
            }
        }
        for index in input.exported_functions().chain(input.start) {
            if let Some(at) = input.imported_functions.defined(index) {
                self.add(at);
            }
        }
        for known in self.program.layout().known_functions {
            let named = |f: &Function<'_>| f.name() == *known;
            let function = self.program.functions().find(named);
            let at = function.and_then(|f| input.imported_functions.defined(f.wasm_index()));
            at.into_iter().for_each(|at| self.add(at));
        }
        let doubtful: Vec<Defined> = (self.types.values())
            .filter(|ty| !self.has_method_table(ty))
            .flat_map(|ty| ty.methods.iter().flat_map(|method| method.functions))
            .filter_map(|(_, function)| self.by_slot.get(&function?).copied())
            .collect();
        doubtful.into_iter().for_each(|at| self.add(at));
        for (_, word) in self.program.memory().bytes().words() {
            let pc = Pc::of_bits(word).filter(|pc| *pc >= Pc::FIRST);
            if let Some(at) = pc.and_then(|pc| self.by_slot.get(&pc.f).copied()) {
                self.add(at);
            }
        }
    }

    fn has_method_table(&self, ty: &Type) -> bool {
        let is_function = |slot: u32| self.by_slot.contains_key(&slot);
        has_method_table(ty, self.types, self.program.memory().bytes(), is_function)
    }

    /// Follows all edges, and method tables.
    fn complete(&mut self) {
        loop {
            while let Some(at) = self.left.pop() {
                let embeds = !self.names.embed_nothing[at];
                for to in std::mem::take(&mut self.edges[at]) {
                    self.copies |= embeds && self.names.copy_methods[to];
                    self.reach(to);
                }
            }
            let called: Vec<Defined> = (self.methods())
                .flat_map(|(id, method)| {
                    let through = self.called_through(id, method);
                    (method.functions.iter().zip(through)).filter(|(_, called)| *called)
                })
                .filter_map(|((_, function), _)| self.by_slot.get(function.as_ref()?).copied())
                .collect();
            called.into_iter().for_each(|at| self.add(at));
            if self.left.is_empty() {
                return;
            }
        }
    }

    fn methods(&self) -> impl Iterator<Item = (MethodId, &Method)> {
        self.types.iter().flat_map(|(address, ty)| {
            let places = ty.methods.iter().enumerate();
            places.map(|(place, method)| ((*address, place), method))
        })
    }

    /// Whether each of the two functions in an entry of a method table may be called through it: that for interfaces by
    /// interfaces and what reflection shows, the other one by what `reflect.Type.Method` shows.
    fn called_through(&self, id: MethodId, method: &Method) -> [bool; 2] {
        let shown = self.copies || is_exported(method) && self.any(&self.names.show_methods);
        [shown || self.callable.contains(&id), shown]
    }

    /// Whether any function of these is live.
    fn any(&self, functions: &PerFunction<bool>) -> bool {
        functions
            .iter()
            .zip(self.live.iter())
            .any(|(has, live)| *has && *live)
    }

    /// Functions that are not live, and neither in a method table nor named by one that is. Go's linker has left them in for a
    /// reason, which is not seen here.
    fn unexplained(&self) -> Vec<Defined> {
        let mut explained = self.live.clone();
        let mut left: Vec<Defined> = (self.methods())
            .flat_map(|(_, method)| method.functions)
            .filter_map(|(_, function)| self.by_slot.get(&function?).copied())
            .collect();
        while let Some(at) = left.pop() {
            if !std::mem::replace(&mut explained[at], true) {
                left.extend(&self.edges[at]);
            }
        }
        let missing = explained.positions().filter(|(_, explained)| !**explained);
        missing.map(|(at, _)| at).collect()
    }

    fn dead(&self) -> Dead {
        let asked = asked_names(self.types);
        let is_shown = self.copies || self.any(&self.names.show_methods);
        let mut dead = Dead::default();
        for (address, ty) in self.types {
            if !self.has_method_table(ty) {
                continue;
            }
            for (place, method) in ty.methods.iter().enumerate() {
                if !is_shown && !asked.contains(method.name.as_str()) {
                    dead.entries.push((method.entry.clone(), method.name_at));
                    continue;
                }
                let through = self.called_through((*address, place), method);
                let cells = method.functions.iter().zip(through);
                let uncalled =
                    cells.filter(|((_, function), called)| !called && function.is_some());
                dead.cells.extend(uncalled.map(|((cell, _), _)| *cell));
            }
        }
        let functions = self.live.positions().filter(|(_, live)| !**live);
        dead.functions = functions.map(|(at, _)| at).collect();
        dead
    }
}
