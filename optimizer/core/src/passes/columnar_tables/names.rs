//! The column of names, where strip-tables has put placeholders in place of most of them.

use crate::go::Bytes;
use crate::placeholder;

/// Names of a table, one behind the other.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Names {
    /// Address of the first.
    pub(super) address: u32,
    /// Each with its class, if it is the placeholder of its own number, and its length in bytes.
    pub(super) names: Vec<(Option<usize>, u32)>,
}

impl Names {
    /// `None` for a table without placeholders.
    pub(super) fn read(table: Bytes<'_>) -> Option<Names> {
        let bytes = table.as_slice();
        // Offset 0 is no name.
        let first = usize::from(bytes.first() == Some(&0));
        let used = bytes.iter().rposition(|byte| *byte != 0)?;
        let text = bytes.get(first..=used)?;
        let mut names = Vec::new();
        for (number, name) in (0..).zip(text.split(|byte| *byte == 0)) {
            let found = std::str::from_utf8(name).ok().and_then(placeholder::parse);
            let class = found
                .filter(|(_, own)| *own == number)
                .map(|(class, _)| class);
            names.push((class, u32::try_from(name.len()).ok()?));
        }
        let any = names.iter().any(|(class, _)| class.is_some());
        any.then_some(Names {
            address: u32::try_from(table.range().start).ok()? + first as u32,
            names,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_count_from_the_first_name() {
        let read = |text: &[u8]| Names::read(Bytes::new(0x1000, text));
        let names =
            read(b"\0?.0\0runtime.goexit\0runtime.?2\0?.7\0\0\0").expect("has placeholders");
        assert_eq!(names.address, 0x1001);
        assert_eq!(
            names.names,
            [(Some(0), 3), (None, 14), (Some(1), 10), (None, 3)]
        );
        assert_eq!(read(b"\0main.main\0"), None);
        assert_eq!(read(b""), None);
    }
}
