import { GowaspError } from "./errors.js";

/** The host functions a module wants. */
export type Abi = "gojs" | "go" | "wasi_snapshot_preview1" | "tinygo" | "none";

/** One file that the manifest names. */
export interface FileEntry {
  /** Absolute address. */
  url: string;
  /** Bytes. */
  size: number;
  /** 64 lower-case hexadecimal digits. */
  sha256: string;
}

/** Encodings in which a manifest may offer the module. */
export type Encoding = "br" | "gzip" | "zstd";

/** The module as the manifest describes it: `size` and `sha256` are those of the decoded bytes. */
export interface ModuleEntry extends FileEntry {
  /** Whether it lies on another origin than the manifest, so that one may change without the other. */
  foreign: boolean;
  encodings: Partial<Record<Encoding, FileEntry>>;
}

/** What the loader needs of `app.json`. */
export interface Manifest {
  name: string;
  abi: Abi;
  /** `reactor` modules are called by their exports, `command` modules by their `main`; `null` if not standard Go. */
  kind: "command" | "reactor" | null;
  module: ModuleEntry;
}

/** The only manifest format there is. */
const FORMAT = 1;

/** Linear memory and wasm's own length fields end here; no engine takes a module a quarter as large. */
const MAX_SIZE = 2 ** 32;

const ABIS = ["gojs", "go", "wasi_snapshot_preview1", "tinygo", "none"] as const;

/**
 * Reads a manifest, strictly: what is wrong is named by its field. Fields it does not know are ignored.
 *
 * @param text the file's text
 * @param url its address, which the addresses in it are relative to
 * @throws {GowaspError} `manifest-invalid`, `manifest-version`
 */
export function parseManifest(text: string, url: string): Manifest {
  const reader = new Reader(url);
  const root = reader.object(reader.json(text), "");
  if (root.format !== FORMAT) {
    if (typeof root.format !== "number") reader.fail("format", "must be a number", root.format);
    throw new GowaspError(
      "manifest-version",
      `the manifest ${url} has format ${root.format}, this loader reads format ${FORMAT}: ` +
        "use the same release of the gowasp package and of the gowasp command",
    );
  }
  const go = root.go === null ? null : reader.object(root.go, "go");
  const module = reader.object(root.module, "module");
  const file = reader.file(module, "module");
  const encodings = reader.object(module.encodings, "module.encodings");
  return {
    name: reader.string(root.name, "name"),
    abi: reader.oneOf(root.abi, ABIS, "abi"),
    kind: go && reader.oneOf(go.kind, ["command", "reactor"] as const, "go.kind"),
    module: {
      ...file,
      foreign: new URL(file.url).origin !== new URL(url).origin,
      encodings: Object.fromEntries(
        (["br", "gzip", "zstd"] as const)
          .filter((name) => encodings[name] !== undefined)
          .map((name) => [name, reader.file(encodings[name], `module.encodings.${name}`)]),
      ),
    },
  };
}

/** Checked access to parsed JSON; each method names the field it was asked for. */
class Reader {
  constructor(private readonly url: string) {}

  json(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (cause) {
      const html = /^\s*</.test(text) ? "it looks like an HTML page; does the file exist there? " : "";
      throw new GowaspError(
        "manifest-invalid",
        `the manifest ${this.url} is not JSON: ${html}${(cause as Error).message}`,
        { cause },
      );
    }
  }

  object(value: unknown, field: string): Record<string, unknown> {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.fail(field, "must be an object", value);
    }
    return value as Record<string, unknown>;
  }

  string(value: unknown, field: string): string {
    if (typeof value !== "string" || value === "") this.fail(field, "must be a string that is not empty", value);
    return value;
  }

  oneOf<const T extends string>(value: unknown, allowed: readonly T[], field: string): T {
    if (!allowed.includes(value as T)) this.fail(field, `must be one of ${allowed.join(", ")}`, value);
    return value as T;
  }

  file(value: unknown, field: string): FileEntry {
    const { url, size, sha256 } = this.object(value, field);
    if (!Number.isInteger(size) || (size as number) <= 0 || (size as number) > MAX_SIZE) {
      this.fail(`${field}.size`, `must be a whole number from 1 to ${MAX_SIZE}`, size);
    }
    if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256)) {
      this.fail(`${field}.sha256`, "must be 64 lower-case hexadecimal digits", sha256);
    }
    return { url: this.address(url, `${field}.url`), size: size as number, sha256 };
  }

  private address(value: unknown, field: string): string {
    const relative = this.string(value, field);
    let absolute: URL | undefined;
    try {
      absolute = new URL(relative, this.url);
    } catch {
      this.fail(field, "must be an address", value);
    }
    // A manifest from the network must not make a server read its own files, nor run what it carries inline.
    const { protocol } = absolute;
    if (!/^https?:$/.test(protocol) && protocol !== new URL(this.url).protocol) {
      this.fail(field, "must be an http or https address, or relative", value);
    }
    return absolute.href;
  }

  fail(field: string, want: string, got: unknown): never {
    const shown = got === undefined ? "missing" : (JSON.stringify(got)?.slice(0, 80) ?? typeof got);
    throw new GowaspError(
      "manifest-invalid",
      `the manifest ${this.url} is malformed: ${field || "the whole"} ${want}, it is ${shown}; write it anew with \`gowasp pack\``,
    );
  }
}
