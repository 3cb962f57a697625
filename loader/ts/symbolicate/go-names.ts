// Names of Go's functions in tracebacks, and the placeholders for them: `optimizer/core/src/placeholder.rs` and
// `go/asked_names.rs` do the same, and name the sources.

/** What placeholders begin with, by what the name begins with. */
const PREFIXES: readonly [beginning: string, prefix: string][] = [
  ["runtime.", "runtime.?"],
  ["internal/runtime/", "internal/runtime/?."],
  ["net/http.", "net/http.?"],
  ["", "?."],
];

/** The placeholder of a function with this number. */
export function placeholderOf(name: string, number: number): string {
  const [, prefix = ""] = PREFIXES.find(([beginning]) => name.startsWith(beginning)) ?? [];
  return (name.includes(".") ? prefix : "?") + number.toString(16);
}

/** A name as tracebacks print it. */
export function printedName(name: string): string {
  if (name === "runtime.gopanic") return "panic";
  const from = name.indexOf("[");
  const to = name.lastIndexOf("]");
  return from >= 0 && to > from ? `${name.slice(0, from)}[...]${name.slice(to + 1)}` : name;
}

/** Whether tracebacks show a function of this name. */
export function isShown(name: string): boolean {
  const isOfRuntime = name.startsWith("runtime.") && name !== "runtime.gopanic";
  return name.includes(".") && (!isOfRuntime || isExported(name.slice("runtime.".length)));
}

/** By the rule of any release: up to 1.22, types are if their first letter is upper case; later, type and method must be. */
function isExported(name: string): boolean {
  const at = name.lastIndexOf(".");
  const receiver = name.slice(0, Math.max(at, 0)).replace(/^\(\*(.*)\)$/, "$1");
  const isUpper = (text: string) => /^[A-Z]/.test(text);
  return isUpper(name) || (at >= 0 && isUpper(name.slice(at + 1)) && isUpper(receiver));
}
