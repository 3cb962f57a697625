import type { GoProgram, HostFunction } from "./program.js";

export type ByteArray = Uint8Array | Uint8ClampedArray;

/** The host functions of syscall/js that copy bytes; offsets as in {@link "./syscall-js.js"}. */
export function byteCopies(program: GoProgram): Record<string, HostFunction> {
  const { memory, values } = program;

  /** Copies if `array` is one of bytes, then writes how many it was. */
  const complete = (sp: number, array: unknown, copy: (array: ByteArray) => number): void => {
    program.leave();
    const isRight = isByteArray(array);
    const copied = isRight ? copy(array) : 0;
    const now = program.stackPointer(sp);
    memory.setInt64(now + 40, copied);
    memory.setBool(now + 48, isRight);
  };

  // Both use the array's own methods, as Go's own host does, which a class of arrays can see.
  return {
    // func copyBytesToGo(dst []byte, src ref) (int, bool)
    "syscall/js.copyBytesToGo": (sp) => {
      sp >>>= 0;
      program.enter();
      const start = memory.getUint32(sp + 8);
      const room = memory.getUint32(sp + 16);
      complete(sp, values.load(sp + 32), (source) => {
        const part = source.subarray(0, room);
        memory.check();
        memory.bytes.subarray(start, start + room).set(part);
        return part.length;
      });
    },

    // func copyBytesToJS(dst ref, src []byte) (int, bool)
    "syscall/js.copyBytesToJS": (sp) => {
      sp >>>= 0;
      program.enter();
      const start = memory.getUint32(sp + 16);
      const available = memory.getUint32(sp + 24);
      complete(sp, values.load(sp + 8), (target) => {
        const { length } = target;
        let part = memory.bytes.subarray(start, start + available);
        // Whatever the length is, subarray makes a number of it.
        if (!(typeof length === "number" && length >= available)) part = part.subarray(0, length);
        target.set(part);
        return part.length;
      });
    },
  };
}

const typeOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)
  ?.get as () => string | undefined;

/**
 * Tells arrays of bytes by their type's name, as those of other realms (frames, jsdom) are no instances of this one's classes. What
 * only looks like one, a proxy for example, fails as under Go's own host.
 */
export function isByteArray(value: unknown): value is ByteArray {
  const type = Reflect.apply(typeOf, value, []);
  if (type === "Uint8Array" || type === "Uint8ClampedArray") return !isDetached(value as ByteArray);
  return value instanceof Uint8Array || value instanceof Uint8ClampedArray;
}

/** Whether the array's bytes are gone: copying none of them would hide a mistake that Go's panic shows. */
function isDetached({ buffer }: ByteArray): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}
