// Passes bytes on no faster than a line of a given speed would, to see on this machine how a start feels elsewhere.

import { Transform } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * @param {number} megabits per second, more than 0
 * @returns {Transform}
 */
export function throttle(megabits) {
  const bytesPerMillisecond = (megabits * 1e6) / 8 / 1000;
  // Small enough to look like a stream of packets, large enough not to depend on the timer's resolution.
  const piece = Math.max(1024, Math.round(bytesPerMillisecond * 10));
  let due = 0;
  return new Transform({
    async transform(chunk, _encoding, done) {
      try {
        for (let at = 0; at < chunk.length; at += piece) {
          const part = chunk.subarray(at, at + piece);
          due = Math.max(due, performance.now()) + part.length / bytesPerMillisecond;
          await sleep(due - performance.now());
          if (this.destroyed) return;
          this.push(part);
        }
        done();
      } catch (error) {
        done(error);
      }
    },
  });
}
