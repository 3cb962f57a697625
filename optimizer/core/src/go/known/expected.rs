//! Calls through the table in Go's standard library whose callee is nearly always the same.
//!
//! Found by counting such calls in the micro benchmarks, Go 1.26. Functions that a release does not have are ignored.

/// What hashes keys for which the compiler has functions of their own (`mapfast` in cmd/compile/internal/walk/walk.go),
/// unless reflection made the map's type.
const FAST_KEYS: &[(&str, &[&str])] = &[
    ("_fast32", &["runtime.memhash32"]),
    ("_fast64", &["runtime.memhash64"]),
    ("_faststr", &["runtime.strhash"]),
];

/// Callers and their expected callees, the most frequent first.
const EXPECTED: &[(&str, &[&str])] = &[
    (
        "internal/runtime/maps.(*table).grow",
        &["runtime.strhash", "runtime.memhash32", "runtime.memhash64"],
    ),
    // Channels and goroutines.
    ("runtime.send", &["runtime.chansend.func1"]),
    ("runtime.recv", &["runtime.chanrecv.func1"]),
    ("runtime.park_m", &["runtime.chanparkcommit"]),
    // The next character.
    ("regexp.(*Regexp).tryBacktrack", STEP),
    ("regexp.(*Regexp).backtrack", STEP),
    ("regexp.(*Regexp).doOnePass", STEP),
    ("regexp.(*machine).match", STEP),
    // The scanner's state, a function.
    ("encoding/json.checkValid", &["encoding/json.stateInString"]),
];

const STEP: &[&str] = &["regexp.(*inputString).step", "regexp.(*inputBytes).step"];

/// Names of the functions that this one is expected to call through the table.
pub(crate) fn by(caller: &str) -> &'static [&'static str] {
    let fast_keys = (FAST_KEYS.iter()).filter(|_| caller.starts_with("runtime."));
    (fast_keys.filter(|(end, _)| caller.ends_with(end)))
        .chain(EXPECTED.iter().filter(|(name, _)| *name == caller))
        .map(|(_, callees)| *callees)
        .next()
        .unwrap_or_default()
}
