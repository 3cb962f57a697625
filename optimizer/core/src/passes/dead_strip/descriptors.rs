//! The type descriptors of a program.

use crate::go::types::{Kind, Type, Types, UNREACHABLE};
use crate::go::{Bytes, Field, Program};
use std::collections::BTreeMap;

/// Types by address.
pub(super) type Descriptors = BTreeMap<u64, Type>;

/// Every type that the linker lists, that a word of memory or a number of the code may point to, and that those name. `None`
/// if memory is not as Go's linker lays it out, or types claim more than it holds.
///
/// What is a descriptor only by chance does no harm: as an interface it keeps more, and of other types nothing is changed
/// that does not look like [a method table](has_method_table).
pub(super) fn read(program: &Program, named: impl Iterator<Item = u64>) -> Option<Descriptors> {
    let memory = program.memory().bytes();
    let module = program.module();
    let reader = Types::new(memory, module, program.layout())?;
    let range = module.word(memory, Field::Types)?..module.word(memory, Field::ETypes)?;
    let mut left = reader.listed(module);
    if left.is_empty() {
        return None;
    }
    left.extend(named.filter(|address| range.contains(address)));
    let words = memory.words().map(|(_, word)| word);
    left.extend(words.filter(|word| range.contains(word)));
    let mut found = BTreeMap::new();
    // What descriptors name lies in memory, and few share it: a file that claims much more is damaged.
    let mut budget = (memory.as_slice().len() as u64).saturating_mul(4);
    while let Some(address) = left.pop() {
        if found.contains_key(&address) {
            continue;
        }
        let Some(ty) = reader.read(address) else {
            continue;
        };
        let names: u64 = ty.names.iter().map(|(_, len)| len.saturating_add(8)).sum();
        budget = budget.checked_sub(names.saturating_add(8 * ty.links.len() as u64))?;
        left.extend(ty.links.iter().map(|(_, to)| *to));
        found.insert(address, ty);
    }
    Some(found)
}

/// Whether the methods of a type are certainly methods: each has a type that is a function, and functions of the program, if
/// the linker left them in.
pub(super) fn has_method_table(
    ty: &Type,
    types: &Descriptors,
    memory: Bytes<'_>,
    is_function: impl Fn(u32) -> bool,
) -> bool {
    ty.methods.iter().all(|method| {
        let of = method.of.map(|of| types.get(&of).map(|of| of.kind));
        let is_typed = matches!(of, None | Some(Some(Kind::Func)));
        let functions = method
            .functions
            .iter()
            .all(|(cell, function)| match function {
                Some(function) => is_function(*function),
                None => matches!(memory.u32(*cell), Some(0 | UNREACHABLE)),
            });
        is_typed && functions && !method.name.is_empty()
    })
}
