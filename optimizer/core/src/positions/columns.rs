//! Positions as bytes, column by column, for side-cars. Only calls and faults are written, which is what traces name.
//!
//! In front are two lists of strings: files, then names of subprograms. Then come columns; `coding.rs` says how all of these
//! are written, and what *difference* and *or 0* are.
//!
//! | column | a value for each | |
//! | --- | --- | --- |
//! | 0, 1 | subprogram | file or 0, difference; line or 0, difference |
//! | 2 | function | index, difference |
//! | 3, 4 | function | start of its body behind the end of the one before, both 0 for an imported one; length |
//! | 5 | function | subprogram, difference |
//! | 6, 7 | function | number of its inlined calls; of its rows |
//! | 8 | inlined call | subprogram, difference |
//! | 9 | inlined call | how many places in front the call is that it was inlined into, 0 if none |
//! | 10, 11 | inlined call | file or 0, difference; line or 0, difference |
//! | 12 | row | offset, difference, from the start of each function's body on |
//! | 13 | row | inlined call or 0, difference, from 0 on in each function |
//! | 14, 15 | row | file or 0, difference; line or 0, difference, from the subprogram's on in each function |

use super::coding::{Reader, Writer, list, none_if_zero, or_zero, strings};
use super::{FunctionPositions, Positions, Row, Subprogram};
use crate::bytes::Bytes;

const COLUMNS: usize = 16;

/// The first of the columns of rows, whose differences begin anew in each function.
const ROWS: usize = 12;

impl Positions {
    /// Writes the columns.
    pub(crate) fn to_columns(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let names = (self.subprograms.iter()).map(|subprogram| &*subprogram.name);
        list(&mut out, self.files.iter().map(String::as_str));
        list(&mut out, names);
        let mut columns = Writer::<COLUMNS>::new();
        for subprogram in &self.subprograms {
            columns.difference(0, or_zero(subprogram.file));
            columns.difference(1, or_zero(subprogram.line));
        }
        let mut end = 0;
        for function in &self.functions {
            let sites = || function.rows.iter().filter(|row| row.is_site);
            columns.difference(2, i64::from(function.index));
            let (start, length) = match function.range.is_empty() {
                true => (0, 0),
                false => (
                    function.range.start.saturating_sub(end),
                    function.range.len() as u32,
                ),
            };
            columns.number(3, start.into());
            columns.number(4, length.into());
            end = end.max(function.range.end);
            columns.difference(5, i64::from(function.subprogram));
            columns.number(6, function.calls.len() as u64);
            columns.number(7, sites().count() as u64);
            for (position, call) in (0..).zip(&function.calls) {
                columns.inlined(8, position, call);
            }
            let declared = self.subprograms.get(function.subprogram as usize);
            columns.last[ROWS..].copy_from_slice(&first(function.range.start, declared));
            for row in sites() {
                columns.difference(12, i64::from(row.offset));
                columns.difference(13, or_zero(row.call));
                columns.difference(14, or_zero(row.file));
                columns.difference(15, or_zero(row.line));
            }
        }
        columns.finish(&mut out);
        out
    }

    /// Reads columns; `None` if they are damaged.
    pub(crate) fn from_columns(bytes: &[u8]) -> Option<Positions> {
        let bytes = Bytes::new(0, bytes);
        let mut at = 0;
        let files = strings(bytes, &mut at)?;
        let names = strings(bytes, &mut at)?;
        let mut columns = Reader::<COLUMNS>::new(bytes, at)?;
        let mut positions = Positions::default();
        for name in names {
            positions.subprograms.push(Subprogram {
                name,
                package: None,
                file: none_if_zero(columns.difference(0)?)?,
                line: none_if_zero(columns.difference(1)?)?,
            });
        }
        positions.files = files;
        let mut end: u32 = 0;
        while !columns.is_done(2) {
            let function = function(&mut columns, &mut end, &positions.subprograms)?;
            positions.functions.push(function);
        }
        Some(positions)
    }
}

/// What the first row of a function is the difference to.
fn first(start: u32, subprogram: Option<&Subprogram>) -> [i64; 4] {
    let file = subprogram.map_or(0, |subprogram| or_zero(subprogram.file));
    let line = subprogram.map_or(0, |subprogram| or_zero(subprogram.line));
    [i64::from(start), 0, file, line]
}

fn function(
    columns: &mut Reader<'_, COLUMNS>,
    end: &mut u32,
    subprograms: &[Subprogram],
) -> Option<FunctionPositions> {
    let index = u32::try_from(columns.difference(2)?).ok()?;
    let (behind, length) = (columns.small(3)?, columns.small(4)?);
    let range = match length {
        0 => 0..0,
        _ => {
            let start = end.checked_add(behind)?;
            start..start.checked_add(length)?
        }
    };
    *end = range.end.max(*end);
    let subprogram = u32::try_from(columns.difference(5)?).ok()?;
    let (calls, rows) = (columns.small(6)?, columns.small(7)?);
    let mut function = FunctionPositions {
        index,
        subprogram,
        calls: Vec::new(),
        rows: Vec::new(),
        range,
    };
    for position in 0..calls {
        function.calls.push(columns.inlined(8, position)?);
    }
    let declared = subprograms.get(subprogram as usize)?;
    columns.last[ROWS..].copy_from_slice(&first(function.range.start, Some(declared)));
    for _ in 0..rows {
        function.rows.push(Row {
            offset: u32::try_from(columns.difference(12)?).ok()?,
            is_exact: true,
            is_site: true,
            call: none_if_zero(columns.difference(13)?)?,
            file: none_if_zero(columns.difference(14)?)?,
            line: none_if_zero(columns.difference(15)?)?,
        });
    }
    Some(function)
}

#[cfg(test)]
mod tests {
    use super::super::InlinedAt;
    use super::*;

    fn example() -> Positions {
        let subprogram = |name: &str, file, line| Subprogram {
            name: name.into(),
            package: None,
            file,
            line,
        };
        let row = |offset, call, file, line| Row {
            offset,
            is_exact: true,
            is_site: true,
            file,
            line,
            call,
        };
        let call = |subprogram, outer, line| InlinedAt {
            subprogram,
            outer,
            file: Some(1),
            line: Some(line),
        };
        Positions {
            files: vec!["a.go".into(), "b/c.go".into()],
            subprograms: vec![
                subprogram("runtime.wasmExit", None, None),
                subprogram("main.main", Some(0), Some(7)),
                subprogram("main.inner", Some(1), Some(3)),
            ],
            functions: vec![
                FunctionPositions {
                    index: 0,
                    range: 0..0,
                    subprogram: 0,
                    calls: Vec::new(),
                    rows: Vec::new(),
                },
                FunctionPositions {
                    index: 4,
                    range: 20..300,
                    subprogram: 1,
                    calls: vec![call(2, None, 9), call(2, Some(0), 4)],
                    rows: vec![
                        row(25, None, Some(0), Some(8)),
                        row(190, Some(1), Some(1), Some(4)),
                        row(191, None, None, None),
                    ],
                },
                FunctionPositions {
                    index: 5,
                    range: 302..310,
                    subprogram: 2,
                    calls: Vec::new(),
                    rows: vec![row(302, None, Some(1), Some(3))],
                },
            ],
        }
    }

    #[test]
    fn columns_read_back_what_was_written() {
        let positions = example();
        assert_eq!(
            Positions::from_columns(&positions.to_columns()),
            Some(positions)
        );
        let none = Positions::default();
        assert_eq!(Positions::from_columns(&none.to_columns()), Some(none));
    }

    #[test]
    fn damaged_columns_are_refused_or_read_and_never_panic() {
        let bytes = example().to_columns();
        for length in 0..bytes.len() {
            assert_eq!(Positions::from_columns(&bytes[..length]), None, "{length}");
        }
        for at in 0..bytes.len() {
            for flip in [1, 0x40, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[at] ^= flip;
                if let Some(read) = Positions::from_columns(&damaged) {
                    for function in &read.functions {
                        for row in &function.rows {
                            read.levels(function, row);
                        }
                    }
                }
            }
        }
    }
}
