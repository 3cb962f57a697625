/**
 * What the benchmarks' command lines have in common.
 */

/** The command line asks for something that there is not. */
export class UsageError extends Error {}

/**
 * Runs a command; wrong usage ends it with its message and exit code 2, any other error with a stack trace and 1.
 *
 * @param {() => Promise<void>} work
 */
export async function command(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof UsageError) && !error.code?.startsWith("ERR_PARSE_ARGS")) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}

/**
 * @param {string} text of the option `--rounds`
 * @returns {number}
 * @throws {UsageError} when it is not a whole number from 1
 */
export function roundsFrom(text) {
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1) throw new UsageError(`--rounds is a whole number from 1, not "${text}"`);
  return rounds;
}
