// Written by gowasp-types. Changes are lost.

export interface Thing {
  Price: number;
}

export interface Other {
  Thing: {
    Price: number;
  }[];
}

export interface nodeOfstring {
  Name: string;
  children?: Array<nodeOfstring | null>;
  "-": Uint8Array;
  "by-name": Record<string, string[]>;
  When: Date;
  id: number;
}

/** What the program offers. */
export interface Exports {
  readonly appVersion: string;
  each(arg0: (item: any, err: Error | null) => boolean | Promise<boolean>, raw: any, f: Function): void;
  readonly exactly: Record<string, Thing>;
  join(separator: string, arg1: number, ...arg2: string[]): void;
  /** things gives things.
   * It may take a while. */
  things(many: Thing[], other: Other): Promise<Thing[]>;
  tree(root: nodeOfstring, arg1: {
    A: number;
    B: number;
  }): [nodeOfstring | null, boolean];
  "two-parts"(): [Uint8Array, number[]];
}

declare global {
  var appVersion: Exports["appVersion"];
  var each: Exports["each"];
  var exactly: Exports["exactly"];
  var join: Exports["join"];
  var things: Exports["things"];
  var tree: Exports["tree"];
}
