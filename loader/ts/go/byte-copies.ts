import type { GoProgram, HostFunction } from "./program.js";

// Copying fewer bytes one by one is cheaper than making a view for TypedArray.set.
const SHORT_COPY = 64;

type ByteArray = Uint8Array | Uint8ClampedArray;

/** The host functions of syscall/js that copy bytes; offsets as in {@link "./syscall-js.js"}. */
export function byteCopies(program: GoProgram): Record<string, HostFunction> {
  const { memory, values } = program;

  /** Writes how many bytes were copied, and whether the array was one. */
  const complete = (sp: number, copied: number | undefined): void => {
    const now = program.stackPointer(sp);
    if (copied !== undefined) memory.setInt64(now + 40, copied);
    memory.setBool(now + 48, copied !== undefined);
  };

  return {
    // func copyBytesToGo(dst []byte, src ref) (int, bool)
    "syscall/js.copyBytesToGo": (sp) => {
      sp >>>= 0;
      program.enter();
      const source = values.load(sp + 32);
      const start = memory.getUint32(sp + 8);
      const room = memory.getUint32(sp + 16);
      program.leave();
      const kind = kindOf(source);
      if (kind === "other") return complete(sp, undefined);
      const { subarray } = source as ByteArray;
      if (kind === "usual" && subarray === own.subarray) {
        const length = Math.min(room, own.length(source));
        copy(source as ByteArray, 0, memory.bytes, start, length);
        return complete(sp, length);
      }
      const part = Reflect.apply(subarray, source, [0, room]);
      memory.check();
      memory.bytes.subarray(start, start + room).set(part);
      complete(sp, part.length);
    },

    // func copyBytesToJS(dst ref, src []byte) (int, bool)
    "syscall/js.copyBytesToJS": (sp) => {
      sp >>>= 0;
      program.enter();
      const target = values.load(sp + 8) as ByteArray;
      const start = memory.getUint32(sp + 16);
      const available = memory.getUint32(sp + 24);
      program.leave();
      const kind = kindOf(target);
      if (kind === "other") return complete(sp, undefined);
      const { length } = target;
      const isUsual = kind === "usual" && length === own.length(target);
      // Whatever the length is, subarray makes a number of it, and may run JavaScript for that.
      let part = isUsual ? undefined : memory.bytes.subarray(start, start + available).subarray(0, length);
      const { set } = target;
      if (isUsual && set === own.set) {
        const copied = Math.min(available, length);
        copy(memory.bytes, start, target, 0, copied);
        return complete(sp, copied);
      }
      memory.check();
      part ??= memory.bytes.subarray(start, start + Math.min(available, length));
      Reflect.apply(set, target, [part]);
      complete(sp, part.length);
    },
  };
}

/** What every array has that nobody has changed; a program may meet others, and Go's own host uses what those have. */
const own = (() => {
  const { prototype } = Object.getPrototypeOf(Uint8Array) as { prototype: Uint8Array };
  const getter = (key: PropertyKey) => (Object.getOwnPropertyDescriptor(prototype, key) as PropertyDescriptor).get;
  const [length, tag] = [getter("length"), getter(Symbol.toStringTag)] as [() => number, () => string | undefined];
  return {
    subarray: prototype.subarray,
    set: prototype.set,
    length: (array: unknown): number => Reflect.apply(length, array, []),
    /** The name of the type of a typed array of any realm; undefined for everything else. */
    type: (value: unknown): string | undefined => Reflect.apply(tag, value, []),
  };
})();

/**
 * Tells arrays of bytes by their type's name, as those of other realms (frames, jsdom) are no instances of this one's classes. What
 * is an array of a class derived from them, or only looks like one, is copied in the way of Go's own host, which the class can see.
 */
function kindOf(value: unknown): "usual" | "like" | "other" {
  const type = own.type(value);
  if (type === "Uint8Array" || type === "Uint8ClampedArray") {
    if (isDetached(value as ByteArray)) return "other";
    const prototype = Object.getPrototypeOf(value);
    return prototype === Uint8Array.prototype || prototype === Uint8ClampedArray.prototype ? "usual" : "like";
  }
  return value instanceof Uint8Array || value instanceof Uint8ClampedArray ? "like" : "other";
}

/** Whether the array's bytes are gone: copying none of them would hide a mistake that Go's panic shows. */
function isDetached(array: ByteArray): boolean {
  if (own.length(array) > 0) return false;
  try {
    new Uint8Array(array.buffer);
    return false;
  } catch {
    return true;
  }
}

function copy(from: ByteArray, start: number, to: ByteArray, at: number, length: number): void {
  if (length > SHORT_COPY || from.buffer === to.buffer) {
    to.set(from.subarray(start, start + length), at);
    return;
  }
  for (let i = 0; i < length; i++) to[at + i] = from[start + i] as number;
}
