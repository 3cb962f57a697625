import { ROOM } from "./command-line.js";
import { encodeUtf8 } from "./strings.js";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment for a program. If it is the host's own, which nobody wrote for this program, variables that do not
 * fit are left out, the largest first.
 */
export function fittingEnvironment(args: readonly string[], env: Environment): Environment {
  if (env !== (globalThis as { process?: { env?: unknown } }).process?.env) return env;
  const names = Object.keys(env);
  const sizes = new Map(names.map((name) => [name, sizeOf(`${name}=${env[name]}`)]));
  // Both lists end with a null pointer.
  let size = [...sizes.values(), ...args.map(sizeOf)].reduce((sum, one) => sum + one, 16);
  const kept = { ...env };
  const left: string[] = [];
  for (const [name, bytes] of [...sizes].sort(([, a], [, b]) => b - a)) {
    if (size <= ROOM) break;
    size -= bytes;
    delete kept[name];
    left.push(name);
  }
  if (left.length === 0) return env;
  console.warn(
    `gowasp: Go takes arguments and variables of 8 KiB at most; left out of the environment: ${left.join(", ")}`,
  );
  return kept;
}

/** What a text takes, with its NUL and its pointer. */
function sizeOf(text: string): number {
  return ((encodeUtf8(text).length + 8) & ~7) + 8;
}
