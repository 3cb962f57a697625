//! Each PC is pushed for calls of one function only, wherever the code is that pushes it, and at one place of a body.

use super::Fault;
use super::walk::{Callee, Found};
use super::written::Written;
use std::collections::{HashMap, HashSet};

/// Checks all calls, and those that inlined bodies replace. A promoted call compares with the expected functions first,
/// and calls them directly with the same PC.
///
/// # Errors
/// The first call whose return PC belongs to another one.
pub(super) fn check(written: &Written<'_>, found: &[Option<Found>]) -> Result<(), Fault> {
    let sites = found.iter().flatten().flat_map(|found| &found.sites);
    let indirect: HashSet<u64> = sites
        .filter(|site| site.callee == Callee::Indirect)
        .map(|site| site.pc)
        .collect();
    let mut callees: HashMap<u64, usize> = HashMap::new();
    for (function, found) in written.functions.iter().zip(found) {
        let mut own: HashSet<u64> = HashSet::new();
        for site in found.iter().flat_map(|found| &found.sites) {
            let is_one = site.through.is_empty() && !site.is_for_nil && site.pc != 0;
            if written.all_rules && is_one && !indirect.contains(&site.pc) && !own.insert(site.pc) {
                let message = format!("PC {:#x} is pushed at two places", site.pc);
                return Err(site.fault(function, "resuming", message));
            }
            let mut callee = site.callee.direct();
            for pc in [site.pc].iter().chain(&site.through).filter(|pc| **pc != 0) {
                callee = callee.filter(|_| !indirect.contains(pc));
                let known = callee.map(|callee| *callees.entry(*pc).or_insert(callee));
                if known != callee {
                    let name = |callee: Option<usize>| {
                        callee.map_or("?", |callee| written.functions[callee].name.as_str())
                    };
                    let (one, other) = (name(known), name(callee));
                    let message = format!("PC {pc:#x} is pushed for calls of {one} and of {other}");
                    return Err(site.fault(function, "resuming", message));
                }
                callee = written.by_pc(*pc);
            }
        }
    }
    Ok(())
}
