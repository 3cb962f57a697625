// Vite: its own imports of assets know `base`, CDNs and names. The development server has the pages reload.

import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Bundler } from "../bundler.js";
import { Problem } from "../go/problem.js";
import type { Watched } from "../go/watched.js";
import type { GowaspOptions } from "../options.js";
import { companions } from "../pack.js";
import { type Program, Programs } from "../programs.js";
import type { Request } from "../request.js";

/** What is used of Vite. */
interface Config {
  root: string;
  command: "build" | "serve";
  isPreview?: boolean;
}

interface ModuleGraph {
  getModuleById(id: string): object | undefined;
  invalidateModule(module: object): void;
}

interface Server {
  watcher: {
    add(paths: readonly string[]): void;
    on(event: "all", listener: (event: string, path: string) => void): void;
  };
  ws: { send(message: object): void };
  config: { logger: Record<"error" | "info", (text: string, options?: object) => void> };
  moduleGraph: ModuleGraph;
  /** From Vite 6 on. */
  environments?: Record<string, { moduleGraph: ModuleGraph }>;
}

interface Asset {
  type: "asset" | "chunk";
  fileName: string;
  /** From Vite 6 on. */
  originalFileNames?: readonly string[];
  originalFileName?: string | null;
}

export function vite(options: GowaspOptions): Bundler {
  const programs = new Programs(options);
  let root = "";
  let live: Live | undefined;
  const packed = new Set<string>();
  return {
    programs: () => programs,
    // From the project's root, as in the page's own scripts.
    loader: "gowasp",
    refer(_, { file, isPacked }) {
      if (isPacked) packed.add(file);
      const path = file.replaceAll("\\", "/");
      return { head: `import address from ${JSON.stringify(`${path}?url&no-inline`)};`, address: "address" };
    },
    make: (request) => live?.get(request) ?? programs.make(request),
    watched: (request) => live?.watched(request) ?? programs.watched(request),
    watch(context, { files }) {
      // What Vite is told of it reloads for at once, before there is another program.
      if (!live) for (const file of files) context.addWatchFile(file);
    },
    hooks: {
      // Nothing that the server scans imports it, so that it would be found late, and pages would reload.
      config: () => ({ optimizeDeps: { exclude: ["gowasp"] } }),
      configResolved(config: Config) {
        root = config.root;
        programs.open({ root, packs: config.command === "build" });
      },
      configureServer(server: Server) {
        live = new Live(server, programs);
      },
      async generateBundle(this: { emitFile(file: object): void }, _: object, bundle: Record<string, Asset>) {
        for (const { type, fileName, originalFileNames = [], originalFileName } of Object.values(bundle)) {
          if (type !== "asset") continue;
          const sources = [...originalFileNames, originalFileName ?? ""].map((name) => resolve(root, name));
          const file = sources.find((source) => packed.has(source));
          if (!file) continue;
          for (const [name, source] of await companions(file, fileName)) {
            this.emitFile({ type: "asset", fileName: name, source });
          }
        }
      },
    },
  };
}

/** What is known of a program while its pages are open. */
interface State {
  request: Request;
  /** The last one, or the one that is being made. */
  program: Promise<Program>;
  /** What it is made of, once that is known; and when it will be. */
  watched?: Watched;
  looking?: Promise<Watched>;
  /** The file that pages have got, and show. */
  shown?: string | undefined;
  isBuilding: boolean;
  /** Whether something has changed since the build began. */
  isStale: boolean;
}

/** Milliseconds after which it is looked at what a program is made of now. */
const settling = 300;

/** The programs of a development server. */
class Live {
  readonly #states = new Map<string, State>();
  readonly #server: Server;
  readonly #programs: Programs;

  constructor(server: Server, programs: Programs) {
    this.#server = server;
    this.#programs = programs;
    server.watcher.on("all", (_, path) => {
      for (const state of this.#states.values()) if (state.watched?.has(resolve(path))) this.#changed(state);
    });
  }

  async get(request: Request): Promise<Program> {
    const state = this.#stateOf(request);
    // What failed may have been something else than the sources.
    const program = await state.program.catch(() => (state.program = this.#programs.make(request)));
    state.shown = program.file;
    return program;
  }

  watched(request: Request): Promise<Watched> {
    const state = this.#stateOf(request);
    state.looking ??= this.#look(state);
    return state.looking;
  }

  #stateOf(request: Request): State {
    const known = this.#states.get(request.id);
    if (known) return known;
    const state = { request, program: this.#programs.make(request), isBuilding: false, isStale: false };
    this.#states.set(request.id, state);
    return state;
  }

  async #look(state: State): Promise<Watched> {
    const watched = await this.#programs.watched(state.request);
    state.watched = watched;
    this.#server.watcher.add([...watched.files, ...watched.packages, ...watched.embedded]);
    return watched;
  }

  async #changed(state: State): Promise<void> {
    state.isStale = true;
    if (state.isBuilding) return;
    state.isBuilding = true;
    while (state.isStale) {
      state.isStale = false;
      state.program = this.#programs.make(state.request);
      await state.program.catch(() => {});
    }
    state.isBuilding = false;
    await this.#show(state);
    // The page that reloads has the processor first.
    await setTimeout(settling);
    state.looking = this.#look(state);
  }

  async #show(state: State): Promise<void> {
    const { ws, config } = this.#server;
    const { id, path } = state.request;
    try {
      const { file } = await state.program;
      if (file === state.shown) return;
      this.#invalidate(id);
      ws.send({ type: "full-reload" });
      config.logger.info(`page reload ${path}`, { clear: true, timestamp: true });
    } catch (error) {
      // Whatever comes next is to take the overlay away.
      state.shown = undefined;
      this.#invalidate(id);
      const { message, stack, loc, frame, plugin, ...problem } =
        error instanceof Problem ? error : new Problem(String(error));
      ws.send({ type: "error", err: { message, stack, id: problem.id, loc, frame, plugin } });
      config.logger.error(`${message}\n${frame ?? ""}`, { clear: true, timestamp: true });
    }
  }

  #invalidate(id: string): void {
    const { environments, moduleGraph } = this.#server;
    const graphs = environments
      ? Object.values(environments).map((environment) => environment.moduleGraph)
      : [moduleGraph];
    for (const graph of graphs) {
      const module = graph.getModuleById(id);
      if (module) graph.invalidateModule(module);
    }
  }
}
