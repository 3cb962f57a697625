//! Rule `slots`, between functions: words of Go's stack that are read were written, by whichever side has to.

use super::Fault;
use super::slots::WORD;
use super::walk::{After, Callee, Followed, Found, Site};
use super::written::{Function, Written};
use crate::index::Defined;

/// Checks that words of frames that are read are written, that arguments are written before each call that reads them,
/// and results before each return.
///
/// # Errors
/// The first that is not.
pub(super) fn check(written: &Written<'_>, found: &Followed) -> Result<(), Fault> {
    let exchanges = Exchanges { written, found };
    for (position, function) in written.functions.positions() {
        let Some(found) = exchanges.followed(position) else {
            continue;
        };
        if let Some(below) = found.exchange.unwritten() {
            let message = format!("it reads {below} below its return PC, where nobody writes");
            return Err(Fault::of(function, "slots", message));
        }
        for site in &found.sites {
            exchanges.has_arguments(site, function)?;
        }
        exchanges.has_results(found, function)?;
    }
    Ok(())
}

/// Which function writes what for which.
struct Exchanges<'e, 'w> {
    written: &'e Written<'w>,
    found: &'e Followed,
}

impl Exchanges<'_, '_> {
    /// What was found about a function, if everything is known: assembly may switch to another stack, and what the host
    /// writes is not seen.
    fn followed(&self, position: Defined) -> Option<&Found> {
        let is_assembly = self.written.functions[position].is_assembly;
        let found = self.found[position].as_ref();
        found.filter(|found| !is_assembly && !found.calls_host())
    }

    /// The words that a function leaves above its return PC.
    fn results(&self, position: Defined) -> Option<u64> {
        self.followed(position)
            .and_then(|found| found.exchange.results)
    }

    fn has_arguments(&self, site: &Site, function: &Function) -> Result<(), Fault> {
        let Callee::Direct(callee) = site.callee else {
            return Ok(());
        };
        let callee_found = self.followed(callee);
        let needs = callee_found.map_or(0, |found| found.exchange.needs());
        let results = |last: Defined| self.results(last).unwrap_or(u64::MAX);
        let missing = needs & !site.given.words(results);
        if site.after == After::Tail || missing == 0 {
            return Ok(());
        }
        let name = &self.written.functions[callee].name;
        let bytes = missing.trailing_zeros() * WORD as u32;
        let message = format!("{name} is called and its argument at {bytes} is not written");
        Err(site.fault(function, "slots", message))
    }

    fn has_results(&self, caller: &Found, function: &Function) -> Result<(), Fault> {
        for (callee, asked) in &caller.exchange.asks {
            let missing = asked & !self.results(*callee).unwrap_or(u64::MAX);
            if missing != 0 {
                let bytes = missing.trailing_zeros() * WORD as u32;
                let name = &function.name;
                let message =
                    format!("it returns without its result at {bytes}, which {name} reads");
                return Err(Fault::of(
                    &self.written.functions[*callee],
                    "slots",
                    message,
                ));
            }
        }
        Ok(())
    }
}
