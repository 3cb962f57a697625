//! Finds the pass to blame when the checker refuses an output, so that the user can continue without it.

use crate::error::Error;
use crate::options::Options;
use crate::passes::PASSES;

/// Modules up to this many bytes are optimized again and again to find the pass, which takes some seconds.
const MOST_BYTES: usize = 16 << 20;

/// Without it, all of Go's code stays as it is: then there is nothing to refuse.
const FIRST: &str = "lift-functions";

/// The pass to skip to get an output that is not refused. `optimize` says whether the module can be optimized with
/// other options.
pub(crate) fn pass_to_skip(
    wasm: &[u8],
    options: &Options,
    optimize: impl Fn(&Options) -> Result<(), Error>,
) -> &'static str {
    // Whatever the failure: only a pass whose absence gives an output is worth skipping.
    let is_refused = |options: &Options| optimize(options).is_err();
    (wasm.len() <= MOST_BYTES)
        .then(|| blamed(options, is_refused))
        .flatten()
        .unwrap_or(FIRST)
}

/// The pass whose absence gives an output that is not refused: the last of the shortest prefix of passes that is
/// refused. By binary search.
fn blamed(options: &Options, is_refused: impl Fn(&Options) -> bool) -> Option<&'static str> {
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
    use crate::error::Stage;

    /// Whether a pass runs.
    fn runs(options: &Options, name: &str) -> bool {
        let place = |name: &str| PASSES.iter().position(|pass| pass.name == name);
        let last = options.stop_after.as_deref().map(place);
        !options.skip.iter().any(|skipped| skipped == name)
            && last.is_none_or(|last| place(name) <= last)
    }

    fn skipped(optimize: impl Fn(&Options) -> Result<(), Error>, bytes: usize) -> &'static str {
        pass_to_skip(&vec![0; bytes], &Options::default(), optimize)
    }

    #[test]
    fn the_pass_that_makes_it_wrong_is_found() {
        for pass in PASSES {
            let optimize = |options: &Options| match runs(options, pass.name) {
                true => Err(Error::new(Stage::Check, "wrong")),
                false => Ok(()),
            };
            assert_eq!(skipped(optimize, 1), pass.name);
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
        assert_eq!(skipped(optimize, 1), FIRST);
        // Without the one that makes it wrong, another fails.
        let optimize = |options: &Options| match runs(options, "plain-calls") {
            true => Err(Error::new(Stage::Check, "wrong")),
            false if runs(options, "merge-locals") => Err(Error::new(Stage::Validate, "too many")),
            false => Ok(()),
        };
        assert_eq!(skipped(optimize, 1), FIRST);
        let tries = std::cell::Cell::new(0);
        let is_slow = |_: &Options| {
            tries.set(tries.get() + 1);
            Ok(())
        };
        assert_eq!(skipped(is_slow, MOST_BYTES + 1), FIRST);
        assert_eq!(tries.get(), 0);
    }
}
