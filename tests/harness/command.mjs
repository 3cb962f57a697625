/**
 * What the command lines of tests and benchmarks have in common.
 */

/** The command line asks for something that there is not. */
export class UsageError extends Error {}

/**
 * Runs a command; wrong usage ends it with its message and exit code 2, any other error with a stack trace and 1.
 *
 * @param {() => Promise<number | void>} work gives the exit code, 0 if nothing
 * @param {string} [usage] shown after the message when the usage is wrong
 */
export async function command(work, usage = "") {
  try {
    process.exitCode = (await work()) ?? process.exitCode;
  } catch (error) {
    if (!(error instanceof UsageError) && !error.code?.startsWith("ERR_PARSE_ARGS")) throw error;
    console.error(usage ? `${error.message}\n\n${usage}` : error.message);
    process.exitCode = 2;
  }
}

/**
 * @param {string} option its name
 * @param {string} text its value
 * @returns {number}
 * @throws {UsageError} when it is not a whole number from 1
 */
export function wholeNumber(option, text) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) {
    throw new UsageError(`--${option} is a whole number from 1, not "${text}"`);
  }
  return number;
}

/**
 * @param {string} what the names are of
 * @param {string[]} names
 * @param {string[]} all
 * @returns {string[]} `names`
 * @throws {UsageError} when one of them is not among `all`
 */
export function known(what, names, all) {
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new UsageError(`no ${what} is called "${unknown}": there are ${all.join(", ")}`);
  return names;
}
