//! Placeholders for the names of functions (`--strip names`).
//!
//! Tables of names are made anew: each name is either whole, because more than its beginning is asked for, or a
//! placeholder, which is a beginning and the name's number in hex digits, counted from 0 in the order of the table:
//!
//! ```text
//! main.run                    ?.1a2b
//! runtime.mallocgc            runtime.?1a2c
//! internal/runtime/maps.mix   internal/runtime/?.1a2d
//! net/http.(*conn).serve      net/http.?1a2e
//! memeqbody                   ?1a2f
//! ```
//!
//! So whatever the runtime asks of a name (`go/asked_names.rs`) has the same answer.

use crate::go::asked_names;

/// What placeholders begin with, by class.
pub(crate) const PREFIXES: [&str; 5] =
    ["?.", "runtime.?", "internal/runtime/?.", "net/http.?", "?"];

/// Class of the name of a function without a dot.
const WITHOUT_DOT: usize = 4;

/// The class of a name, as a position in [`PREFIXES`].
pub(crate) fn class(name: &str) -> usize {
    if !name.contains('.') {
        return WITHOUT_DOT;
    }
    let beginning = asked_names::BEGINNINGS
        .iter()
        .position(|beginning| name.starts_with(beginning));
    beginning.map_or(0, |beginning| beginning + 1)
}

/// The placeholder of a class and a number.
pub(crate) fn placeholder(class: usize, number: u32) -> String {
    let prefix = PREFIXES.get(class).copied().unwrap_or_default();
    format!("{prefix}{number:x}")
}

/// Class and number of a placeholder; `None` for a name that is none.
pub(crate) fn parse(name: &str) -> Option<(usize, u32)> {
    let of_class = |(class, prefix): (usize, &&str)| {
        let digits = name.strip_prefix(prefix)?;
        let number = u32::from_str_radix(digits, 16).ok()?;
        // One way to write it only.
        (placeholder(class, number) == name).then_some((class, number))
    };
    PREFIXES.iter().enumerate().find_map(of_class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_answers_what_is_asked_of_the_name() {
        for name in [
            "main.run",
            "runtime.mallocgc",
            "runtime.(*mheap).alloc",
            "internal/runtime/maps.mix",
            "net/http.(*conn).serve",
            "memeqbody",
            "type:.eq.main.T",
            "reflect.Value.lenNonSlice",
        ] {
            let stands_for = placeholder(class(name), 0x1a2b);
            let asked = |name: &str| {
                (
                    asked_names::is_shown(name),
                    asked_names::is_compared(name, false),
                    asked_names::BEGINNINGS.map(|beginning| name.starts_with(beginning)),
                )
            };
            assert_eq!(asked(&stands_for), asked(name), "{name}");
            assert_eq!(parse(&stands_for), Some((class(name), 0x1a2b)));
        }
        for name in [
            "main.main",
            "?.",
            "?.1A",
            "?.x",
            "runtime.gopanic",
            "?.123456789",
            "?.01",
            "?.+1",
        ] {
            assert_eq!(parse(name), None, "{name}");
        }
    }
}
