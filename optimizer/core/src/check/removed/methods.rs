//! Types and their methods, before and after.

use super::super::written::Written;
use super::super::{Fault, Subject};
use super::code::{How, Mentions};
use super::{data_holds_none, fault, slots_of};
use crate::go::known::reflected::{
    COPIES_METHODS, EMBED_NOTHING, OWN, RESOLVE_METHODS, SHOW_METHODS,
};
use crate::go::types::{Kind, Method, Type, Types, UNREACHABLE};
use crate::go::{Field, Program};
use crate::index::{Defined, FuncIndex};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What reflection shows of types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Nothing,
    Exported,
    All,
}

/// Functions of reflection of which it matters who names them.
pub(super) struct Reflection {
    /// Those that make types with the methods of others.
    copying: BTreeSet<Defined>,
    /// Those that make functions of the offsets in method tables.
    resolving: BTreeSet<Defined>,
}

impl Reflection {
    pub(super) fn of(subject: &Subject<'_>, written: &Written<'_>) -> Reflection {
        let resolving = (subject.program.functions())
            .filter(|function| RESOLVE_METHODS.contains(&function.name()))
            .filter_map(|function| subject.written_at(written, function.wasm_index()));
        Reflection {
            copying: named(written, &[COPIES_METHODS]),
            resolving: resolving.collect(),
        }
    }

    pub(super) fn all(&self) -> BTreeSet<Defined> {
        &self.copying | &self.resolving
    }
}

/// Written functions by their names.
fn named(written: &Written<'_>, names: &[&str]) -> BTreeSet<Defined> {
    (written.functions.positions())
        .filter(|(_, function)| names.contains(&function.name.as_str()))
        .map(|(position, _)| position)
        .collect()
}

/// Checks the types of the input, at every address where there may be one, and what became of them. `alive` says whether a
/// function of the input is still there.
pub(super) fn check(
    subject: &Subject<'_>,
    written: &Written<'_>,
    slots: &BTreeSet<u32>,
    alive: &dyn Fn(FuncIndex) -> bool,
    (reflection, mentions): (&Reflection, &Mentions),
) -> Result<(), Fault> {
    let Some(after) = &written.program else {
        return Ok(());
    };
    let (Some(was), Some(is)) = (all_types(subject.program), all_types(after)) else {
        return Ok(());
    };
    let held = is
        .values()
        .flat_map(|ty| ty.methods.iter().flat_map(|method| method.functions));
    if held
        .filter_map(|(_, slot)| slot)
        .any(|slot| slots.contains(&slot))
    {
        return Err(fault("a method table has a function that was taken out"));
    }
    let changed: Vec<(u64, &Type)> = (was.iter())
        .filter(|(address, ty)| is.get(address).is_none_or(|is| !is_same(ty, is)))
        .map(|(address, ty)| (*address, ty))
        .collect();
    if changed.is_empty() {
        return Ok(());
    }
    only_own_resolve(subject, written, &reflection.resolving, mentions)?;
    let proof = Proof {
        shown: match copies_methods(written, after, &reflection.copying, mentions) {
            true => Shown::All,
            false => shown(subject.program, alive),
        },
        asked: asked(&was),
    };
    let memory = after.memory().bytes();
    for (address, ty) in changed {
        let message = match is.get(&address) {
            None => Some("is no type any more"),
            Some(is) if !is_same_but_for_methods(ty, is) => Some("is another type"),
            Some(_) => (ty.methods.iter()).find_map(|method| proof.against(ty, method, memory)),
        };
        if let Some(message) = message {
            return Err(fault(format!("{} at {address:#x} {message}", ty.name)));
        }
    }
    Ok(())
}

/// Everything that may be a type.
fn all_types(program: &Program) -> Option<BTreeMap<u64, Type>> {
    let memory = program.memory().bytes();
    let reader = Types::new(memory, program.module(), program.layout())?;
    let word = |field| program.module().word(memory, field);
    let range = word(Field::Types)?.next_multiple_of(8)..word(Field::ETypes)?;
    let addresses = range.step_by(8);
    Some(
        addresses
            .filter_map(|address| Some((address, reader.read(address)?)))
            .collect(),
    )
}

fn is_same(was: &Type, is: &Type) -> bool {
    is_same_but_for_methods(was, is) && was.methods == is.methods
}

fn is_same_but_for_methods(was: &Type, is: &Type) -> bool {
    use crate::go::types::Link;
    let links = |ty: &Type| {
        let is_own = |link: &Link| matches!(link, Link::Method(_)) && ty.kind != Kind::Interface;
        ty.links
            .iter()
            .filter(|(link, _)| !is_own(link))
            .cloned()
            .collect::<Vec<_>>()
    };
    (
        was.kind,
        &was.name,
        &was.package,
        &was.asked,
        &was.algorithms,
    ) == (is.kind, &is.name, &is.package, &is.asked, &is.algorithms)
        && links(was) == links(is)
}

/// Interfaces by the names of methods that they ask for.
fn asked(types: &BTreeMap<u64, Type>) -> HashMap<&str, Vec<&Type>> {
    let mut asked: HashMap<&str, Vec<&Type>> = HashMap::new();
    for ty in types.values().filter(|ty| ty.kind == Kind::Interface) {
        for (name, _) in &ty.asked {
            asked.entry(name).or_default().push(ty);
        }
    }
    asked
}

struct Proof<'t> {
    shown: Shown,
    asked: HashMap<&'t str, Vec<&'t Type>>,
}

impl Proof<'_> {
    /// Why a method of a type may be missed, if its entry in this memory is not what it was.
    fn against(
        &self,
        ty: &Type,
        method: &Method,
        memory: crate::go::Bytes<'_>,
    ) -> Option<&'static str> {
        let entry = memory.slice(method.entry.start, method.entry.end - method.entry.start);
        let is_empty = entry.is_some_and(|entry| entry.as_slice().iter().all(|byte| *byte == 0));
        let lower = method
            .name
            .starts_with(|first: char| first.is_ascii_lowercase() || first == '_');
        let is_shown = match self.shown {
            Shown::Nothing => false,
            Shown::Exported => !lower,
            Shown::All => true,
        };
        let asking = self
            .asked
            .get(method.name.as_str())
            .map_or(&[][..], Vec::as_slice);
        if is_empty {
            let is_asked = self.shown != Shown::Nothing || !asking.is_empty();
            return is_asked.then_some("lost a method that is asked for by name");
        }
        let [through, direct] = method.functions.map(|(cell, was)| {
            let now = memory.u32(cell);
            was.is_some() && now == Some(UNREACHABLE)
        });
        let has = |(name, of): &(String, u64)| {
            (ty.methods.iter()).any(|method| method.name == *name && method.of == Some(*of))
        };
        let is_called = || {
            let of = |ty: &&&Type| {
                ty.asked
                    .iter()
                    .any(|(name, of)| method.name == *name && method.of == Some(*of))
            };
            asking
                .iter()
                .filter(of)
                .any(|interface| interface.asked.iter().all(has))
        };
        match (through, direct) {
            (true, _) if is_shown || is_called() => Some("lost a method that can be called"),
            (_, true) if is_shown => Some("lost a method that reflection shows"),
            _ => None,
        }
    }
}

/// Whether somebody may let reflection make a type that embeds others: what makes it is called, or its PC known, elsewhere than
/// in functions that embed nothing.
fn copies_methods(
    written: &Written<'_>,
    after: &Program,
    copying: &BTreeSet<Defined>,
    mentions: &Mentions,
) -> bool {
    let slots = slots_of(written, copying);
    let may = named(written, &EMBED_NOTHING);
    !copying.is_empty()
        && (mentions.first(copying, &may).is_some() || data_holds_none(after, &slots).is_err())
}

/// What reflection shows, by the names of all functions that are still there, and of what was inlined into them.
fn shown(before: &Program, alive: &dyn Fn(FuncIndex) -> bool) -> Shown {
    let mut shown = Shown::Nothing;
    for function in before
        .functions()
        .filter(|function| alive(function.wasm_index()))
    {
        let inlined = function.inlined_calls().unwrap_or_default();
        let mut inlined = inlined.iter().filter_map(|call| function.name_of(call));
        if inlined.clone().any(|name| name == COPIES_METHODS) {
            return Shown::All;
        }
        if inlined.any(|name| SHOW_METHODS.contains(&name))
            || SHOW_METHODS.contains(&function.name())
        {
            shown = Shown::Exported;
        }
    }
    shown
}

/// Checks that nobody outside of Go's own packages calls what makes functions of the offsets in method tables.
fn only_own_resolve(
    subject: &Subject<'_>,
    written: &Written<'_>,
    resolving: &BTreeSet<Defined>,
    mentions: &Mentions,
) -> Result<(), Fault> {
    let callers: BTreeSet<Defined> = (mentions.iter())
        .filter(|mention| mention.how == How::Calls && resolving.contains(&mention.of))
        .map(|mention| mention.by)
        .collect();
    let names = (subject.program.functions())
        .filter(|_| !callers.is_empty())
        .filter(|function| {
            let position = subject.written_at(written, function.wasm_index());
            position.is_some_and(|position| callers.contains(&position))
        });
    for function in names {
        if !OWN.iter().any(|own| function.name().starts_with(own)) {
            let message = format!(
                "{} reads method tables, of which some is gone",
                function.name()
            );
            return Err(fault(message));
        }
    }
    Ok(())
}
