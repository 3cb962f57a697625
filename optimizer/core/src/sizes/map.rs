//! What a module consists of: its items, what they refer to, and which bytes are theirs.
//!
//! | bytes | whose |
//! | --- | --- |
//! | function bodies, and what other sections say of them | the function's |
//! | names, records, tables and funcdata of pclntab | the function's that names them |
//! | type descriptors, their names and bitmaps; itabs | the type's: its package, or that of its elements |
//! | files of an `embed.FS` | that of the variable |
//! | words that hold a PC | the function's |
//! | all other data, cut where code or data point to | that of the code which refers to it, over other data if need be |
//!
//! What belongs to several items of a package is the package's, and what belongs to several packages is shared.

use super::claims::Claims;
use super::code::{self, References};
use super::model::{Item, ItemId, Kind, Owner, Packages, Tag, What};
use crate::go::types::Link;
use crate::go::{Field, Function, Program, may_hold_pcs};
use crate::index::{FuncIndex, PerFunction};
use crate::input::Input;
use std::collections::HashMap;
use std::ops::Range;

mod columns;
mod data;
mod embeds;
mod file;
mod itabs;
mod pclntab;
mod types;

pub(crate) use data::is_init;

/// Why one item refers to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// A function calls another.
    Call,
    /// Something holds another function's PC, or points to a funcval.
    FuncValue,
    /// Code or data points to a type descriptor, an itab or data.
    Refers,
    /// A type names another.
    Type(Link),
    /// A type's method table has the function, for interfaces and reflection.
    MethodTable(String),
    /// An itab has the function.
    ItabMethod,
    /// Values of a type are compared or hashed by the function.
    Algorithm,
}

/// A module, taken apart.
#[derive(Debug)]
pub(crate) struct Map {
    pub(crate) packages: Packages,
    pub(crate) items: Vec<Item>,
    /// From, to, and why.
    pub(crate) edges: Vec<(ItemId, ItemId, Step)>,
    /// All bytes of the file, in order.
    pub(crate) pieces: Vec<(Range<usize>, Tag)>,
    /// The item of each defined function.
    pub(crate) functions: PerFunction<ItemId>,
}

impl Map {
    /// Takes a module apart; without a program, by functions alone.
    pub(crate) fn of(input: &Input<'_>, program: Option<&Program>) -> Map {
        let mut builder = Builder::new(input, program);
        if let Some(program) = program {
            builder.program(program);
        } else {
            builder.calls(&code::references(input, &(0..0)));
        }
        let pieces = file::pieces(&builder);
        let Builder {
            packages,
            items,
            edges,
            functions,
            ..
        } = builder;
        Map {
            packages,
            items,
            edges,
            pieces,
            functions,
        }
    }
}

/// A map while it is made.
struct Builder<'a> {
    input: &'a Input<'a>,
    program: Option<&'a Program>,
    packages: Packages,
    items: Vec<Item>,
    edges: Vec<(ItemId, ItemId, Step)>,
    functions: PerFunction<ItemId>,
    /// By PC_F.
    by_slot: HashMap<u32, ItemId>,
    claims: Claims,
    /// Whose the script's streams are, by range of the file.
    streams: Vec<(Range<usize>, Tag)>,
    module: Owner,
    runtime: Owner,
}

impl<'a> Builder<'a> {
    fn new(input: &'a Input<'a>, program: Option<&'a Program>) -> Self {
        let mut packages = Packages::default();
        let module = Owner::Package(packages.number(Packages::MODULE));
        let runtime = match program {
            Some(_) => Owner::Package(packages.number("runtime")),
            None => module,
        };
        let mut names = crate::symbols::from_name_section(input);
        let (mut items, mut by_slot) = (Vec::new(), HashMap::new());
        let mut functions = Vec::new();
        for (index, _) in input.defined_functions() {
            let listed = program.and_then(|program| program.by_wasm_index(index));
            let id = ItemId(items.len() as u32);
            let package = listed.as_ref().and_then(Function::package);
            let name = (listed.as_ref().map(|function| function.name().to_owned()))
                .or_else(|| names.remove(&index.0).map(|source| source.name));
            if let Some(function) = listed {
                by_slot.insert(function.pc_f(), id);
            }
            items.push(Item {
                what: What::Function(index.0),
                name: name.unwrap_or_default(),
                owner: match package {
                    Some(package) => Owner::Package(packages.number(&package)),
                    // Go's algorithms of shared layouts belong to no package.
                    None if listed.is_some() => Owner::Shared,
                    None => module,
                },
            });
            functions.push(id);
        }
        Builder {
            input,
            program,
            packages,
            items,
            edges: Vec::new(),
            functions: functions.into(),
            by_slot,
            claims: Claims::default(),
            streams: Vec::new(),
            module,
            runtime,
        }
    }

    fn program(&mut self, program: &Program) {
        let range = program.memory().bytes().range();
        let references = code::references(self.input, &range);
        self.calls(&references);
        pclntab::claim(self, program);
        columns::streams(self, program);
        let types = types::read(self, program, &references);
        let itabs = itabs::read(program, &types);
        types::claim(self, program, &types, &references);
        itabs::claim(self, &types, &itabs);
        embeds::claim(self, program);
        data::claim(self, program, &references);
    }

    fn calls(&mut self, references: &[References]) {
        for (position, references) in self.functions.positions().map(|(at, _)| at).zip(references) {
            let from = self.functions[position];
            for callee in &references.calls {
                if let Some(to) = self.item_of(*callee) {
                    self.edges.push((from, to, Step::Call));
                }
            }
            let Item { what, owner, .. } = self.item(from);
            let What::Function(index) = *what else {
                continue;
            };
            let listed = (self.program).and_then(|program| program.by_wasm_index(FuncIndex(index)));
            let holds_pcs = listed.is_none_or(|function| {
                function.record().is_assembly() || may_hold_pcs(self.packages.name(*owner))
            });
            for slot in references.functions.iter().filter(|_| holds_pcs) {
                let to = self.by_slot.get(slot).copied();
                let is_held = |to: &ItemId| {
                    listed.is_none() || may_hold_pcs(self.packages.name(self.item(*to).owner))
                };
                if let Some(to) = to.filter(is_held) {
                    self.edges.push((from, to, Step::FuncValue));
                }
            }
        }
    }

    fn add(&mut self, what: What, name: String, owner: Owner) -> ItemId {
        self.items.push(Item { what, name, owner });
        ItemId(self.items.len() as u32 - 1)
    }

    fn item(&self, id: ItemId) -> &Item {
        &self.items[id.0 as usize]
    }

    /// The tag of an item's bytes of a kind.
    fn tag(&self, kind: Kind, id: ItemId) -> Tag {
        Tag {
            kind,
            owner: self.item(id).owner,
            item: Some(id),
        }
    }

    fn item_of(&self, index: FuncIndex) -> Option<ItemId> {
        let position = self.input.imported_functions.defined(index)?;
        self.functions.get(position).copied()
    }

    /// A word of moduledata.
    fn word(program: &Program, field: Field) -> Option<u64> {
        program.module().word(program.memory().bytes(), field)
    }
}
