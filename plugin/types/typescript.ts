// Exports as TypeScript. `gowasp pack --types` writes the same (optimizer/core/src/types.rs); a test compares them.

import type { Exported, ValueType } from "./exports.js";

/** What Go's runtime exports for its host; in a reactor, `run` is a function of the program's own. */
const HOST_EXPORTS = { command: ["run", "resume", "getsp", "_start"], reactor: ["_initialize"] };

/** @returns the members of an interface */
export function membersOf(exports: readonly Exported[]): string[] {
  const isReactor = exports.some(({ name }) => name === "_initialize");
  const hosts = HOST_EXPORTS[isReactor ? "reactor" : "command"];
  return exports.filter(({ name }) => !hosts.includes(name)).map(member);
}

function member(exported: Exported): string {
  const { name, kind } = exported;
  const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
  switch (kind) {
    case "function": {
      const params = exported.params.map((type, index) => `p${index}: ${typeOf(type)}`);
      return `${key}(${params.join(", ")}): ${resultOf(exported.results)};`;
    }
    case "memory":
      return `readonly ${key}: WebAssembly.Memory;`;
    case "table":
      return `readonly ${key}: WebAssembly.Table;`;
    case "global":
      return `readonly ${key}: WebAssembly.Global;`;
    case "tag":
      return `readonly ${key}: unknown;`;
  }
}

function resultOf(results: readonly ValueType[]): string {
  const types = results.map(typeOf);
  return types.length > 1 ? `[${types.join(", ")}]` : (types[0] ?? "void");
}

/** The values that JavaScript sees: https://webassembly.github.io/spec/js-api/#tojsvalue */
function typeOf(type: ValueType): string {
  switch (type) {
    case "i32":
    case "f32":
    case "f64":
      return "number";
    case "i64":
      return "bigint";
    case "other":
      return "unknown";
  }
}
