/**
 * Horizontal bars as SVG, in panels side by side. Colours follow the reader's light or dark scheme.
 */

const PANEL_WIDTH = 430;
const GAP = 40;
const BAR_HEIGHT = 15;
const GROUP_GAP = 14;
const TOP = 92;

/** Room for the label behind the longest bar. */
const LABEL_WIDTH = 135;

/**
 * @typedef {{series: string, value: number, label: string}} Bar
 * @typedef {{name: string, bars: Bar[]}} Group
 * @typedef {{title: string, groups: Group[]}} Panel bars of one panel share a scale that starts at 0
 */

/**
 * @param {{title: string, series: string[], panels: Panel[]}} chart up to three series, in the order of their colours
 * @returns {string} an SVG document
 */
export function barChart({ title, series, panels }) {
  const width = panels.length * PANEL_WIDTH + (panels.length - 1) * GAP;
  const height = TOP + Math.max(...panels.map(panelHeight));
  const parts = panels.map((panel, i) => drawPanel(panel, i * (PANEL_WIDTH + GAP), series));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<style>
text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
.title { font-size: 16px; font-weight: 600 } .panel { font-weight: 600 } .label { font-size: 12px; fill: #59636e }
.last { font-weight: 600; fill: #1f2328 } .axis { stroke: #d1d9e0 }
.s0 { fill: #b7c0c9 } .s1 { fill: #e0a458 } .s2 { fill: #00899c }
@media (prefers-color-scheme: dark) {
text, .last { fill: #f0f6fc } .label { fill: #9198a1 } .last { fill: #f0f6fc } .axis { stroke: #3d444d }
.s0 { fill: #59636e } .s1 { fill: #c98a3c } .s2 { fill: #2bb8cc }
}
</style>
<text class="title" x="0" y="18">${escaped(title)}</text>
${legend(series)}
${parts.join("\n")}
</svg>
`;
}

function legend(series) {
  let x = 0;
  const entries = series.map((name, i) => {
    const entry = `<rect class="s${i}" x="${x}" y="32" width="12" height="12" rx="2"/><text x="${x + 18}" y="43">${escaped(name)}</text>`;
    // There is no way to measure text here; 8 px hold an average character of this size.
    x += 18 + name.length * 8 + 16;
    return entry;
  });
  return entries.join("\n");
}

function panelHeight({ groups }) {
  return groups.reduce((sum, { bars }) => sum + 20 + bars.length * (BAR_HEIGHT + 2) + GROUP_GAP, 0);
}

function drawPanel(panel, left, series) {
  const longest = Math.max(...panel.groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  const scale = (PANEL_WIDTH - LABEL_WIDTH) / longest;
  const lines = [`<text class="panel" x="${left}" y="${TOP - 20}">${escaped(panel.title)}</text>`];
  let y = TOP;
  for (const { name, bars } of panel.groups) {
    lines.push(`<text x="${left}" y="${y + 12}">${escaped(name)}</text>`);
    y += 20;
    const bottom = y + bars.length * (BAR_HEIGHT + 2);
    lines.push(`<line class="axis" x1="${left}" x2="${left}" y1="${y - 2}" y2="${bottom}"/>`);
    for (const { series: of, value, label } of bars) {
      const color = series.indexOf(of);
      const style = color === series.length - 1 ? "label last" : "label";
      const length = (value * scale).toFixed(1);
      lines.push(
        `<rect class="s${color}" x="${left}" y="${y}" width="${length}" height="${BAR_HEIGHT}" rx="2"/>` +
          `<text class="${style}" x="${left + Number(length) + 6}" y="${y + 12}">${escaped(label)}</text>`,
      );
      y += BAR_HEIGHT + 2;
    }
    y += GROUP_GAP;
  }
  return lines.join("\n");
}

function escaped(text) {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
