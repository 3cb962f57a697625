//! Tables for people.

use crate::terminal::printable;
use comfy_table::{Cell, CellAlignment, Table, presets};

/// A table with the first column left-aligned and all others, which hold figures, right-aligned. Names in it may come
/// from a file.
pub(crate) fn figures(header: &[&str], rows: &[Vec<String>]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let cells = |row: &[String]| -> Vec<Cell> {
        (row.iter().enumerate())
            .map(|(column, text)| {
                let align = if column == 0 {
                    CellAlignment::Left
                } else {
                    CellAlignment::Right
                };
                Cell::new(printable(text)).set_alignment(align)
            })
            .collect()
    };
    let header: Vec<String> = header.iter().map(|h| (*h).to_owned()).collect();
    table.set_header(cells(&header));
    for row in rows {
        table.add_row(cells(row));
    }
    table
}

/// A byte count with thousands separators: `2,678,528`.
pub(crate) fn bytes(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `part` of `whole` in percent with one decimal; a dash where there is no whole.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "-".into();
    }
    format!("{:.1} %", part as f64 * 100.0 / whole as f64)
}

#[cfg(test)]
mod tests {
    #[test]
    fn bytes_are_grouped_by_thousands() {
        assert_eq!(
            ["0", "999", "1,000", "13,978,850"],
            [0, 999, 1000, 13_978_850].map(super::bytes)[..]
        );
    }
}
