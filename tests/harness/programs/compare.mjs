/**
 * Compares what two runs of a program wrote, up to what an optimizer may change: the numeric values of PCs, and of the
 * function values and code offsets made from them; and up to what depends on time alone. Names, files, lines, order and small
 * numbers all count.
 */

/** @typedef {import("../child.mjs").Outcome} Outcome */

/**
 * What of a text must be the same before and after.
 *
 * @param {string} text
 */
export function normalise(text) {
  return (
    text
      // The offset of a traceback's frame, `main.go:12 +0x1c`, and the registers of a fatal signal.
      .replace(/\+0x[0-9a-f]+/g, "+0x…")
      .replace(/\b(pc|sp|fp)=0x[0-9a-f]+/g, "$1=0x…")
      // Addresses, as in `0xc00001c0a8` and `0x12340001`: no program here prints another number of five digits in hex.
      .replace(/\b0x[0-9a-f]{5,}/g, "0x…")
      // The stack that a fatal error dumps holds PCs, and slots that are no longer in use.
      .replace(/^(?:(?:0x…|[0-9a-f]{16}): .*\n(?: +\^.*\n)*)+/gm, "words of a stack\n")
      // A stack overflow: at which call it is noticed depends on which functions have a stack check, and nearly all do the same
      // there. How the recursion began counts.
      .replace(/^(fatal error: stack overflow\n)[\s\S]*?\n\.\.\.(?:\d+|additional) frames elided\.\.\.\n/m, "$1…\n")
      // How long a goroutine has waited. Go 1.23 and later name its g and m, too, where the runtime's frames are shown.
      .replace(/^(goroutine \d+ (?:gp=.* )?\[[^\]\n]*), \d+ minutes\b/gm, "$1")
      // What the scavenger waits for, and where: its next round or something to do.
      .replace(
        /^goroutine (\d+) (?:gp=.* )?\[.*\]:\n(?:.+\n)*?runtime\.bgscavenge\(.*(?:\n.+)*/gm,
        "goroutine $1, the scavenger",
      )
  );
}

/**
 * The first difference of two outcomes, or an empty string.
 *
 * @param {Outcome} expected
 * @param {Outcome} actual
 */
export function difference(expected, actual) {
  if (expected.ended !== actual.ended) {
    const why = lastLines(actual.stderr, 6);
    return `${actual.ended}, not ${expected.ended}${why && `\n${why}`}`;
  }
  return (
    textDifference("stdout", normalise(expected.stdout), normalise(actual.stdout)) ||
    textDifference("stderr", normalise(expected.stderr), normalise(actual.stderr))
  );
}

/**
 * How an outcome falls short of what a program's files say, or an empty string.
 *
 * @param {import("./catalog.mjs").Program} program
 * @param {Outcome} outcome
 */
export function unexpected(program, outcome) {
  const expected = { ended: `exit code ${program.exitCode}`, stdout: program.stdout };
  const differs = difference({ ...expected, stderr: outcome.stderr }, outcome);
  return differs || stderrMismatch(program.stderr, outcome.stderr);
}

/** The patterns must match one after the other; without patterns stderr must be empty. */
function stderrMismatch(patterns, stderr) {
  if (patterns.length === 0) return textDifference("stderr", "", stderr);
  let rest = stderr;
  for (const pattern of patterns) {
    const match = new RegExp(pattern, "m").exec(rest);
    if (!match) return `stderr has no /${pattern}/ in:\n${lastLines(rest, 12)}`;
    rest = rest.slice(match.index + match[0].length);
  }
  return "";
}

function textDifference(what, expected, actual) {
  if (expected === actual) return "";
  const left = expected.split("\n");
  const right = actual.split("\n");
  const at = left.findIndex((line, i) => line !== right[i]);
  const line = at < 0 ? left.length : at;
  return `${what}, line ${line + 1}\n  expected ${show(left[line])}\n  got      ${show(right[line])}`;
}

function show(line) {
  if (line === undefined) return "the end";
  return JSON.stringify(line.length > 160 ? `${line.slice(0, 160)}…` : line);
}

function lastLines(text, count) {
  return text.trim().split("\n").slice(-count).join("\n");
}
