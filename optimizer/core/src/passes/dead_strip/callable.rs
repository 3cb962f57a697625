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

#[cfg(test)]
mod tests {
    use super::*;

    /// A type that has, or asks for, methods of these names; all have the same signature.
    fn ty(kind: Kind, methods: &[&str]) -> Type {
        const SIGNATURE: u64 = 0x9000;
        let is_interface = kind == Kind::Interface;
        let method = |name: &&str| Method {
            entry: 0..16,
            name: (*name).to_owned(),
            name_at: (0, 0),
            of: Some(SIGNATURE),
            functions: [(8, Some(0x1000)), (12, Some(0x1000))],
        };
        let methods: Vec<Method> = methods.iter().map(method).collect();
        let asked = methods.iter().map(|m| (m.name.clone(), SIGNATURE));
        Type {
            kind,
            name: "T".to_owned(),
            package: None,
            ranges: Vec::new(),
            names: Vec::new(),
            links: Vec::new(),
            algorithms: Vec::new(),
            bitmap: None,
            asked: if is_interface {
                asked.collect()
            } else {
                Vec::new()
            },
            methods: if is_interface { Vec::new() } else { methods },
        }
    }

    #[test]
    fn an_interface_wants_all_of_its_methods() {
        let sort = &["Len", "Less", "Swap"];
        let types: Descriptors = [
            (1, ty(Kind::Interface, sort)),
            (2, ty(Kind::Interface, &[])),
            (3, ty(Kind::Slice, &["Len", "Swap", "String"])),
            (4, ty(Kind::Slice, &["Len", "Less", "Sum", "Swap"])),
        ]
        .into();
        let callable = through_interfaces(&types).expect("few types");
        assert_eq!(callable, [(4, 0), (4, 1), (4, 3)].into());
        assert_eq!(asked_names(&types), sort.iter().copied().collect());
        let mut another = types.clone();
        for (_, of) in &mut another.get_mut(&1).expect("the interface").asked {
            *of += 8;
        }
        assert_eq!(through_interfaces(&another), Some(BTreeSet::new()));
    }

    #[test]
    fn only_lower_case_hides_a_method() {
        let ty = ty(Kind::Struct, &["Len", "len", "_x", "Ü"]);
        let shown: Vec<bool> = ty.methods.iter().map(is_exported).collect();
        assert_eq!(shown, [true, false, false, true]);
    }
}
