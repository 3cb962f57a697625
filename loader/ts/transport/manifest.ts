import { part } from "../late/part.js";

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
  /** The origin of the manifest: bytes from another one may change independently of it. */
  origin: string;
  encodings: Partial<Record<Encoding, FileEntry>>;
  /** What the manifest has there; {@link deltasOf} reads it, if it is needed. */
  deltas: unknown;
}

/** The module, compressed with an earlier version of it as dictionary (`dcb` of RFC 9842). */
export interface DeltaEntry extends FileEntry {
  /** The earlier version's SHA-256. */
  from: string;
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

/** Linear memory and wasm's own length fields end here; no engine takes a module of a quarter of this size. */
const MAX_SIZE = 2 ** 32;

const ABIS = ["gojs", "go", "wasi_snapshot_preview1", "tinygo", "none"] as const;

/** No server takes a longer address; names are those of files. */
const MAX_ADDRESS = 2048;
const MAX_NAME = 255;

/**
 * Reads a manifest, strictly: whatever is wrong is named by its field. Unknown fields are ignored.
 *
 * @param text the file's text
 * @param url its address, which the addresses in it are relative to
 * @param origins others that it may name
 * @throws {GowaspError} `manifest-invalid`, `manifest-version`
 */
export async function parseManifest(text: string, url: string, origins: readonly string[] = []): Promise<Manifest> {
  const reader = new Reader(url, origins);
  try {
    return read(reader, text, url);
  } catch (error) {
    const refusal = await part("refusal");
    if (typeof error === "number") throw refusal.otherFormat(error, FORMAT, url);
    throw refusal.malformed(error as Malformed, url);
  }
}

/** What is wrong with a field, thrown until the message for it is loaded. */
export interface Malformed {
  field: string;
  want: "JSON" | "object" | "number" | "text" | "choice" | "size" | "hash" | "address" | "origin";
  got: unknown;
  choices?: readonly string[] | undefined;
  /** Until this is known, messages contain nothing of the file, which may be anything. */
  isManifest: boolean;
}

/** Throws a {@link Malformed}, or the number of another format. */
function read(reader: Reader, text: string, url: string): Manifest {
  const root = reader.object(reader.json(text), "");
  const { format } = root;
  if (format !== FORMAT) throw typeof format === "number" ? format : reader.wrong("format", "number", format);
  reader.isManifest = true;
  const go = root.go === null ? null : reader.object(root.go, "go");
  const module = reader.object(root.module, "module");
  const file = reader.file(module, "module");
  const encodings = reader.object(module.encodings, "module.encodings");
  return {
    name: reader.string(root.name, "name", MAX_NAME),
    abi: reader.oneOf(root.abi, ABIS, "abi"),
    kind: go && reader.oneOf(go.kind, ["command", "reactor"] as const, "go.kind"),
    module: {
      ...file,
      origin: originOf(url),
      deltas: module.deltas,
      encodings: Object.fromEntries(
        (["br", "gzip", "zstd"] as const)
          .filter((name) => encodings[name] !== undefined)
          .map((name) => [name, reader.file(encodings[name], `module.encodings.${name}`)]),
      ),
    },
  };
}

/**
 * The deltas that a manifest lists. What is wrong with one of them, or in another form, leaves it out: the whole module is
 * there as well.
 *
 * @param deltas the field
 * @param url the manifest's address
 * @param origins others that it may name
 */
export function deltasOf(deltas: unknown, url: string, origins: readonly string[] = []): DeltaEntry[] {
  const reader = new Reader(url, origins);
  const list = Array.isArray(deltas) ? deltas.slice(0, MAX_DELTAS) : [];
  return list.flatMap((delta) => {
    try {
      const { from, dcb } = reader.object(delta, "");
      return [{ ...reader.file(dcb, ""), from: reader.string(from, "", 64) }];
    } catch {
      return [];
    }
  });
}

/**
 * The side-car that a manifest names. There is none where it is kept elsewhere, where no hash is given, as in the first release,
 * and where anything else is wrong with it.
 *
 * @param symbols the field
 * @param url the manifest's address
 * @param origins others that it may name
 */
export function symbolsOf(symbols: unknown, url: string, origins: readonly string[] = []): FileEntry | undefined {
  try {
    return new Reader(url, origins).file(symbols, "");
  } catch {
    return undefined;
  }
}

/** Many more than `gowasp pack` keeps versions. */
const MAX_DELTAS = 100;

/** Its origin; all `file:` addresses have the same one. */
export function originOf(url: string): string {
  return new URL(url).origin;
}

/** Checked access to parsed JSON; each method names the field it was asked for, and throws a {@link Malformed}. */
class Reader {
  isManifest = false;

  readonly #url: string;
  readonly #origins: readonly string[];

  constructor(url: string, origins: readonly string[]) {
    this.#url = url;
    this.#origins = origins;
  }

  json(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      throw this.wrong("", "JSON", text);
    }
  }

  /** A copy with the object's own fields and no others, whatever is on `Object.prototype`. */
  object(value: unknown, field: string): Record<string, unknown> {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw this.wrong(field, "object", value);
    return Object.assign(Object.create(null), value);
  }

  string(value: unknown, field: string, longest: number): string {
    if (typeof value !== "string" || value === "" || value.length > longest) throw this.wrong(field, "text", value);
    return value;
  }

  oneOf<const T extends string>(value: unknown, allowed: readonly T[], field: string): T {
    if (!allowed.includes(value as T)) throw this.wrong(field, "choice", value, allowed);
    return value as T;
  }

  file(value: unknown, field: string): FileEntry {
    const { url, size, sha256 } = this.object(value, field);
    if (!Number.isInteger(size) || (size as number) <= 0 || (size as number) > MAX_SIZE) {
      throw this.wrong(`${field}.size`, "size", size);
    }
    if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256))
      throw this.wrong(`${field}.sha256`, "hash", sha256);
    return { url: this.#address(url, `${field}.url`), size: size as number, sha256 };
  }

  #address(value: unknown, field: string): string {
    const relative = this.string(value, field, MAX_ADDRESS);
    let absolute: URL;
    try {
      absolute = new URL(relative, this.#url);
    } catch {
      throw this.wrong(field, "address", value);
    }
    const { protocol, origin, host, username, password } = absolute;
    // A manifest from the network must not make a server read its own files, nor run what it carries inline; one on
    // a disk must not make it log in to another machine, as `file://host/` does on Windows.
    const base = new URL(this.#url);
    const beside = protocol === base.protocol && host === (protocol === "file:" ? "" : base.host);
    if (username || password || !(/^https?:$/.test(protocol) || beside)) {
      throw this.wrong(field, "address", value);
    }
    if (origin !== originOf(this.#url) && !this.#origins.includes(origin)) throw this.wrong(field, "origin", value);
    return absolute.href;
  }

  wrong(field: string, want: Malformed["want"], got: unknown, choices?: readonly string[]): Malformed {
    return { field, want, got, choices, isManifest: this.isManifest };
  }
}
