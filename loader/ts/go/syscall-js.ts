import type { GoProgram, HostFunction } from "./program.js";
import { encodeUtf8, utf8Length, writeUtf8 } from "./strings.js";

type Properties = Record<PropertyKey, unknown>;
type Callable = (...args: unknown[]) => unknown;
type Constructor = new (...args: unknown[]) => unknown;

// Copying fewer bytes one by one is cheaper than making a view for TypedArray.set.
const SHORT_COPY = 64;

// Up to this many UTF-16 units, counting the bytes first and encoding in place beats encoding to an array and copying it.
const LONG_TEXT = 1024;

/**
 * The host functions of Go's package syscall/js. Each comment gives the Go declaration; offsets count from `sp`, where 8 is the
 * first argument (a ref, int or pointer takes 8 bytes, a string 16, a slice 24; results follow).
 *
 * Go verifies receivers before it calls, except in `valueCall`, `valueInvoke` and `valueNew`, which report failure in their
 * second result and let Go find the reason.
 */
export function syscallJs(program: GoProgram): Record<string, HostFunction> {
  return { ...references(program), ...properties(program), ...calls(program), ...byteCopies(program) };
}

function references({ memory, values, strings }: GoProgram): Record<string, HostFunction> {
  return {
    // func finalizeRef(r ref)
    "syscall/js.finalizeRef": (sp) => {
      values.release(memory.getUint32((sp >>> 0) + 8));
    },

    // func stringVal(x string) ref
    "syscall/js.stringVal": (sp) => {
      memory.check();
      const text = strings.read((sp >>> 0) + 8);
      values.store((sp >>> 0) + 24, text);
    },

    // func valuePrepareString(v ref) (ref, int): what valueLoadString shall copy, and its length in UTF-8.
    // Go may run other goroutines in between, so nothing is remembered but by the ref. For a string that is not long this is a
    // further ref to itself, which spares the making of an array.
    "syscall/js.valuePrepareString": (sp) => {
      sp >>>= 0;
      memory.check();
      const text = String(values.load(sp + 8));
      const prepared = text.length > LONG_TEXT ? encodeUtf8(text) : text;
      values.store(sp + 16, prepared);
      memory.setInt64(sp + 24, typeof prepared === "string" ? utf8Length(prepared) : prepared.length);
    },

    // func valueLoadString(v ref, b []byte)
    "syscall/js.valueLoadString": (sp) => {
      sp >>>= 0;
      memory.check();
      const prepared = values.load(sp + 8);
      const start = memory.getUint32(sp + 16);
      if (typeof prepared === "string") writeUtf8(prepared, memory.bytes, start, memory.getUint32(sp + 24));
      else memory.bytes.set(prepared as Uint8Array, start);
    },
  };
}

function properties(program: GoProgram): Record<string, HostFunction> {
  const { memory, values, strings, scope } = program;
  const holder = (target: unknown, name: string): Properties =>
    target === globalThis ? scope.owner(name) : (target as Properties);

  return {
    // func valueGet(v ref, p string) ref
    "syscall/js.valueGet": (sp) => {
      sp >>>= 0;
      memory.check();
      const name = strings.read(sp + 16);
      const value = holder(values.load(sp + 8), name)[name];
      values.store(program.stackPointer(sp) + 32, value);
    },

    // func valueSet(v ref, p string, x ref)
    "syscall/js.valueSet": (sp) => {
      sp >>>= 0;
      memory.check();
      const name = strings.read(sp + 16);
      assign(holder(values.load(sp + 8), name), name, values.load(sp + 32));
      program.stackPointer(sp);
    },

    // func valueDelete(v ref, p string)
    "syscall/js.valueDelete": (sp) => {
      sp >>>= 0;
      memory.check();
      const name = strings.read(sp + 16);
      Reflect.deleteProperty(holder(values.load(sp + 8), name), name);
      program.stackPointer(sp);
    },

    // func valueIndex(v ref, i int) ref
    "syscall/js.valueIndex": (sp) => {
      sp >>>= 0;
      memory.check();
      const value = (values.load(sp + 8) as Properties)[memory.getInt64(sp + 16)];
      values.store(program.stackPointer(sp) + 24, value);
    },

    // func valueSetIndex(v ref, i int, x ref)
    "syscall/js.valueSetIndex": (sp) => {
      sp >>>= 0;
      memory.check();
      assign(values.load(sp + 8) as Properties, memory.getInt64(sp + 16), values.load(sp + 24));
      program.stackPointer(sp);
    },

    // func valueLength(v ref) int
    "syscall/js.valueLength": (sp) => {
      sp >>>= 0;
      memory.check();
      const length = (values.load(sp + 8) as Properties).length;
      // Go's own host parses the length as text, which matters for odd objects only: undefined is 0, "0x10" is 16.
      // biome-ignore lint/correctness/useParseIntRadix: the prefix of the text decides
      const integer = Number.isSafeInteger(length) ? (length as number) : Number.parseInt(String(length));
      memory.setInt64(program.stackPointer(sp) + 16, integer);
    },

    // func valueInstanceOf(v ref, t ref) bool
    "syscall/js.valueInstanceOf": (sp) => {
      sp >>>= 0;
      memory.check();
      const answer = values.load(sp + 8) instanceof (values.load(sp + 16) as Constructor);
      memory.setBool(program.stackPointer(sp) + 24, answer);
    },
  };
}

/** Assigns as Go expects: a property that cannot be written is left as it is, and only a setter's exception gets out. */
function assign(target: Properties, key: PropertyKey, value: unknown): void {
  try {
    // Three times as fast as Reflect.set, but in strict code it throws for a property that cannot be written.
    target[key] = value;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    Reflect.set(target, key, value);
  }
}

function calls(program: GoProgram): Record<string, HostFunction> {
  const { memory, values, strings, scope } = program;

  /** Runs `call`, then writes its result or exception and whether it succeeded to `offset` and `offset + 8`. */
  const complete = (sp: number, offset: number, call: (sp: number) => unknown): void => {
    let result: unknown;
    let succeeded = true;
    memory.check();
    try {
      result = call(sp >>> 0);
    } catch (error) {
      result = error;
      succeeded = false;
    }
    const now = program.stackPointer(sp >>> 0);
    values.store(now + offset, result);
    memory.setBool(now + offset + 8, succeeded);
  };

  const method = (sp: number): unknown => {
    if (!values.isObject(sp + 8)) throw new TypeError("method called on a value that is not an object");
    const target = values.load(sp + 8);
    const name = strings.read(sp + 16);
    if (target === globalThis) {
      const owner = scope.owner(name);
      if (owner !== target) return Reflect.apply(owner[name] as Callable, target, values.loadAll(sp + 32));
    }
    return callMethod(program, target as Record<string, Callable>, name, sp + 32);
  };
  const invoke = (sp: number): unknown => callFunction(program, values.load(sp + 8) as Callable, sp + 16);
  // Not `new`: its message for what cannot be constructed would name a variable of this file instead of the value.
  const construct = (sp: number): unknown =>
    Reflect.construct(values.load(sp + 8) as Constructor, values.loadAll(sp + 16));

  return {
    // func valueCall(v ref, m string, args []ref) (ref, bool)
    "syscall/js.valueCall": (sp) => complete(sp, 56, method),
    // func valueInvoke(v ref, args []ref) (ref, bool)
    "syscall/js.valueInvoke": (sp) => complete(sp, 40, invoke),
    // func valueNew(v ref, args []ref) (ref, bool)
    "syscall/js.valueNew": (sp) => complete(sp, 40, construct),
  };
}

// The next two spell out the usual numbers of arguments: an array and Reflect.apply cost more than many a callee does.
// Arguments are loaded before the property is read, because a getter may run Go, which may move the stack that holds them.

function callMethod(
  { memory, values }: GoProgram,
  target: Record<string, Callable>,
  name: string,
  args: number,
): unknown {
  const at = memory.getUint32(args);
  switch (memory.getUint32(args + 8)) {
    case 0:
      return (target[name] as Callable)();
    case 1: {
      const a = values.load(at);
      return (target[name] as Callable)(a);
    }
    case 2: {
      const a = values.load(at);
      const b = values.load(at + 8);
      return (target[name] as Callable)(a, b);
    }
    case 3: {
      const a = values.load(at);
      const b = values.load(at + 8);
      const c = values.load(at + 16);
      return (target[name] as Callable)(a, b, c);
    }
  }
  const all = values.loadAll(args);
  return (target[name] as Callable)(...all);
}

function callFunction({ memory, values }: GoProgram, callee: Callable, args: number): unknown {
  const at = memory.getUint32(args);
  switch (memory.getUint32(args + 8)) {
    case 0:
      return callee();
    case 1:
      return callee(values.load(at));
    case 2:
      return callee(values.load(at), values.load(at + 8));
    case 3:
      return callee(values.load(at), values.load(at + 8), values.load(at + 16));
  }
  return callee(...values.loadAll(args));
}

function byteCopies({ memory, values }: GoProgram): Record<string, HostFunction> {
  return {
    // func copyBytesToGo(dst []byte, src ref) (int, bool)
    "syscall/js.copyBytesToGo": (sp) => {
      sp >>>= 0;
      memory.check();
      const source = values.load(sp + 32);
      const acceptable = isByteArray(source);
      memory.setBool(sp + 48, acceptable);
      if (!acceptable) return;
      const length = Math.min(memory.getUint32(sp + 16), source.length);
      copy(source, 0, memory.bytes, memory.getUint32(sp + 8), length);
      memory.setInt64(sp + 40, length);
    },

    // func copyBytesToJS(dst ref, src []byte) (int, bool)
    "syscall/js.copyBytesToJS": (sp) => {
      sp >>>= 0;
      memory.check();
      const destination = values.load(sp + 8);
      const acceptable = isByteArray(destination);
      memory.setBool(sp + 48, acceptable);
      if (!acceptable) return;
      const length = Math.min(memory.getUint32(sp + 24), destination.length);
      copy(memory.bytes, memory.getUint32(sp + 16), destination, 0, length);
      memory.setInt64(sp + 40, length);
    },
  };
}

type ByteArray = Uint8Array | Uint8ClampedArray;

function isByteArray(value: unknown): value is ByteArray {
  return value instanceof Uint8Array || value instanceof Uint8ClampedArray;
}

function copy(from: ByteArray, start: number, to: ByteArray, at: number, length: number): void {
  if (length > SHORT_COPY || from.buffer === to.buffer) {
    to.set(from.subarray(start, start + length), at);
    return;
  }
  for (let i = 0; i < length; i++) to[at + i] = from[start + i] as number;
}
