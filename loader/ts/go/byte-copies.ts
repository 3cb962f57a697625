import type { GoProgram, HostFunction } from "./program.js";

export type ByteArray = Uint8Array | Uint8ClampedArray;

/** The host functions of syscall/js that copy bytes; offsets as in {@link "./syscall-js.js"}. */
export function byteCopies(program: GoProgram): Record<string, HostFunction> {
  const { memory, values } = program;

  /** Copies if `array` is a byte array, then writes how many bytes it was. */
  const complete = (sp: number, array: unknown, copy: (array: ByteArray) => number): void => {
    program.leave();
    const isRight = isByteArray(array);
    const copied = isRight ? copy(array) : 0;
    const now = program.stackPointer(sp);
    memory.setInt64(now + 40, copied);
    memory.setBool(now + 48, isRight);
  };

  // Both use the array's own methods, as Go's own host does; a subclass can observe that.
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
        // Whatever the length is, subarray converts it to a number.
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
 * Recognizes byte arrays by the name of their type, because those of other realms (frames, jsdom) are no instances of
 * this one's classes. What only looks like one, such as a proxy, fails as under Go's own host.
 */
export function isByteArray(value: unknown): value is ByteArray {
  const type = Reflect.apply(typeOf, value, []);
  if (type === "Uint8Array" || type === "Uint8ClampedArray") return !isDetached(value as ByteArray);
  return value instanceof Uint8Array || value instanceof Uint8ClampedArray;
}

/** Whether the array is detached: copying no bytes would hide a mistake that Go's panic shows. */
function isDetached({ buffer }: ByteArray): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}
