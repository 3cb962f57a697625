//! Which methods of a type can be called through its method table.

use super::descriptors::Descriptors;
use crate::go::types::{Kind, Method, Type};
use std::collections::{BTreeSet, HashMap};

/// A method as interfaces ask for it: its name, and the address of its type.
type Key<'t> = (&'t str, u64);

/// A method of a type: its address, and the position in its table.
pub(super) type MethodId = (u64, usize);

/// Most methods that are compared; real programs have a hundredth of it.
const MOST_COMPARED: usize = 50_000_000;

/// The methods that can be called through an interface: those of each interface that the type implements as a whole
/// (`itabInit` in runtime/iface.go). Packages of lower-case methods are not compared, which only gives more. `None` for more
/// types and interfaces than a real program has.
pub(super) fn through_interfaces(types: &Descriptors) -> Option<BTreeSet<MethodId>> {
    let mut having: HashMap<Key<'_>, Vec<u64>> = HashMap::new();
    for (address, ty) in types {
        for method in &ty.methods {
            if let Some(of) = method.of {
                having.entry((&method.name, of)).or_default().push(*address);
            }
        }
    }
    let asked: BTreeSet<Vec<Key<'_>>> = (interfaces(types))
        .map(|ty| ty.asked.iter().map(|(name, of)| (name.as_str(), *of)))
        .map(Iterator::collect)
        .collect();
    let mut callable = BTreeSet::new();
    let mut budget = MOST_COMPARED;
    for methods in &asked {
        let types_with = |key| having.get(key).map_or(&[][..], Vec::as_slice);
        let having_each = methods.iter().map(types_with);
        let Some(fewest) = having_each.min_by_key(|types| types.len()) else {
            continue;
        };
        for address in fewest {
            let ty = &types[address];
            budget = budget.checked_sub(methods.len() * ty.methods.len())?;
            if methods.iter().all(|key| places(ty, *key).next().is_some()) {
                let all = methods.iter().flat_map(|key| places(ty, *key));
                callable.extend(all.map(|place| (*address, place)));
            }
        }
    }
    Some(callable)
}

/// Names of all methods that any interface asks for.
pub(super) fn asked_names(types: &Descriptors) -> BTreeSet<&str> {
    let asked = interfaces(types).flat_map(|ty| &ty.asked);
    asked.map(|(name, _)| name.as_str()).collect()
}

fn interfaces(types: &Descriptors) -> impl Iterator<Item = &Type> {
    types.values().filter(|ty| ty.kind == Kind::Interface)
}

/// Where a table has a method; more than once if packages have lower-case methods of the same name.
fn places<'t>(ty: &'t Type, (name, of): Key<'t>) -> impl Iterator<Item = usize> + 't {
    let is_it = move |method: &Method| method.name == name && method.of == Some(of);
    (ty.methods.iter().enumerate())
        .filter_map(move |(place, method)| is_it(method).then_some(place))
}

/// Whether reflection may show the method.
pub(super) fn is_exported(method: &Method) -> bool {
    let is_lower = |first: char| first.is_ascii_lowercase() || first == '_';
    !method.name.starts_with(is_lower)
}
