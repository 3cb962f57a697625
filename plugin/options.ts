/** What the plugin takes. Everything is optional. */
export interface GowaspOptions {
  /** What programs are built for, where the import does not say it (`?gowasp&goos=wasip1`). Default `"js"`. */
  goos?: Goos;
  /** Flags of `go build`, such as `-tags=pro`. */
  flags?: readonly string[];
  /** Variables for `go`, beside those that are set. */
  env?: Readonly<Record<string, string>>;
  /** The program to call as `go`. Default: what PATH has. */
  go?: string;
  /** Whether programs are optimized and compressed. By default they are in a build, and not by a development server. */
  pack?: boolean;
  /** Options of `gowasp pack`, such as `--brotli=9` or `--symbols-dir=symbols`. */
  packFlags?: readonly string[];
  /**
   * Where `gowasp-env.d.ts` is written, which declares what each program exports: a folder, or `false` for nowhere. By
   * default it is the project's own, if there is a `tsconfig.json` in it.
   */
  types?: string | boolean;
  /** The folder that results are kept in. Default `node_modules/.cache/gowasp`. */
  cache?: string;
}

/** What a Go program is built for. */
export type Goos = "js" | "wasip1";

/** What bundlers tell of themselves, beside the options. */
export interface Project {
  /** The project's folder. */
  root: string;
  /** Whether to pack what the options do not speak of. */
  packs: boolean;
}
