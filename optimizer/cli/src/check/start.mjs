// Runs in Node, as text (start.rs): takes a module at standard input, and writes as JSON the CPU time from its instantiation to where it
// waits for the first time, `{ cpuMs, machine }`, or `{ problem }`. It ends there, whatever the program would do next.

import * as fs from "node:fs";
import * as os from "node:os";
import { WASI } from "node:wasi";

/** Thrown through a program that waits. */
const waits = Symbol("waits");
/** Go's runtime pauses so long by itself, as when it panics (`freezetheworld`, runtime/proc.go): no wait of the program. */
const longestPauseMs = 1;
/** What the program writes to its standard error, at most this many characters of it. */
let said = "";
const mostSaid = 10_000;

try {
  report({ cpuMs: measure(fs.readFileSync(0)), machine: machine() });
} catch (error) {
  report({ problem: String(error?.message ?? error) });
}

function report(found) {
  fs.writeSync(1, `${JSON.stringify(found)}\n`);
  process.exit(0);
}

function machine() {
  const model = os.cpus()[0]?.model.trim() || "unknown processor";
  return `${model}, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}

/** @returns {number} milliseconds of all threads: the engine compiles in the background what runs often */
function measure(bytes) {
  const module = new WebAssembly.Module(bytes);
  const { imports, start } = hostFor(module);
  const before = process.cpuUsage();
  const end = start(new WebAssembly.Instance(module, imports));
  const { user, system } = process.cpuUsage(before);
  if (end !== 0) {
    const [last] = said.trim().split("\n");
    throw new Error(`ended with exit code ${end} before it waited${last && `: ${last}`}`);
  }
  return (user + system) / 1000;
}

/** @returns {{ imports: object, start(instance: WebAssembly.Instance): number }} `start` gives 0, or the exit code */
function hostFor(module) {
  const names = [...new Set(WebAssembly.Module.imports(module).map((one) => one.module))];
  const exported = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  const isGo = ["run", "resume", "getsp"].every((name) => exported.has(name));
  if (isGo && names.every((name) => name === "gojs" || name === "go")) return goHost();
  if (names.every((name) => name === "wasi_snapshot_preview1")) return wasiHost(exported);
  throw new Error(`imports from ${names.join(", ")}, which only its own host has`);
}

/** No arguments, no variables, no files; nothing comes from standard input. */
function wasiHost(exported) {
  const empty = fs.openSync(os.devNull, "r+");
  const wasi = new WASI({ version: "preview1", args: ["program"], stdin: empty, stdout: empty, stderr: empty });
  // Node 20 can crash where optimized code calls its functions directly.
  const wrapped = Object.entries(wasi.wasiImport).map(([name, native]) => [name, (...values) => native(...values)]);
  const wasiImport = Object.fromEntries(wrapped);
  let memory;
  wasiImport.poll_oneoff = (subscriptions, events, count, stored) => {
    const clockMs = Number(new DataView(memory.buffer).getBigUint64(subscriptions + 24, true)) / 1e6;
    const isClock = new Uint8Array(memory.buffer)[subscriptions + 8] === 0;
    if (count !== 1 || !isClock || clockMs > longestPauseMs) throw waits;
    return wasi.wasiImport.poll_oneoff(subscriptions, events, count, stored);
  };
  wasiImport.fd_read = (descriptor, ...rest) => {
    if (descriptor === 0) throw waits;
    return wasi.wasiImport.fd_read(descriptor, ...rest);
  };
  const start = (instance) => {
    memory = instance.exports.memory;
    try {
      if (exported.has("_start")) return wasi.start(instance);
      if (memory) wasi.initialize(instance);
      return 0;
    } catch (error) {
      if (error === waits) return 0;
      throw error;
    }
  };
  return { imports: { wasi_snapshot_preview1: wasiImport }, start };
}

/**
 * The host functions of `GOOS=js`, as lib/wasm/wasm_exec.js of Go 1.27 has them where there is no file system. Timers never
 * fire and promises never settle: the program waits by then.
 */
function goHost() {
  let exports;
  let exitCode;
  const view = () => new DataView(exports.mem.buffer);
  const int64 = (at) => view().getUint32(at, true) + view().getInt32(at + 4, true) * 2 ** 32;
  const setInt64 = (at, value) => view().setBigInt64(at, BigInt(Math.trunc(value)), true);
  const slice = (at) => new Uint8Array(exports.mem.buffer, int64(at), int64(at + 8));
  const string = (at) => new TextDecoder().decode(slice(at));

  const offered = { fs: fileSystem(), process: processFunctions(), path: { resolve: (...parts) => parts.join("/") } };
  const get = (target, name) =>
    target === globalThis && Object.hasOwn(offered, name) ? offered[name] : Reflect.get(target, name);

  const go = {
    _pendingEvent: null,
    _makeFuncWrapper(id) {
      return function (...args) {
        const event = { id, this: this, args };
        go._pendingEvent = event;
        if (exitCode !== undefined) throw new Error("Go program has already exited");
        exports.resume();
        return event.result;
      };
    },
  };
  const { load, store, release } = references(view, [Number.NaN, 0, null, true, false, globalThis, go]);
  const loadSlice = (at) => Array.from({ length: int64(at + 8) }, (_, index) => load(int64(at) + index * 8));

  /** Calls into JavaScript, which may call Go, whose stack may move meanwhile. */
  const answer = (resultAt, work) => {
    let result;
    let done = 1;
    try {
      result = work();
    } catch (error) {
      result = error;
      done = 0;
    }
    const moved = exports.getsp() >>> 0;
    store(moved + resultAt, result);
    view().setUint8(moved + resultAt + 8, done);
  };
  const copy = (to, from, sp, resultAt) => {
    const fits = [to, from].every((one) => one instanceof Uint8Array || one instanceof Uint8ClampedArray);
    view().setUint8(sp + resultAt + 8, fits ? 1 : 0);
    if (!fits) return;
    const part = from.subarray(0, to.length);
    to.set(part);
    setInt64(sp + resultAt, part.length);
  };

  const functions = {
    "runtime.wasmExit": (sp) => {
      exitCode = view().getInt32(sp + 8, true);
    },
    "runtime.wasmWrite": (sp) => {
      const [at, length] = [int64(sp + 16), view().getInt32(sp + 24, true)];
      if (int64(sp + 8) === 2) note(new Uint8Array(exports.mem.buffer, at, length));
    },
    "runtime.resetMemoryDataView": () => {},
    "runtime.nanotime1": (sp) => setInt64(sp + 8, (performance.timeOrigin + performance.now()) * 1e6),
    "runtime.walltime": (sp) => {
      const now = Date.now();
      setInt64(sp + 8, now / 1000);
      view().setInt32(sp + 16, (now % 1000) * 1e6, true);
    },
    "runtime.scheduleTimeoutEvent": (sp) => view().setInt32(sp + 16, 1, true),
    "runtime.clearTimeoutEvent": () => {},
    "runtime.getRandomData": (sp) => {
      const bytes = slice(sp + 8);
      // At most 65,536 bytes a call.
      for (let at = 0; at < bytes.length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
    },
    "syscall/js.finalizeRef": (sp) => release(view().getUint32(sp + 8, true)),
    "syscall/js.stringVal": (sp) => store(sp + 24, string(sp + 8)),
    "syscall/js.valueGet": (sp) => {
      const result = get(load(sp + 8), string(sp + 16));
      store((exports.getsp() >>> 0) + 32, result);
    },
    "syscall/js.valueSet": (sp) => void Reflect.set(load(sp + 8), string(sp + 16), load(sp + 32)),
    "syscall/js.valueDelete": (sp) => void Reflect.deleteProperty(load(sp + 8), string(sp + 16)),
    "syscall/js.valueIndex": (sp) => store(sp + 24, Reflect.get(load(sp + 8), int64(sp + 16))),
    "syscall/js.valueSetIndex": (sp) => void Reflect.set(load(sp + 8), int64(sp + 16), load(sp + 24)),
    "syscall/js.valueCall": (sp) =>
      answer(56, () => {
        const target = load(sp + 8);
        return Reflect.apply(get(target, string(sp + 16)), target, loadSlice(sp + 32));
      }),
    "syscall/js.valueInvoke": (sp) => answer(40, () => Reflect.apply(load(sp + 8), undefined, loadSlice(sp + 16))),
    "syscall/js.valueNew": (sp) => answer(40, () => Reflect.construct(load(sp + 8), loadSlice(sp + 16))),
    "syscall/js.valueLength": (sp) => setInt64(sp + 16, Number.parseInt(load(sp + 8).length, 10)),
    "syscall/js.valuePrepareString": (sp) => {
      const text = new TextEncoder().encode(String(load(sp + 8)));
      store(sp + 16, text);
      setInt64(sp + 24, text.length);
    },
    "syscall/js.valueLoadString": (sp) => slice(sp + 16).set(load(sp + 8)),
    "syscall/js.valueInstanceOf": (sp) => view().setUint8(sp + 24, load(sp + 8) instanceof load(sp + 16) ? 1 : 0),
    "syscall/js.copyBytesToGo": (sp) => copy(slice(sp + 8), load(sp + 32), sp, 40),
    "syscall/js.copyBytesToJS": (sp) => copy(load(sp + 8), slice(sp + 16), sp, 40),
    debug: () => {},
  };
  // SP is a signed number to JavaScript.
  const imports = Object.fromEntries(Object.entries(functions).map(([name, work]) => [name, (sp) => work(sp >>> 0)]));
  const start = (instance) => {
    exports = instance.exports;
    exports.run(1, writeArguments(exports.mem.buffer));
    return exitCode ?? 0;
  };
  // Up to Go 1.20 the module is called `go`.
  return { imports: { gojs: imports, go: imports }, start };
}

/** Writes one argument and no variables where `run` wants them. @returns {number} the address of the list */
function writeArguments(memory) {
  const [text, list] = [4096, 4104];
  new Uint8Array(memory).set(new TextEncoder().encode("js\0"), text);
  // The address, then a 0 behind the arguments and another behind the variables.
  new BigUint64Array(memory, list, 3).set([BigInt(text), 0n, 0n]);
  return list;
}

/** JavaScript's values as Go sees them: numbers as they are, anything else a NaN with an id (syscall/js/js.go, `ref`). */
function references(view, known) {
  const nanHead = 0x7ff80000;
  const values = [...known];
  const ids = new Map(known.map((value, id) => [value, id]));
  const counts = known.map(() => Number.POSITIVE_INFINITY);
  const free = [];
  const typeFlags = { string: 2, symbol: 3, function: 4 };
  const flagOf = (value) => typeFlags[typeof value] ?? (typeof value === "object" && value !== null ? 1 : 0);

  const load = (at) => {
    const number = view().getFloat64(at, true);
    if (number === 0) return undefined;
    return Number.isNaN(number) ? values[view().getUint32(at, true)] : number;
  };
  const store = (at, value) => {
    if (typeof value === "number" && value !== 0 && !Number.isNaN(value)) return view().setFloat64(at, value, true);
    if (value === undefined) return view().setFloat64(at, 0, true);
    let id = ids.get(value);
    if (id === undefined) {
      id = free.pop() ?? values.length;
      values[id] = value;
      counts[id] = 0;
      ids.set(value, id);
    }
    counts[id]++;
    view().setUint32(at, id, true);
    view().setUint32(at + 4, nanHead | flagOf(value), true);
  };
  const release = (id) => {
    if (--counts[id] !== 0) return;
    ids.delete(values[id]);
    values[id] = null;
    free.push(id);
  };
  return { load, store, release };
}

/** Output goes nowhere, at once; nothing comes from standard input; all else is not implemented. */
function fileSystem() {
  const functions = {
    constants: fs.constants,
    writeSync(descriptor, bytes) {
      if (descriptor === 2) note(bytes);
      return bytes.length;
    },
    write(descriptor, bytes, _offset, length, _position, callback) {
      if (descriptor === 2) note(bytes);
      callback(null, length);
    },
    read(descriptor, ...rest) {
      if (descriptor !== 0) missing(...rest);
    },
    fsync: (_descriptor, callback) => callback(null),
  };
  const missing = (...args) => args.at(-1)(notImplemented());
  return new Proxy(functions, { get: (all, name) => all[name] ?? missing });
}

function processFunctions() {
  const none = () => -1;
  const fail = () => {
    throw notImplemented();
  };
  const ids = { getuid: none, getgid: none, geteuid: none, getegid: none, pid: -1, ppid: -1 };
  return { ...ids, getgroups: fail, umask: fail, cwd: fail, chdir: fail };
}

function notImplemented() {
  return Object.assign(new Error("not implemented"), { code: "ENOSYS" });
}

function note(bytes) {
  if (said.length < mostSaid) said += new TextDecoder().decode(bytes);
}
