/**
 * Exports the globals in which Go keeps SP and g, which a module names to nobody.
 */

const EXPORT_SECTION = 7;
const GLOBAL = 3;

/** The names they get, by index: `writeGlobalSec` in cmd/link/internal/wasm/asm.go. */
const NAMES = { 0: "$sp", 2: "$g" };

/**
 * @param {Uint8Array} wasm a module of Go's
 * @returns {Uint8Array} the module with two more exports
 */
export function withGlobals(wasm) {
  const more = Object.entries(NAMES).flatMap(([index, name]) => {
    return [name.length, ...Buffer.from(name), GLOBAL, Number(index)];
  });
  for (let at = 8; at < wasm.length; ) {
    const section = readLeb(wasm, at + 1);
    const end = section.behind + section.value;
    if (wasm[at] === EXPORT_SECTION) {
      const count = readLeb(wasm, section.behind);
      const added = leb(count.value + Object.keys(NAMES).length);
      const content = [...added, ...wasm.subarray(count.behind, end), ...more];
      const head = [EXPORT_SECTION, ...leb(content.length)];
      return Buffer.concat([wasm.subarray(0, at), Buffer.from(head), Buffer.from(content), wasm.subarray(end)]);
    }
    at = end;
  }
  throw new Error("a module without exports");
}

function readLeb(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, behind: at };
  }
}

function leb(value) {
  const bytes = [];
  for (; value >= 0x80; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}
