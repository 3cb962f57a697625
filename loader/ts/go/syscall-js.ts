import { byteCopies } from "./byte-copies.js";
import type { GoProgram, HostFunction } from "./program.js";
import { encodeUtf8, utf8Length, writeUtf8 } from "./strings.js";

type Properties = Record<PropertyKey, unknown>;
type Callable = (...args: unknown[]) => unknown;
type Constructor = new (...args: unknown[]) => unknown;

// Up to this many UTF-16 units, counting the bytes first and encoding in place beats encoding to an array and copying
// it.
const LONG_TEXT = 1024;

/**
 * The host functions of Go's package syscall/js. Each comment gives the Go declaration; offsets count from `sp`, where
 * 8 is the first argument (a ref, int or pointer takes 8 bytes, a string 16, a slice 24; results follow).
 *
 * Go verifies receivers before it calls, except in `valueCall`, `valueInvoke` and `valueNew`, which report failure in
 * their second result and let Go find the reason.
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

    // func valuePrepareString(v ref) (ref, int): what valueLoadString shall copy, and its length in UTF-8. Go may run
    // other goroutines in between, so nothing is remembered but by the ref. For a string that is not long this is a
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
    // func valueGet(v ref, p string) ref A getter may run Go: like the functions in `calls` it has few variables. Read
    // as `target[name]`, a getter is a larger frame.
    "syscall/js.valueGet": (sp) => {
      sp >>>= 0;
      program.enter();
      const name = strings.read(sp + 16);
      program.leave();
      const value = Reflect.get(holder(values.load(sp + 8), name), name);
      values.store(program.stackPointer(sp) + 32, value);
    },

    // func valueSet(v ref, p string, x ref) An assignment would be four times as fast, but in strict code it throws for
    // a property that cannot be written, which Go does not expect; and that error cannot be told from one of a setter
    // or a proxy, which Go does.
    "syscall/js.valueSet": (sp) => {
      sp >>>= 0;
      program.enter();
      const name = strings.read(sp + 16);
      const target = holder(values.load(sp + 8), name);
      const value = values.load(sp + 32);
      program.leave();
      Reflect.set(target, name, value);
      program.stackPointer(sp);
    },

    // func valueDelete(v ref, p string)
    "syscall/js.valueDelete": (sp) => {
      sp >>>= 0;
      program.enter();
      const name = strings.read(sp + 16);
      const target = holder(values.load(sp + 8), name);
      program.leave();
      Reflect.deleteProperty(target, name);
      program.stackPointer(sp);
    },

    // func valueIndex(v ref, i int) ref
    "syscall/js.valueIndex": (sp) => {
      sp >>>= 0;
      program.enter();
      const target = values.load(sp + 8) as Properties;
      const index = memory.getInt64(sp + 16);
      program.leave();
      const value = target[index];
      values.store(program.stackPointer(sp) + 24, value);
    },

    // func valueSetIndex(v ref, i int, x ref)
    "syscall/js.valueSetIndex": (sp) => {
      sp >>>= 0;
      program.enter();
      const target = values.load(sp + 8) as Properties;
      const index = memory.getInt64(sp + 16);
      const value = values.load(sp + 24);
      program.leave();
      Reflect.set(target, index, value);
      program.stackPointer(sp);
    },

    // func valueLength(v ref) int
    "syscall/js.valueLength": (sp) => {
      sp >>>= 0;
      program.enter();
      const target = values.load(sp + 8) as Properties;
      program.leave();
      const length = target.length;
      // Go's own host parses the length as text, which matters for odd objects only: undefined is 0, "0x10" is 16.
      // biome-ignore lint/correctness/useParseIntRadix: the prefix of the text decides
      const integer = Number.isSafeInteger(length) ? (length as number) : Number.parseInt(length as string);
      memory.setInt64(program.stackPointer(sp) + 16, integer);
    },

    // func valueInstanceOf(v ref, t ref) bool
    "syscall/js.valueInstanceOf": (sp) => {
      sp >>>= 0;
      program.enter();
      const value = values.load(sp + 8);
      const type = values.load(sp + 16) as Constructor;
      program.leave();
      const answer = value instanceof type;
      memory.setBool(program.stackPointer(sp) + 24, answer);
    },
  };
}

/**
 * The functions by which Go calls JavaScript. Each is one frame on the engine's stack, where nested calls must find
 * room, and has few variables, because these make the frame larger.
 *
 * Arguments are loaded before the property is read: a getter may run Go, which may move the stack that holds them.
 */
function calls(program: GoProgram): Record<string, HostFunction> {
  const { memory, values, strings, scope } = program;

  /**
   * Writes a call's result or exception and whether it succeeded to `offset` and `offset + 8`. The stop signal that it
   * may throw for the one is thrown again for the other.
   */
  const complete = (sp: number, offset: number, result: unknown, succeeded: boolean): void => {
    const now = program.stackPointer(sp);
    values.store(now + offset, result);
    memory.setBool(now + offset + 8, succeeded);
  };

  /** The method that Go calls; throws for what has no properties. */
  const method = (sp: number, args: readonly unknown[]): Callable => {
    const target = values.load(sp + 8);
    const name = strings.read(sp + 16);
    if (isThen(name)) for (const callback of args) program.awaits(callback);
    return Reflect.get((target === globalThis ? scope.owner(name) : target) as object, name);
  };

  return {
    // func valueCall(v ref, m string, args []ref) (ref, bool)
    "syscall/js.valueCall": (sp) => {
      sp >>>= 0;
      program.enter();
      program.leave();
      try {
        const args = values.loadAll(sp + 32);
        const target = values.load(sp + 8);
        complete(sp, 56, Reflect.apply(method(sp, args), target, args), true);
      } catch (error) {
        complete(sp, 56, error, false);
      }
    },

    // func valueInvoke(v ref, args []ref) (ref, bool)
    "syscall/js.valueInvoke": (sp) => {
      sp >>>= 0;
      program.enter();
      program.leave();
      try {
        complete(sp, 40, Reflect.apply(values.load(sp + 8) as Callable, undefined, values.loadAll(sp + 16)), true);
      } catch (error) {
        complete(sp, 40, error, false);
      }
    },

    // func valueNew(v ref, args []ref) (ref, bool)
    "syscall/js.valueNew": (sp) => {
      sp >>>= 0;
      program.enter();
      program.leave();
      try {
        // Not `new`: its message for what cannot be constructed would name a variable of this file instead of the
        // value.
        complete(sp, 40, Reflect.construct(values.load(sp + 8) as Constructor, values.loadAll(sp + 16)), true);
      } catch (error) {
        complete(sp, 40, error, false);
      }
    },
  };
}

/** Whether a method takes callbacks that wait for what a promise becomes. */
function isThen(name: string): boolean {
  return name === "then" || name === "catch" || name === "finally";
}
