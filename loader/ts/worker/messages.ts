// The protocol between a page and the worker that runs a program for it. A Go program in the worker reaches the same
// channel, so each side accepts only what is written here.

import type { GowaspErrorCode } from "../errors.js";
import type { Progress, Via, WorkerLoadOptions } from "../options.js";
import type { Snapshot } from "../snapshot.js";
import type { ManifestFile } from "../transport/store.js";

/** The options that can be copied into a worker. */
export const COPIED = [
  "args",
  "env",
  "integrity",
  "allowOrigins",
  "cache",
  "decoderUrl",
  "retries",
  "stallTimeout",
  "fetchPriority",
  "ready",
  "preopens",
  "gcFirstHeap",
] as const satisfies readonly (keyof WorkerLoadOptions)[];

/** The first message to the worker. */
export interface Start {
  type: "start";
  source: string | WebAssembly.Module | Uint8Array;
  options: Pick<WorkerLoadOptions, (typeof COPIED)[number] | "baseUrl">;
  /** Standard input if it is known beforehand; otherwise how to ask for it. */
  stdin: Uint8Array | string | { ask: "chunks" | "bytes" } | undefined;
  /** Files that the program has; `"node"` where they are Node's. */
  files: Snapshot | "node" | undefined;
  /** Which of the page's functions are to be called. */
  wants: { stdout: boolean; stderr: boolean; progress: boolean };
}

/** Every further message to the worker answers its `read`. */
export type Answer = { type: "answer"; chunk: Uint8Array | null } | { type: "refusal"; reason: string };

/** Messages from the worker. */
export type FromWorker =
  | { type: "progress"; progress: Progress }
  | { type: "output"; stream: "stdout" | "stderr"; chunk: Uint8Array }
  /** Wants the next of standard input, up to `max` bytes. */
  | { type: "read"; max: number }
  /** The program begins to run; the page translates its traces by the manifest. */
  | { type: "started"; via: Via; file: ManifestFile | undefined }
  /** It waits for the first time, has ended, or is ready. */
  | { type: "idle" }
  | { type: "exited"; code: number; failure: Failure | undefined; files: Snapshot | undefined }
  | { type: "failed"; failure: Failure };

/** An error on its way between threads, where it loses its class. */
export interface Failure {
  code: GowaspErrorCode | undefined;
  message: string;
  stack: string | undefined;
}

type Fields = Record<string, unknown>;
type Test = (value: unknown) => boolean;

const isString: Test = (value) => typeof value === "string";
const isNumber: Test = (value) => typeof value === "number" && value >= 0;
const isBytes: Test = (value) => value instanceof Uint8Array;
const orNone =
  (test: Test): Test =>
  (value) =>
    value === undefined || test(value);
const has =
  (fields: Readonly<Record<string, Test>>): Test =>
  (value) =>
    isObject(value) && Object.entries(fields).every(([name, test]) => test(own(value, name)));

const isFailure = has({ code: orNone(isString), message: isString, stack: orNone(isString) });

const isFile = has({
  path: (value) => isString(value) && /^(\/[^/]+)+$/.test(value as string),
  ino: isNumber,
  mode: isNumber,
  mtimeMs: Number.isFinite,
  content: orNone((value) => isString(value) || isBytes(value)),
});
const isSnapshot = has({
  files: (value) => Array.isArray(value) && value.every(isFile),
  maxBytes: isNumber,
  readOnly: (value) => typeof value === "boolean",
});

const FROM_WORKER: Readonly<Record<FromWorker["type"], Test>> = {
  progress: has({ progress: has({ phase: isString, loaded: isNumber, total: orNone(isNumber), via: isString }) }),
  output: has({ stream: (value) => value === "stdout" || value === "stderr", chunk: isBytes }),
  read: has({ max: isNumber }),
  started: has({ via: isString, file: orNone(has({ text: isString, url: isString })) }),
  idle: has({}),
  exited: has({ code: Number.isInteger, failure: orNone(isFailure), files: orNone(isSnapshot) }),
  failed: has({ failure: isFailure }),
};

const TO_WORKER: Readonly<Record<(Start | Answer)["type"], Test>> = {
  start: has({ options: isObject, wants: isObject }),
  answer: has({ chunk: (value) => value === null || isBytes(value) }),
  refusal: has({ reason: isString }),
};

/** A message of the worker, or nothing if the protocol does not know it. */
export function fromWorker(message: unknown): FromWorker | undefined {
  return known<FromWorker>(message, FROM_WORKER);
}

/** A message of the page, or nothing if the protocol does not know it. */
export function toWorker(message: unknown): Start | Answer | undefined {
  return known<Start | Answer>(message, TO_WORKER);
}

function known<Message>(message: unknown, kinds: Readonly<Record<string, Test>>): Message | undefined {
  if (!isObject(message)) return undefined;
  const type = own(message, "type");
  const fits = typeof type === "string" && Object.hasOwn(kinds, type) && kinds[type]?.(message);
  return fits ? (message as Message) : undefined;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function own(object: Fields, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
