//! Whose type descriptors are.

use super::{Builder, Step};
use crate::go::types::{Kind as TypeKind, Link, Type, Types};
use crate::go::{Field, Program};
use crate::sizes::code::References;
use crate::sizes::model::{ItemId, Kind, Owner, Tag, What};
use std::collections::{BTreeMap, HashMap};

/// The types of a program, by address.
pub(super) struct AllTypes<'p> {
    pub(super) reader: Option<Types<'p>>,
    pub(super) by_address: BTreeMap<u64, (ItemId, Type)>,
}

impl AllTypes<'_> {
    pub(super) fn id(&self, address: u64) -> Option<ItemId> {
        self.by_address.get(&address).map(|(id, _)| *id)
    }
}

/// Reads the types that the linker lists, that code, data or itabs point to, and that those name.
pub(super) fn read<'p>(
    builder: &mut Builder<'_>,
    program: &'p Program,
    references: &[References],
) -> AllTypes<'p> {
    let memory = program.memory().bytes();
    let reader = Types::new(memory, program.module(), program.layout());
    let mut all = AllTypes {
        reader,
        by_address: BTreeMap::new(),
    };
    let Some(reader) = reader else {
        return all;
    };
    let mut found: BTreeMap<u64, Type> = BTreeMap::new();
    let mut left = reader.listed(program.module());
    left.extend(references.iter().flat_map(|function| &function.data));
    let ends = [Field::Types, Field::ENoPtrBss].map(|field| Builder::word(program, field));
    let [Some(first), Some(end)] = ends else {
        return all;
    };
    let words = memory.words().map(|(_, word)| word);
    left.extend(words.filter(|word| (first..end).contains(word)));
    // What descriptors name lies in memory, and few share it: a file that claims much more is damaged.
    let mut budget = memory.as_slice().len().saturating_mul(4);
    while let Some(address) = left.pop() {
        if budget == 0 {
            break;
        }
        if found.contains_key(&address) {
            continue;
        }
        let Some(ty) = reader.read(address) else {
            continue;
        };
        let named: u64 = ty.names.iter().map(|(_, len)| len + 8).sum();
        let counted = ty.links.len().saturating_mul(8) as u64 + named;
        budget = budget.saturating_sub(usize::try_from(counted).unwrap_or(usize::MAX));
        left.extend(ty.links.iter().map(|(_, to)| *to));
        found.insert(address, ty);
    }
    let owners = owners(builder, &found);
    for (address, ty) in found {
        let owner = owners.get(&address).copied().unwrap_or_default();
        let id = builder.add(What::Type(address), ty.name.clone(), owner);
        all.by_address.insert(address, (id, ty));
    }
    all
}

/// The package of a type, or that of what it is made of.
fn owners(builder: &mut Builder<'_>, types: &BTreeMap<u64, Type>) -> HashMap<u64, Owner> {
    let mut owners: HashMap<u64, Owner> = HashMap::new();
    for (address, ty) in types {
        let package = ty.package.as_deref();
        let owner = package.map(|package| Owner::Package(builder.packages.number(package)));
        owners.insert(*address, owner.unwrap_or_default());
    }
    // Types may be made of each other: once around for each level, which are few.
    const MOST_LEVELS: usize = 8;
    for _ in 0..MOST_LEVELS {
        let mut changed = false;
        for (address, ty) in types.iter().filter(|(_, ty)| ty.package.is_none()) {
            let parts = (ty.links.iter()).filter(|(link, _)| {
                !matches!(link, Link::Pointer | Link::Internal | Link::Method(_))
                    || ty.kind == TypeKind::Interface && matches!(link, Link::Method(_))
            });
            let owner = parts
                .filter_map(|(_, to)| owners.get(to))
                .fold(Owner::Nobody, |all, of| all.join(*of));
            changed |= owners.insert(*address, owner) != Some(owner);
        }
        if !changed {
            break;
        }
    }
    // What is made of nothing but Go's own types, such as `[]int`, anybody may use.
    for owner in owners.values_mut() {
        if *owner == Owner::Nobody {
            *owner = Owner::Shared;
        }
    }
    owners
}

/// Claims descriptors, names, bitmaps and typelinks, and adds what types refer to.
pub(super) fn claim(
    builder: &mut Builder<'_>,
    program: &Program,
    types: &AllTypes<'_>,
    references: &[References],
) {
    let mut shared: BTreeMap<u64, (u64, Tag)> = BTreeMap::new();
    let mut join = |(address, len): (u64, u64), tag: Tag| {
        (shared.entry(address))
            .and_modify(|(known, of)| (*known, *of) = ((*known).max(len), of.join(tag)))
            .or_insert((len, tag));
    };
    for (id, ty) in types.by_address.values() {
        let tag = builder.tag(Kind::Types, *id);
        for (address, len) in &ty.ranges {
            builder.claims.claim(*address, *len, tag);
        }
        for name in &ty.names {
            join(*name, tag);
        }
        if let Some(bitmap) = ty.bitmap {
            let kind = Kind::Bitmaps;
            join(bitmap, Tag { kind, ..tag });
        }
        for (link, to) in &ty.links {
            if let Some(to) = types.id(*to) {
                builder.edges.push((*id, to, Step::Type(link.clone())));
            }
        }
        for (method, slot) in ty.method_functions() {
            if let Some(to) = builder.by_slot.get(&slot) {
                let step = Step::MethodTable(method.to_owned());
                builder.edges.push((*id, *to, step));
            }
        }
        for algorithm in &ty.algorithms {
            let slot = types.reader.and_then(|types| types.funcval(*algorithm));
            if let Some(to) = slot.and_then(|slot| builder.by_slot.get(&slot)) {
                builder.edges.push((*id, *to, Step::Algorithm));
            }
        }
    }
    for (address, (len, tag)) in shared {
        builder.claims.claim(address, len, tag);
    }
    typelinks(builder, program, types);
    for (position, references) in builder
        .functions
        .positions()
        .map(|(at, _)| at)
        .zip(references)
    {
        let from = builder.functions[position];
        for address in &references.data {
            if let Some(to) = types.id(*address) {
                builder.edges.push((from, to, Step::Refers));
            }
        }
    }
}

/// An entry of the list of types belongs to its type.
fn typelinks(builder: &mut Builder<'_>, program: &Program, types: &AllTypes<'_>) {
    let memory = program.memory().bytes();
    let Some(links) = program.module().slice(memory, Field::TypeLinks) else {
        return;
    };
    let listed = types.reader.map(|types| types.listed(program.module()));
    for (number, address) in (0u64..).zip(listed.unwrap_or_default()) {
        if let Some(id) = types.id(address) {
            let tag = builder.tag(Kind::Types, id);
            builder.claims.claim(links.address + 4 * number, 4, tag);
        }
    }
}
