// `gowasp-env.d.ts`: what each program that is imported exports.

import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isOurs } from "../request.js";
import { exportsOf } from "./exports.js";
import { membersOf } from "./typescript.js";

const FILE = "gowasp-env.d.ts";

const HEAD = `// Written by gowasp's plugin: what the Go programs export that this project imports.
// Programs that are no longer imported stay until this file is removed.
`;

/** The file of a project, which grows as programs are imported. */
export class Declarations {
  readonly #file: string | undefined;
  /** Members by pattern; `undefined` where two programs are imported by it. */
  readonly #members = new Map<string, { id: string; lines: string[] | undefined }>();
  #writing: Promise<void> = Promise.resolve();

  constructor(root: string, types: string | boolean | undefined) {
    const wanted = types ?? existsSync(join(root, "tsconfig.json"));
    if (wanted) this.#file = join(root, typeof wanted === "string" ? wanted : ".", FILE);
  }

  /**
   * Declares a program. What cannot be read is declared without its exports.
   *
   * @param id the module's name
   * @param specifiers the ways to import it
   */
  async add(id: string, specifiers: Iterable<string>, wasm: Uint8Array): Promise<void> {
    if (!this.#file) return;
    let lines: string[];
    try {
      lines = membersOf(exportsOf(wasm));
    } catch {
      return;
    }
    for (const pattern of [...specifiers].map(patternOf)) {
      const earlier = this.#members.get(pattern);
      const clash = earlier !== undefined && earlier.id !== id;
      this.#members.set(pattern, { id, lines: clash ? undefined : lines });
    }
    this.#writing = this.#writing.then(() => this.#write(this.#file ?? ""));
    await this.#writing;
  }

  async #write(file: string): Promise<void> {
    const before = await readFile(file, "utf8").catch(() => "");
    const blocks = new Map(blocksIn(before));
    for (const [pattern, { lines }] of this.#members) {
      if (lines) blocks.set(pattern, block(pattern, `GoProgram<${objectOf(lines)}>`));
      else blocks.delete(pattern);
    }
    // Of patterns with the same beginning TypeScript takes the one that it sees first.
    const longest = [...blocks].sort(([a], [b]) => b.length - a.length || (a < b ? -1 : 1));
    const others = ["*?gowasp", "*&gowasp"].map((pattern) => block(pattern, "GoProgram"));
    const text = [HEAD, ...longest.map(([, text]) => text), ...others].join("\n");
    if (text === before) return;
    await mkdir(dirname(file), { recursive: true });
    const partial = `${file}.${process.pid}.partial`;
    await writeFile(partial, text);
    await rename(partial, file);
  }
}

/** TypeScript's patterns have one star; a name that begins with `./` must not be declared. */
function patternOf(specifier: string): string {
  const at = specifier.indexOf("?");
  const path = specifier.slice(0, at).replace(/^(\.{1,2}\/)+|^\.{1,2}$/, "");
  // What an alias has made of it is not what people write.
  const end = /^\/|^[A-Za-z]:/.test(path) ? path.replace(/.*[\\/]/, "") : path;
  return `*/${end}${specifier.slice(at)}`;
}

const block = (pattern: string, type: string) => `declare module ${JSON.stringify(pattern)} {
  const program: import("gowasp").${type};
  export default program;
}
`;

const objectOf = (lines: readonly string[]) =>
  lines.length === 0 ? "object" : `{\n${lines.map((line) => `    ${line}\n`).join("")}  }`;

/** The blocks that an earlier run has written. */
function blocksIn(text: string): [pattern: string, text: string][] {
  const found = [...text.matchAll(/^declare module ("\*\/.*") \{\n[\s\S]*?^\}\n/gm)];
  return found
    .map(([block, name = '""']): [string, string] => [JSON.parse(name), block])
    .filter(([pattern]) => isOurs(pattern));
}
