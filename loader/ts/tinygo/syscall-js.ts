import { type ByteArray, isByteArray } from "../go/byte-copies.js";
import type { GoMemory } from "../go/memory.js";
import type { GlobalScope } from "../go/scope.js";
import { encodeUtf8 } from "../go/strings.js";
import { TextDecoder } from "../host/text.js";
import type { ValueFunction } from "./conventions.js";
import type { Refs } from "./refs.js";

type Callable = (...args: unknown[]) => unknown;
type Constructor = new (...args: unknown[]) => unknown;

/** What the functions of syscall/js work on. */
export interface Context {
  readonly memory: GoMemory;
  readonly refs: Refs;
  readonly scope: GlobalScope;
  /** Notes that a callback waits for one answer. */
  readonly awaits: (callback: unknown) => void;
}

/**
 * The host functions of TinyGo's package syscall/js. Comments give its declarations; a string is two words, a slice
 * three. Results of more than one part are written to the address that comes first.
 */
export function syscallJs(context: Context): Record<string, ValueFunction> {
  return { ...references(context), ...properties(context), ...calls(context), ...copies(context) };
}

const decoder = new TextDecoder();

function text({ bytes }: GoMemory, address: number, length: number): string {
  address >>>= 0;
  return decoder.decode(bytes.subarray(address, address + length));
}

function references({ memory, refs }: Context): Record<string, ValueFunction> {
  return {
    // func stringVal(value string) ref
    stringVal: { refs: [], count: 2, answers: true, work: (address, length) => text(memory, address, length) },

    // func valuePrepareString(v ref) (ref, int)
    valuePrepareString: {
      refs: [1],
      count: 2,
      work(to, value) {
        const encoded = encodeUtf8(String(value));
        memory.check();
        refs.store(to >>> 0, encoded);
        memory.setUint32((to >>> 0) + 8, encoded.length);
      },
    },

    // func valueLoadString(v ref, b []byte)
    valueLoadString: { refs: [0], count: 4, work: (encoded, address) => memory.bytes.set(encoded, address >>> 0) },
  };
}

function properties({ memory, scope }: Context): Record<string, ValueFunction> {
  const holder = (target: unknown, name: string): object =>
    target === globalThis ? scope.owner(name) : (target as object);
  return {
    // func valueGet(v ref, p string) ref
    valueGet: {
      refs: [0],
      count: 3,
      answers: true,
      work(target, address, length) {
        const name = text(memory, address, length);
        return Reflect.get(holder(target, name), name);
      },
    },

    // func valueSet(v ref, p string, x ref)
    valueSet: {
      refs: [0, 3],
      count: 4,
      work(target, address, length, value) {
        const name = text(memory, address, length);
        Reflect.set(holder(target, name), name, value);
      },
    },

    // func valueDelete(v ref, p string)
    valueDelete: {
      refs: [0],
      count: 3,
      work(target, address, length) {
        const name = text(memory, address, length);
        Reflect.deleteProperty(holder(target, name), name);
      },
    },

    // func valueIndex(v ref, i int) ref
    valueIndex: { refs: [0], count: 2, answers: true, work: (target, index) => Reflect.get(target, index) },

    // func valueSetIndex(v ref, i int, x ref)
    valueSetIndex: {
      refs: [0, 2],
      count: 3,
      work(target, index, value) {
        Reflect.set(target, index, value);
      },
    },

    // func valueLength(v ref) int
    valueLength: { refs: [0], count: 1, work: (target) => target.length },

    // func valueInstanceOf(v ref, t ref) bool
    valueInstanceOf: { refs: [0, 1], count: 2, work: (value, type) => value instanceof (type as Constructor) },
  };
}

function calls({ memory, refs, scope, awaits }: Context): Record<string, ValueFunction> {
  /** Writes what `call` answers, or its exception, and which of the two it is. */
  const complete = (to: number, call: () => unknown): void => {
    let result: unknown;
    let succeeded = true;
    try {
      result = call();
    } catch (error) {
      result = error;
      succeeded = false;
    }
    memory.check();
    refs.store(to >>> 0, result);
    memory.setBool((to >>> 0) + 8, succeeded);
  };
  return {
    // func valueCall(v ref, m string, args []ref) (ref, bool)
    valueCall: {
      refs: [1],
      count: 7,
      work(to, target, address, length, args, count) {
        const name = text(memory, address, length);
        const all = refs.loadAll(args, count);
        if (/^(then|catch|finally)$/.test(name)) all.forEach(awaits);
        const owner = target === globalThis ? scope.owner(name) : target;
        complete(to, () => Reflect.apply(Reflect.get(owner, name), target, all));
      },
    },

    // func valueInvoke(v ref, args []ref) (ref, bool)
    valueInvoke: {
      refs: [1],
      count: 5,
      work: (to, target: Callable, args, count) =>
        complete(to, () => Reflect.apply(target, undefined, refs.loadAll(args, count))),
    },

    // func valueNew(v ref, args []ref) (ref, bool)
    valueNew: {
      refs: [1],
      count: 5,
      work: (to, target: Constructor, args, count) =>
        complete(to, () => Reflect.construct(target, refs.loadAll(args, count))),
    },
  };
}

function copies({ memory }: Context): Record<string, ValueFunction> {
  /** Copies if the value is an array of bytes, then writes how many it was, and that it was one. */
  const complete = (to: number, value: unknown, copy: (array: ByteArray) => number): void => {
    const isRight = isByteArray(value);
    memory.setUint32(to >>> 0, isRight ? copy(value) : 0);
    memory.setBool((to >>> 0) + 4, isRight);
  };
  const slice = (address: number, length: number) => memory.bytes.subarray(address >>> 0, (address >>> 0) + length);
  return {
    // func copyBytesToGo(dst []byte, src ref) (int, bool)
    copyBytesToGo: {
      refs: [4],
      count: 5,
      work: (to, address, length, _capacity, source) =>
        complete(to, source, (array) => {
          const part = array.subarray(0, length);
          slice(address, length).set(part);
          return part.length;
        }),
    },

    // func copyBytesToJS(dst ref, src []byte) (int, bool)
    copyBytesToJS: {
      refs: [1],
      count: 5,
      work: (to, target, address, length) =>
        complete(to, target, (array) => {
          const part = slice(address, Math.min(length, array.length));
          array.set(part);
          return part.length;
        }),
    },
  };
}
