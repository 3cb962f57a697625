//! Whose method tables for interfaces are.

use super::types::AllTypes;
use super::{Builder, Step};
use crate::go::types::Kind as TypeKind;
use crate::go::{Field, Pc, Program};
use crate::sizes::model::{Kind, Tag, What};

/// An `abi.ITab` (src/internal/abi/iface.go).
pub(super) struct Itab {
    address: u64,
    len: u64,
    interface: u64,
    of: u64,
    methods: Vec<u32>,
    /// Address of the word by which the linker lists it.
    listed_at: Option<u64>,
}

/// Bytes in front of an itab's PCs: interface, type, hash and padding.
const HEADER: u64 = 24;

/// The itabs of a program: up to 1.26 the linker lists them, from 1.27 on they lie together.
pub(super) fn read(program: &Program, types: &AllTypes<'_>) -> Vec<Itab> {
    let memory = program.memory().bytes();
    let module = program.module();
    if let Some(links) = module.slice(memory, Field::ItabLinks) {
        let count = links.len.min(memory.as_slice().len() as u64 / 8);
        let mut budget = memory.as_slice().len();
        return (0..count)
            .filter_map(|n| {
                let at = links.address.checked_add(8 * n)?;
                let itab = itab(program, types, memory.u64(at)?)?;
                budget = budget.checked_sub(itab.methods.len())?;
                Some(Itab {
                    listed_at: Some(at),
                    ..itab
                })
            })
            .collect();
    }
    let word = |field| Builder::word(program, field);
    let (Some(base), Some(offset), Some(size)) = (
        word(Field::Types),
        word(Field::ItabOffset),
        word(Field::ItabSize),
    ) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    let mut at = base.saturating_add(offset);
    let end = at.saturating_add(size);
    while at < end {
        let Some(itab) = itab(program, types, at) else {
            at = at.saturating_add(8);
            continue;
        };
        at += itab.len;
        all.push(itab);
    }
    all
}

fn itab(program: &Program, types: &AllTypes<'_>, address: u64) -> Option<Itab> {
    let memory = program.memory().bytes();
    let (interface, of) = (memory.u64(address)?, memory.u64(address.checked_add(8)?)?);
    let (_, ty) = types.by_address.get(&interface)?;
    types.by_address.get(&of)?;
    if ty.kind != TypeKind::Interface {
        return None;
    }
    // The second range of an interface is its methods.
    let methods = ty.ranges.get(1).map_or(0, |(_, bytes)| bytes / 8);
    let len = HEADER + 8 * methods.max(1);
    memory.slice(address, len)?;
    let pc = |n: u64| {
        let pc = Pc::of_bits(memory.u64(address + HEADER + 8 * n)?)?;
        (pc >= Pc::FIRST).then_some(pc.f)
    };
    Some(Itab {
        address,
        len,
        interface,
        of,
        methods: (0..methods).filter_map(pc).collect(),
        listed_at: None,
    })
}

/// An itab belongs to its type; to whoever defines the interface, if nobody defines the type.
pub(super) fn claim(builder: &mut Builder<'_>, types: &AllTypes<'_>, itabs: &[Itab]) {
    for itab in itabs {
        let (Some((of, ty)), Some((interface, interface_type))) = (
            types.by_address.get(&itab.of),
            types.by_address.get(&itab.interface),
        ) else {
            continue;
        };
        let name = format!("{}, {}", ty.name, interface_type.name);
        let owner = builder.item(*of).owner;
        let id = builder.add(What::Itab(itab.address), name, owner);
        let tag = Tag {
            kind: Kind::Itabs,
            owner,
            item: Some(id),
        };
        builder.claims.claim(itab.address, itab.len, tag);
        if let Some(word) = itab.listed_at {
            builder.claims.claim(word, 8, tag);
        }
        builder.edges.push((id, *of, Step::Refers));
        builder.edges.push((id, *interface, Step::Refers));
        for slot in &itab.methods {
            if let Some(to) = builder.by_slot.get(slot) {
                builder.edges.push((id, *to, Step::ItabMethod));
            }
        }
    }
}
