//! Custom sections of a module that is done: put behind it, taken out of it.

use crate::error::Result;
use crate::input::Input;
#[cfg(any(test, feature = "debug"))]
use wasm_encoder::{CustomSection, Section};

/// A module without the custom sections whose names are `unwanted`, and with others behind it, each a name and a content.
///
/// # Errors
/// Bytes that are not a module.
#[cfg(any(test, feature = "debug"))]
pub(crate) fn with_sections(
    wasm: &[u8],
    unwanted: impl Fn(&str) -> bool,
    added: &[(&str, &[u8])],
) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(wasm.len());
    for kept in kept(wasm, |name| !unwanted(name))? {
        out.extend_from_slice(kept);
    }
    for (name, content) in added {
        let section = CustomSection {
            name: (*name).into(),
            data: (*content).into(),
        };
        section.append_to(&mut out);
    }
    Ok(out)
}

/// The parts of a module, in order, without the custom sections whose names are not `wanted`.
pub(crate) fn kept(wasm: &[u8], wanted: impl Fn(&str) -> bool) -> Result<Vec<&[u8]>> {
    let input = Input::read(wasm)?;
    let mut parts = Vec::new();
    let mut from = 0;
    let mut end = HEADER;
    for section in &input.sections {
        if section.name.is_some_and(|name| !wanted(name)) {
            parts.push(&wasm[from..end]);
            from = section.range.end;
        }
        end = section.range.end;
    }
    parts.push(&wasm[from..]);
    Ok(parts)
}

/// Bytes of a module's magic number and version.
const HEADER: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_taken_out_wherever_they_stand_and_put_at_the_end() {
        let text = |inner: &str| wat::parse_str(format!("(module {inner})")).expect("fixture");
        let before = text(
            "(@custom \"a\" (before first) \"1\") (func) (@custom \"b\" (after last) \"2\") (@custom \"a\" (after last) \"3\")",
        );
        let after = with_sections(&before, |name| name == "a", &[("c", b"4"), ("a", b"5")])
            .expect("a module");
        let wanted = text(
            "(func) (@custom \"b\" (after last) \"2\") (@custom \"c\" (after last) \"4\") (@custom \"a\" (after last) \"5\")",
        );
        assert_eq!(after, wanted);
        assert_eq!(
            with_sections(&before, |_| false, &[]).expect("a module"),
            before
        );
    }
}
