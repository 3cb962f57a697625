// What the optimizer tells of a module, as optimizer/core/src/report.rs, inspect.rs and go/identity.rs write it.

/** What made a module, and what it needs. */
export interface Identity {
  toolchain: "Go" | "TinyGo" | "Unknown" | { Other: string };
  /** The Go release, such as `go1.26.8`; in words where it is not known for sure. */
  release: string;
  goos: "js" | "wasip1" | null;
  kind: "command" | "reactor" | null;
  abi: "gojs" | "go" | "wasi_snapshot_preview1" | "tinygo" | "none";
  buildId: string | null;
  exportedFunctions: string[];
  hasNames: boolean;
  hasDwarf: boolean;
}

/** Sizes in bytes: the file, the content of its code section, that of its data section. */
export interface Sizes {
  raw: number;
  code: number;
  data: number;
}

/** What an optimization did: what `gowasp optimize --report` writes. */
export interface Report {
  input: Identity;
  before: Sizes;
  after: Sizes;
  /** Every pass, run or not, in order. */
  passes: PassReport[];
  stripped: string[];
  /** What should change what you do. */
  warnings: string[];
  /** What else explains the result. */
  notes: string[];
}

/** A pass that ran; one that decided to change nothing, with the reason in its note; one that was not asked. */
export type PassReport = { name: string } & (
  | ({ status: "ran" | "didNothing" } & PassEffect)
  | { status: "skipped"; reason: string }
);

export interface PassEffect {
  /** Raw bytes by which the module got smaller. */
  saved: number;
  note: string;
  leftAlone: { reason: string; count: number }[];
}

/** What a module is and where its bytes are: what `gowasp inspect --json` prints. */
export interface Inspection {
  identity: Identity;
  sizes: Sizes;
  /** In file order; names of custom sections are quoted. */
  sections: { name: string; bytes: number }[];
  /** Code by Go package, largest first. */
  packages: { name: string; bytes: number; functions: number }[];
  /** Largest first. */
  functions: { index: number; name: string | null; package: string | null; bytes: number }[];
  dataSegments: number;
  warnings: string[];
}
