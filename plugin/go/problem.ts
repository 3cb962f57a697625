// What is said of a program that cannot be built: Go's own words, and where they point to.

import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";

/** A place in a source. */
export interface Place {
  /** Absolute. */
  file: string;
  /** From 1. */
  line: number;
  /** In bytes, from 1, as Go counts. */
  column: number;
}

/** One of the things that are wrong. */
export interface Finding {
  message: string;
  place: Place | undefined;
}

/** Why there is no program. Bundlers show `loc` and `frame`. */
export class Problem extends Error {
  override readonly name = "GowaspError";
  readonly plugin = "gowasp";
  readonly findings: readonly Finding[];
  readonly id: string | undefined;
  readonly loc: { file: string; line: number; column: number } | undefined;
  readonly frame: string | undefined;

  constructor(message: string, findings: readonly Finding[] = [{ message, place: undefined }]) {
    super(message);
    this.findings = findings;
    const place = findings.find((finding) => finding.place)?.place;
    // What the plugin does itself is of no interest.
    this.stack = "";
    if (!place) return;
    this.id = place.file;
    this.loc = { ...place, column: place.column - 1 };
    this.frame = frameOf(place);
  }
}

/** `main.go:5:2: undefined: x`; of an import that leads nowhere and the like, too. */
const PLACED = /^(.+\.(?:go|s|mod|work)):(\d+)(?::(\d+))?: (.*)$/;

/**
 * @param output what `go` wrote
 * @param cwd where it ran, which it names files relative to
 * @param root what people think of them relative to
 */
export function problemOf(output: string, cwd: string, root: string): Problem {
  const findings: Finding[] = [];
  const lines = output
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [, name = "", at = "1", column = "1", message = ""] = PLACED.exec(line) ?? [];
      if (!name) return line;
      const file = resolve(cwd, name);
      findings.push({ message, place: { file, line: Number(at), column: Number(column) } });
      return `${shown(file, root)}:${at}:${column}: ${message}`;
    });
  const text = lines.join("\n");
  return new Problem(text, findings.length > 0 ? findings : undefined);
}

/** Relative where it is the project's own. */
function shown(file: string, root: string): string {
  const path = relative(root, file);
  return path.startsWith("..") ? file : path;
}

/** Lines before and behind. */
const around = 2;

function frameOf({ file, line, column }: Place): string | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  const first = Math.max(1, line - around);
  const lines = text.split("\n").slice(first - 1, line + around);
  const width = String(first + lines.length).length;
  const rows = lines.flatMap((source, index) => {
    const number = first + index;
    const row = `${String(number).padStart(width)} | ${source}`;
    if (number !== line) return [row];
    // Under a tab stands a tab.
    const before = Buffer.from(source)
      .subarray(0, column - 1)
      .toString()
      .replace(/[^\t]/g, " ");
    return [row, `${" ".repeat(width)} | ${before}^`];
  });
  return rows.join("\n");
}
