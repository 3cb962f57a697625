/** How a module is to be optimized: the options of `gowasp optimize`, all of which may be left out. */
export interface OptimizeOptions {
  /**
   * What to prefer where they conflict: compressed size, raw size, speed, or instances that start often. Without it, compressed
   * size, but for reactors of WASI (`-buildmode=c-shared`) their instances.
   */
  prefer?: "download" | "raw" | "speed" | "server";
  /** Names of passes not to run. */
  skip?: string[];
  /** Name of the last pass to run. */
  stopAfter?: string;
  /** Leave the `name` section in the module. */
  keepNames?: boolean;
  /**
   * What Go's own tables are not to hold: names of functions, files and lines, which calls Go's compiler inlined, arguments in
   * traces. The side-car of `pack` keeps all but the last.
   */
  strip?: ("names" | "lines" | "inlines" | "args")[];
  /** Leave the declared size of the memory as it is. */
  keepMemory?: boolean;
  /**
   * At how many bytes of heap Go collects garbage for the first time, and not below it afterwards, if GOGC is 100: 65536 to
   * 4294967295, Go's own number is 4194304. The module then has a global by which `load()` can choose another one.
   */
  gcFirstHeap?: number;
  /** `generic` leaves Go's own code and tables alone. */
  level?: "generic" | "full";
  /** Find out what each pass does to the size of the code, for the report: takes as long again. */
  measure?: boolean;
  /** Check the result by all rules, also those that take long. */
  allRules?: boolean;
  /** Fail where much of a Go module would be left alone, instead of warning. */
  strict?: boolean;
}
