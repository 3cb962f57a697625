//! Finds the pass to blame for an output that the checker refuses, so that the user can go on without it.

use crate::error::{Error, Stage};
use crate::options::Options;
use crate::passes::PASSES;

/// Modules up to so many bytes are optimized again and again to find the pass, which takes some seconds.
const MOST_BYTES: usize = 16 << 20;

/// Adds the way on to the checker's `error`. `optimize` says whether the module can be optimized with other options.
pub(crate) fn add_way_on(
    error: Error,
    wasm: &[u8],
    options: &Options,
    optimize: impl Fn(&Options) -> Result<(), Error>,
) -> Error {
    let is_refused = |options: &Options| matches!(optimize(options), Err(error) if error.stage() == Stage::Check);
    let blamed = (wasm.len() <= MOST_BYTES)
        .then(|| pass_to_skip(options, is_refused))
        .flatten();
    match blamed {
        Some(name) => error.with_hint(format!(
            "`--skip {name}` gives a module that passes the check"
        )),
        None => error.with_hint("`-O0` leaves Go's code as it is"),
    }
}

/// The pass without which the output is not refused: the last of the fewest passes with which it is.
fn pass_to_skip(options: &Options, is_refused: impl Fn(&Options) -> bool) -> Option<&'static str> {
    let all = match &options.stop_after {
        Some(name) => PASSES.iter().position(|pass| pass.name == name)? + 1,
        None => PASSES.len(),
    };
    // `all` passes are too many.
    let (mut fine, mut refused) = (0, all);
    while refused - fine > 1 {
        let middle = fine.midpoint(refused);
        let mut fewer = options.clone();
        fewer.stop_after = Some(PASSES[middle - 1].name.to_owned());
        match is_refused(&fewer) {
            true => refused = middle,
            false => fine = middle,
        }
    }
    let blamed = PASSES[refused - 1].name;
    let mut without = options.clone();
    without.skip.push(blamed.to_owned());
    (!is_refused(&without)).then_some(blamed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a pass runs.
    fn runs(options: &Options, name: &str) -> bool {
        let place = |name: &str| PASSES.iter().position(|pass| pass.name == name);
        let last = options.stop_after.as_deref().map(place);
        !options.skip.iter().any(|skipped| skipped == name)
            && last.is_none_or(|last| place(name) <= last)
    }

    fn hint(optimize: impl Fn(&Options) -> Result<(), Error>, bytes: usize) -> String {
        let error = Error::new(Stage::Check, "wrong");
        let error = add_way_on(error, &vec![0; bytes], &Options::default(), optimize);
        error.hint().expect("a way on").to_owned()
    }

    #[test]
    fn the_pass_that_makes_it_wrong_is_found() {
        for pass in PASSES {
            let optimize = |options: &Options| match runs(options, pass.name) {
                true => Err(Error::new(Stage::Check, "wrong")),
                false => Ok(()),
            };
            assert!(hint(optimize, 1).contains(&format!("--skip {}", pass.name)));
        }
    }

    #[test]
    fn without_a_pass_to_blame_the_code_is_left_alone() {
        // Two passes make it wrong, each by itself.
        let optimize = |options: &Options| match runs(options, "plain-calls")
            || runs(options, "merge-locals")
        {
            true => Err(Error::new(Stage::Check, "wrong")),
            false => Ok(()),
        };
        assert!(hint(optimize, 1).contains("-O0"));
        let tries = std::cell::Cell::new(0);
        let is_slow = |_: &Options| {
            tries.set(tries.get() + 1);
            Ok(())
        };
        assert!(hint(is_slow, MOST_BYTES + 1).contains("-O0"));
        assert_eq!(tries.get(), 0);
    }
}
