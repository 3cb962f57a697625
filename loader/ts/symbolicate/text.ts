// The text of errors.

/** Causes of causes; more are a circle, or nobody reads them. */
const MOST_CAUSES = 8;

/** An error and what caused it, or the text itself; V8 puts the message in front of the frames, others do not. */
export function textOf(trace: unknown): string {
  const [first, ...causes] = errorsOf(trace);
  if (!first) return String(trace);
  return [stackOf(first), ...causes.map((cause) => `Caused by: ${stackOf(cause)}`)].join("\n");
}

/** An error with a stack, and the errors that caused it. */
export function errorsOf(trace: unknown): { stack: string }[] {
  const errors: { stack: string }[] = [];
  for (let at = trace; errors.length < MOST_CAUSES && hasStack(at); at = at.cause) errors.push(at);
  return errors;
}

function hasStack(value: unknown): value is { stack: string; cause?: unknown } {
  return typeof value === "object" && value !== null && typeof (value as { stack?: unknown }).stack === "string";
}

function stackOf(error: { stack: string }): string {
  const said = String(error);
  return error.stack.startsWith(said) ? error.stack : `${said}\n${error.stack}`;
}
