//! Each PC is pushed for calls of one function only, wherever the code is that pushes it, and at one place of a body.

use super::Fault;
use super::walk::{After, Callee, Followed};
use super::written::Written;
use crate::go::Pc;
use crate::index::Defined;
use std::collections::{HashMap, HashSet};

/// Checks all calls, and those that inlined bodies replace. A promoted call compares with the expected functions first,
/// and calls them directly with the same PC.
///
/// # Errors
/// The first call whose return PC belongs to another one.
pub(super) fn check(written: &Written<'_>, found: &Followed) -> Result<(), Fault> {
    let sites = found.iter().flatten().flat_map(|found| &found.sites);
    let indirect: HashSet<Pc> = sites
        .filter(|site| site.callee == Callee::Indirect)
        .map(|site| site.pc)
        .collect();
    let mut callees: HashMap<Pc, Defined> = HashMap::new();
    for (function, found) in written.functions.iter().zip(found.iter()) {
        let mut own: HashSet<Pc> = HashSet::new();
        let sites = found.iter().flat_map(|found| &found.sites);
        for site in sites.filter(|site| site.after != After::Tail) {
            let is_one = site.through.is_empty() && !site.is_for_nil;
            if written.all_rules && is_one && !indirect.contains(&site.pc) && !own.insert(site.pc) {
                let message = format!("PC {:#x} is pushed at two places", site.pc.bits());
                return Err(site.fault(function, "resuming", message));
            }
            let mut callee = site.callee.direct();
            for pc in [site.pc].iter().chain(&site.through) {
                callee = callee.filter(|_| !indirect.contains(pc));
                let known = callee.map(|callee| *callees.entry(*pc).or_insert(callee));
                if known != callee {
                    let name = |callee: Option<Defined>| {
                        callee.map_or("?", |callee| written.functions[callee].name.as_str())
                    };
                    let (one, other) = (name(known), name(callee));
                    let bits = pc.bits();
                    let message =
                        format!("PC {bits:#x} is pushed for calls of {one} and of {other}");
                    return Err(site.fault(function, "resuming", message));
                }
                callee = written.by_pc(*pc);
            }
        }
    }
    Ok(())
}
