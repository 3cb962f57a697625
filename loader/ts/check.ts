import type { GowaspError } from "./errors.js";
import { part } from "./late/part.js";
import { SRI } from "./transport/pin.js";

type Test = (value: unknown) => boolean;

const isString: Test = (value) => typeof value === "string";
const isFunction: Test = (value) => typeof value === "function";
const isObject: Test = (value) => (typeof value === "object" && value !== null) || isFunction(value);
const isStrings: Test = (value) => Array.isArray(value) && value.every(isString);
const isPlace: Test = (value) => isString(value) || Object.prototype.toString.call(value) === "[object URL]";
const isOneOf =
  (...values: unknown[]): Test =>
  (value) =>
    values.includes(value);
const isBoolean = isOneOf(true, false);
const isWithin =
  (least: number, most: number): Test =>
  (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most;

/** Hosts keep delays in 32 bits; longer ones would end at once. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** All options, and a test for their values. The messages are in refusal.ts. */
const OPTIONS: Readonly<Record<string, Test>> = {
  args: isStrings,
  env: (value) => isObject(value) && isStrings(Object.values(value as object)),
  stdin: (value) =>
    isString(value) ||
    isFunction(value) ||
    ArrayBuffer.isView(value) ||
    isFunction((value as ReadableStream).getReader ?? (value as ReadableStream)[Symbol.asyncIterator]),
  stdout: isFunction,
  stderr: isFunction,
  fs: (value) => value === "node" || isObject(value),
  gcFirstHeap: isWithin(2 ** 16, 2 ** 32 - 1),
  preopens: isObject,
  process: isObject,
  path: isObject,
  global: isObject,
  onProgress: isFunction,
  signal: (value) => isObject(value) && typeof (value as AbortSignal).aborted === "boolean",
  integrity: (value) => isBoolean(value) || (isString(value) && SRI.test(value as string)),
  allowOrigins: isStrings,
  cache: isOneOf(true, false, "offline"),
  baseUrl: isPlace,
  imports: isObject,
  start: isFunction,
  worker: isBoolean,
  symbolicate: isBoolean,
  ready: (value) => value === true || (isString(value) && value !== "") || isFunction(value),
  until: isOneOf("run", "idle"),
  decoderUrl: isPlace,
  workerUrl: isPlace,
  use: (value) => Array.isArray(value) && value.every((one) => isObject(one) && isString(one.part)),
  retries: isWithin(0, 100),
  stallTimeout: isWithin(1, LONGEST_DELAY),
  fetchPriority: isOneOf("high", "low", "auto"),
};

/** What stays on the page when the program runs in a worker, because it cannot be copied there. */
const STAYS_HERE = ["imports", "start", "global", "process", "path"];

/**
 * Checks the options; `undefined` is the same as leaving an option out.
 *
 * @throws {GowaspError} `invalid-option`, which names the option and what was expected
 */
export async function checkOptions(options: unknown): Promise<void> {
  if (!isObject(options)) throw await refused("", options);
  const given = options as Record<string, unknown>;
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const test = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
    // A test may look at properties, which null does not have.
    if (!test || value === null || !test(value)) throw await refused(name, value);
    const here = given.worker ? STAYS_HERE.includes(name) || (name === "ready" && isFunction(value)) : name === "until";
    if (here) throw (await part("refusal")).misplacedOption(name, !!given.worker);
  }
}

async function refused(name: string, value: unknown): Promise<GowaspError> {
  return (await part("refusal")).wrongOption(name, value, Object.keys(OPTIONS));
}
