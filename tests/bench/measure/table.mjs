/**
 * Tables in Markdown, padded so that they can be read in a terminal, too.
 */

/**
 * @param {string[]} head column titles
 * @param {string[][]} rows a cell for each column
 * @param {number} [texts] how many columns on the left are text; the others are numbers
 * @returns {string} lines, without a line break at the end
 */
export function table(head, rows, texts = 1) {
  const widths = head.map((title, column) => Math.max(3, ...[title, ...rows.map((row) => row[column])].map(width)));
  const rule = widths.map((size, column) => (column < texts ? "-".repeat(size) : `${"-".repeat(size - 1)}:`));
  return [head, rule, ...rows].map((row) => `| ${row.map(pad).join(" | ")} |`).join("\n");

  function pad(cell, column) {
    const space = " ".repeat(widths[column] - width(cell));
    return column < texts ? cell + space : space + cell;
  }
}

/** Characters, not UTF-16 units. */
function width(text) {
  return [...text].length;
}

/** @returns {string} a whole number with thousands apart: `1,234,567` */
export function count(number) {
  return Math.round(number).toLocaleString("en-US");
}

/** @returns {string} a ratio with three digits after the point */
export function ratio(part, whole) {
  return (part / whole).toFixed(3);
}
