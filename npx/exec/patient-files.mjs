// Standard streams that others have opened may not wait: they answer EAGAIN where nothing can be read or written yet, which programs
// take for a failure.

import fs from "node:fs";

const pause = 5;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** `node:fs`, which waits where a stream does not. */
export function patientFiles() {
  return {
    ...fs,
    read: patient(fs.read),
    write: patient(fs.write),
    readSync: patientSync(fs.readSync),
    writeSync: patientSync(fs.writeSync),
  };
}

/** @returns {(...args: any[]) => void} */
function patient(/** @type {any} */ operation) {
  return (...args) => {
    const done = args.at(-1);
    const attempt = () => operation(...args.slice(0, -1), settle);
    const settle = (/** @type {unknown} */ error, /** @type {any[]} */ ...results) => {
      if (isBusy(error)) setTimeout(attempt, pause);
      else done(error, ...results);
    };
    attempt();
  };
}

/** @returns {(...args: any[]) => number} */
function patientSync(/** @type {any} */ operation) {
  return (...args) => {
    for (;;) {
      try {
        return operation(...args);
      } catch (error) {
        if (!isBusy(error)) throw error;
        Atomics.wait(sleeper, 0, 0, pause);
      }
    }
  };
}

function isBusy(/** @type {unknown} */ error) {
  return /** @type {NodeJS.ErrnoException | null} */ (error)?.code === "EAGAIN";
}
