// Programs as files: built, if it is Go's source that is imported, and packed, if this is a build.

import { createHash } from "node:crypto";
import { mkdirSync, realpathSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type GoCall, goBuild } from "./go/build.js";
import { Problem } from "./go/problem.js";
import { Watched, watchedBy } from "./go/watched.js";
import type { GowaspOptions, Project } from "./options.js";
import { isPackedIn, packed } from "./pack.js";
import type { Request } from "./request.js";
import { Declarations } from "./types/declarations.js";

/** A program as a file. */
export interface Program {
  /** The module. Another program never has the same path. */
  file: string;
  /** Whether its manifest and encodings lie beside it: see `pack.ts`. */
  isPacked: boolean;
}

/** The programs of a project. */
export class Programs {
  readonly #options: GowaspOptions;
  #project: Project = { root: process.cwd(), packs: true };
  #cache: string | undefined;
  #declarations: Declarations | undefined;
  /** The ways to import a program, by the module's name. */
  readonly #specifiers = new Map<string, Set<string>>();
  /** By the module's name, while one is being made. */
  readonly #making = new Map<string, Promise<Program>>();

  constructor(options: GowaspOptions) {
    this.#options = options;
  }

  /** To be called when the bundler has told of the project. */
  open(project: Project): void {
    this.#project = project;
    this.#cache = undefined;
    this.#declarations = new Declarations(project.root, this.#options.types);
  }

  get root(): string {
    return this.#project.root;
  }

  /** Where results are kept: the real path, which bundlers know files by. */
  get cache(): string {
    if (this.#cache === undefined) {
      const path = resolve(this.#project.root, this.#options.cache ?? "node_modules/.cache/gowasp");
      mkdirSync(path, { recursive: true });
      this.#cache = realpathSync(path);
    }
    return this.#cache;
  }

  get #packs(): boolean {
    return this.#options.pack ?? this.#project.packs;
  }

  /** Whether a file is one that was packed. */
  isPacked(file: string): boolean {
    return isPackedIn(this.cache, file);
  }

  /** Notes how a program is imported. */
  name(id: string, specifier: string): void {
    const specifiers = this.#specifiers.get(id) ?? new Set();
    this.#specifiers.set(id, specifiers.add(specifier));
  }

  /**
   * Makes a program of what there is now. Who asks for one that is being made gets that.
   *
   * @throws {Problem}
   */
  make(request: Request): Promise<Program> {
    const earlier = this.#making.get(request.id);
    if (earlier) return earlier;
    const making = this.#make(request).finally(() => this.#making.delete(request.id));
    this.#making.set(request.id, making);
    return making;
  }

  async #make(request: Request): Promise<Program> {
    const wasm = await this.#wasm(request);
    await this.#declarations?.add(request.id, this.#specifiers.get(request.id) ?? [], wasm);
    const file = await this.#keep(request, wasm);
    if (!this.#packs) return { file, isPacked: false };
    const { root } = this.#project;
    const call = { source: request.path, flags: this.#options.packFlags ?? [], cache: this.cache, root };
    return { file: await packed(file, call), isPacked: true };
  }

  /** What a program is made of, as far as that can be told now. */
  async watched(request: Request): Promise<Watched> {
    if (await isPackage(request)) return watchedBy(this.#goCall(request)).catch(() => new Watched());
    const watched = new Watched();
    watched.files.add(request.path);
    return watched;
  }

  async #wasm(request: Request): Promise<Buffer> {
    if (await isPackage(request)) {
      const call = this.#goCall(request);
      // Programs of other flags lie elsewhere, so that Go finds its own result again; those of a build too, which may run beside a
      // development server.
      const key = hashOf(JSON.stringify([call.cwd, request.goos, call.flags, this.#options.env, this.#packs]));
      return goBuild(call, join(this.cache, "go", key, `${request.name}.wasm`), this.#project.root);
    }
    try {
      return await readFile(request.path);
    } catch (error) {
      throw new Problem(`${request.path} cannot be read: ${(error as Error).message}`);
    }
  }

  #goCall({ path, goos, flags }: Request): GoCall {
    const { go = "go", env } = this.#options;
    return { go, cwd: path, flags, env: { ...process.env, ...env, GOOS: goos, GOARCH: "wasm" } };
  }

  /** Writes a module where its content says, so that no bundler takes one build's for another's. */
  async #keep({ id, name }: Request, wasm: Buffer): Promise<string> {
    const all = join(this.cache, "raw", hashOf(id));
    const folder = join(all, hashOf(wasm));
    const file = join(folder, `${name}.wasm`);
    await mkdir(folder, { recursive: true });
    if ((await stat(file).catch(() => undefined))?.size === wasm.length) return file;
    const partial = `${file}.${process.pid}.partial`;
    await writeFile(partial, wasm);
    await rename(partial, file);
    await removeOldest(all);
    return file;
  }
}

/** Whether it is a folder, with Go's source. */
async function isPackage({ path }: Request): Promise<boolean> {
  return Boolean((await stat(path).catch(() => undefined))?.isDirectory());
}

function hashOf(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}

/** How many of a program's earlier modules stay, which pages that are open may still ask for. */
const kept = 8;

async function removeOldest(folder: string): Promise<void> {
  const found = (await readdir(folder)).map(async (name) => {
    const path = join(folder, name);
    return { path, time: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0 };
  });
  const oldest = (await Promise.all(found)).sort((a, b) => b.time - a.time).slice(kept);
  await Promise.all(oldest.map(({ path }) => rm(path, { recursive: true, force: true })));
}
