// Standard streams that others have opened may not wait: they answer EAGAIN where nothing can be read or written yet, which programs
// take for a failure.

import fs from "node:fs";

const pause = 5;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** `node:fs`, which waits where a stream does not. */
export function patientFiles() {
  return { ...fs, read: patient(fs.read), write: patient(fs.write), writeSync };
}

/** @returns {typeof operation} */
function patient(/** @type {any} */ operation) {
  return (/** @type {any[]} */ ...args) => {
    const done = args.at(-1);
    const attempt = () => operation(...args.slice(0, -1), settle);
    const settle = (/** @type {NodeJS.ErrnoException | null} */ error, /** @type {any[]} */ ...results) => {
      if (error?.code === "EAGAIN") setTimeout(attempt, pause);
      else done(error, ...results);
    };
    return attempt();
  };
}

/** @returns {number} */
function writeSync(/** @type {any[]} */ ...args) {
  for (;;) {
    try {
      return /** @type {any} */ (fs.writeSync)(...args);
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EAGAIN") throw error;
      Atomics.wait(sleeper, 0, 0, pause);
    }
  }
}
