//! Positions by PC as bytes, for side-cars of stripped modules. Most of what they say stands in the positions of the code, too:
//! for a function with a body, the same calls and faults have the same inlined calls, files and lines. So this is written beside
//! the columns of these and refers to them.
//!
//! In front are two lists of strings: files, then names of subprograms, both only those that the positions of the code lack;
//! they are numbered behind theirs. Then come columns, see `coding.rs`. The *counterpart* of a function is the same one in the
//! positions of the code: the subprogram is that of the counterpart, and its inlined calls stand in front of its own ones.
//!
//! | column | a value for each | |
//! | --- | --- | --- |
//! | 0, 1 | subprogram | file or 0, difference; line or 0, difference |
//! | 2 | function | number, difference |
//! | 3 | function | how many places behind the last counterpart its own is, the first place being 1; 0 if it has none |
//! | 4 | function without counterpart | subprogram, difference |
//! | 5, 6 | function | number of its own inlined calls; of its rows |
//! | 7 to 10 | own inlined call | as columns 8 to 11 of positions |
//! | 11 | row | PC that is printed, difference, from 0 on in each function |
//! | 12 | row | 0 if no row of the counterpart says the same; else one more than how far that row is from the one behind the last such row, zigzag coded |
//! | 13 to 15 | row that says something else | as columns 13 to 15 of positions |

use super::coding::{Reader, Writer, list, none_if_zero, or_zero, strings, unzigzag, zigzag};
use super::{FunctionPositions, InlinedAt, Positions, Row, Subprogram};
use crate::bytes::Bytes;
use std::collections::HashMap;

const COLUMNS: usize = 16;

/// What a row says: file, line and inlined call.
type Said = (Option<u32>, Option<u32>, Option<u32>);

fn said(row: &Row) -> Said {
    (row.file, row.line, row.call)
}

impl Positions {
    /// Writes these positions by PC beside those of the code.
    pub(crate) fn to_columns_beside(&self, code: &Positions) -> Vec<u8> {
        let (files, own_files) = files(self, code);
        let (subprograms, own_subprograms) = subprograms(self, code, &files);
        let mut out = Vec::new();
        list(&mut out, own_files.iter().copied());
        list(&mut out, own_subprograms.iter().map(|own| &*own.name));
        let mut columns = Writer::<COLUMNS>::new();
        for own in &own_subprograms {
            columns.difference(0, or_zero(mapped(&files, own.file)));
            columns.difference(1, or_zero(own.line));
        }
        let mut counterparts = Counterparts::of(code);
        for function in &self.functions {
            let subprogram = mapped(&subprograms, Some(function.subprogram)).unwrap_or(u32::MAX);
            columns.difference(2, i64::from(function.index));
            let counterpart = counterparts.next(subprogram);
            columns.number(3, counterpart.map_or(0, |(behind, _)| behind.into()));
            let counterpart = match counterpart {
                Some((_, position)) => code.functions.get(position),
                None => {
                    columns.difference(4, i64::from(subprogram));
                    None
                }
            };
            let mut rows = Rows::of(counterpart);
            let calls = rows.add_calls(&function.calls, &files, &subprograms);
            columns.number(5, rows.own_calls.len() as u64);
            columns.number(6, function.rows.len() as u64);
            for (position, call) in (rows.shared_calls..).zip(&rows.own_calls) {
                columns.inlined(7, position, call);
            }
            columns.last[11..].copy_from_slice(&[
                0,
                0,
                0,
                or_zero(mapped(
                    &files,
                    self.subprogram_of(function).and_then(|own| own.file),
                )),
                or_zero(self.subprogram_of(function).and_then(|own| own.line)),
            ]);
            for row in &function.rows {
                let pc = row.offset.saturating_sub(function.range.start);
                columns.difference(11, i64::from(pc));
                let call = mapped(&calls, row.call);
                let file = mapped(&files, row.file);
                match rows.distance_of((file, row.line, call)) {
                    Some(distance) => columns.number(12, zigzag(distance).saturating_add(1)),
                    None => {
                        columns.number(12, 0);
                        columns.difference(13, or_zero(call));
                        columns.difference(14, or_zero(file));
                        columns.difference(15, or_zero(row.line));
                    }
                }
            }
        }
        columns.finish(&mut out);
        out
    }

    /// Reads what stands beside these positions of the code; `None` if it is damaged.
    pub(crate) fn from_columns_beside(bytes: &[u8], code: &Positions) -> Option<Positions> {
        let bytes = Bytes::new(0, bytes);
        let mut at = 0;
        let mut positions = Positions {
            files: code.files.clone(),
            subprograms: code.subprograms.clone(),
            functions: Vec::new(),
        };
        positions.files.extend(strings(bytes, &mut at)?);
        let names = strings(bytes, &mut at)?;
        let mut columns = Reader::<COLUMNS>::new(bytes, at)?;
        for name in names {
            positions.subprograms.push(Subprogram {
                name,
                package: None,
                file: none_if_zero(columns.difference(0)?)?,
                line: none_if_zero(columns.difference(1)?)?,
            });
        }
        let mut reading = Reading {
            counterpart: 0,
            start: 0,
        };
        while !columns.is_done(2) {
            let function = reading.function(&mut columns, code, &positions.subprograms)?;
            positions.functions.push(function);
        }
        Some(positions)
    }

    fn subprogram_of(&self, function: &FunctionPositions) -> Option<&Subprogram> {
        self.subprograms.get(function.subprogram as usize)
    }
}

/// What a position in one list is in another.
fn mapped(positions: &[u32], position: Option<u32>) -> Option<u32> {
    positions.get(position? as usize).copied()
}

/// For each file of `traces` its number, and the files that `code` lacks.
fn files<'p>(traces: &'p Positions, code: &Positions) -> (Vec<u32>, Vec<&'p str>) {
    let known: HashMap<&str, u32> = code.files.iter().map(String::as_str).zip(0..).collect();
    let mut own = Vec::new();
    let number = |file: &'p String| match known.get(file.as_str()) {
        Some(known) => *known,
        None => {
            own.push(file.as_str());
            (code.files.len() + own.len() - 1) as u32
        }
    };
    (traces.files.iter().map(number).collect(), own)
}

/// For each subprogram of `traces` its number, and those that `code` lacks.
fn subprograms<'p>(
    traces: &'p Positions,
    code: &Positions,
    files: &[u32],
) -> (Vec<u32>, Vec<&'p Subprogram>) {
    let known = code.subprograms.iter().zip(0..);
    let known: HashMap<(&str, Option<u32>, Option<u32>), u32> = known
        .map(|(one, number)| ((&*one.name, one.file, one.line), number))
        .collect();
    let mut own = Vec::new();
    let number =
        |one: &'p Subprogram| match known.get(&(&*one.name, mapped(files, one.file), one.line)) {
            Some(known) => *known,
            None => {
                own.push(one);
                (code.subprograms.len() + own.len() - 1) as u32
            }
        };
    (traces.subprograms.iter().map(number).collect(), own)
}

/// Functions of the code by subprogram, each used once, in their order: both lists have the order of the input's functions.
struct Counterparts {
    positions: HashMap<u32, Vec<usize>>,
    /// The place behind the last one.
    next: usize,
}

impl Counterparts {
    fn of(code: &Positions) -> Counterparts {
        let mut positions: HashMap<u32, Vec<usize>> = HashMap::new();
        for (position, function) in code.functions.iter().enumerate() {
            positions
                .entry(function.subprogram)
                .or_default()
                .push(position);
        }
        Counterparts { positions, next: 0 }
    }

    /// That of the next function: how far behind the last one, and its place.
    fn next(&mut self, subprogram: u32) -> Option<(u32, usize)> {
        let positions = self.positions.get(&subprogram)?;
        let behind = positions.partition_point(|position| *position < self.next);
        let position = *positions.get(behind)?;
        let distance = (position - self.next + 1) as u32;
        self.next = position + 1;
        Some((distance, position))
    }
}

/// The calls and rows of a function of the code, for the same function by PC.
struct Rows {
    calls: HashMap<InlinedAt, u32>,
    shared_calls: u32,
    own_calls: Vec<InlinedAt>,
    /// Places of rows by what they say, ascending.
    said: HashMap<Said, Vec<i64>>,
    /// The place behind the last one that was found.
    next: i64,
}

impl Rows {
    fn of(counterpart: Option<&FunctionPositions>) -> Rows {
        let mut said_at: HashMap<Said, Vec<i64>> = HashMap::new();
        let calls = counterpart.map_or(&[][..], |function| &function.calls);
        let rows = counterpart.iter().flat_map(|function| &function.rows);
        for (place, row) in (0..).zip(rows.filter(|row| row.is_site)) {
            said_at.entry(said(row)).or_default().push(place);
        }
        Rows {
            calls: calls.iter().copied().zip(0..).collect(),
            shared_calls: calls.len() as u32,
            own_calls: Vec::new(),
            said: said_at,
            next: 0,
        }
    }

    /// For each of these calls its number, with those that the function of the code lacks behind the others.
    fn add_calls(&mut self, calls: &[InlinedAt], files: &[u32], subprograms: &[u32]) -> Vec<u32> {
        let mut numbers: Vec<u32> = Vec::with_capacity(calls.len());
        for call in calls {
            let call = InlinedAt {
                subprogram: mapped(subprograms, Some(call.subprogram)).unwrap_or(u32::MAX),
                outer: mapped(&numbers, call.outer),
                file: mapped(files, call.file),
                line: call.line,
            };
            let next = self.shared_calls + self.own_calls.len() as u32;
            let number = *self.calls.entry(call).or_insert_with(|| {
                self.own_calls.push(call);
                next
            });
            numbers.push(number);
        }
        numbers
    }

    /// How far the nearest row that says this is from the one that is next.
    fn distance_of(&mut self, said: Said) -> Option<i64> {
        let places = self.said.get(&said)?;
        let behind = places.partition_point(|place| *place < self.next);
        let around = [behind.checked_sub(1), Some(behind)];
        let near = around.iter().flatten().filter_map(|at| places.get(*at));
        let place = *near.min_by_key(|place| place.abs_diff(self.next))?;
        let distance = place - self.next;
        self.next = place + 1;
        Some(distance)
    }
}

/// How far reading is.
struct Reading {
    /// The place behind the last counterpart.
    counterpart: usize,
    /// Where the range of the next function begins.
    start: u32,
}

impl Reading {
    fn function(
        &mut self,
        columns: &mut Reader<'_, COLUMNS>,
        code: &Positions,
        subprograms: &[Subprogram],
    ) -> Option<FunctionPositions> {
        let index = u32::try_from(columns.difference(2)?).ok()?;
        let counterpart = match columns.small(3)?.checked_sub(1) {
            None => None,
            // Each is used once at most, so that no damage makes many copies of it.
            Some(behind) => {
                let position = self.counterpart.checked_add(behind as usize)?;
                self.counterpart = position.checked_add(1)?;
                Some(code.functions.get(position)?)
            }
        };
        let mut function = FunctionPositions {
            index,
            subprogram: match counterpart {
                Some(counterpart) => counterpart.subprogram,
                None => u32::try_from(columns.difference(4)?).ok()?,
            },
            calls: counterpart.map_or_else(Vec::new, |function| function.calls.clone()),
            rows: Vec::new(),
            range: 0..0,
        };
        let declared = subprograms.get(function.subprogram as usize)?;
        let (calls, rows) = (columns.small(5)?, columns.small(6)?);
        for _ in 0..calls {
            let position = u32::try_from(function.calls.len()).ok()?;
            function.calls.push(columns.inlined(7, position)?);
        }
        let (file, line) = (or_zero(declared.file), or_zero(declared.line));
        columns.last[11..].copy_from_slice(&[0, 0, 0, file, line]);
        let mut next = 0;
        for _ in 0..rows {
            let pc = u32::try_from(columns.difference(11)?).ok()?;
            let (file, line, call) = match columns.number(12)?.checked_sub(1) {
                Some(distance) => {
                    let place = unzigzag(distance).checked_add(next)?;
                    next = place.checked_add(1)?;
                    said(counterpart?.rows.get(usize::try_from(place).ok()?)?)
                }
                None => {
                    let call = none_if_zero(columns.difference(13)?)?;
                    let file = none_if_zero(columns.difference(14)?)?;
                    (file, none_if_zero(columns.difference(15)?)?, call)
                }
            };
            function.rows.push(Row {
                offset: self.start.checked_add(pc)?,
                is_exact: true,
                is_site: true,
                file,
                line,
                call,
            });
        }
        if let Some(last) = function.rows.last() {
            function.range = self.start..last.offset.checked_add(1)?;
            self.start = function.range.end;
        }
        Some(function)
    }
}

#[cfg(test)]
mod tests;
