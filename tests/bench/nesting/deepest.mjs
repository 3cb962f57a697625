// How deep Go and JavaScript can call each other before the engine's stack ends. In Node and in pages.

export const KINDS = ["call", "invoke", "new", "get", "set"];
const SIDES = ["wasm_exec.js", "gowasp"];
const LEAST = 100;
/** A step up, as a part of what was reached. */
const STEP = 1 / 150;
const ROUNDS = 2;

/**
 * @param {WebAssembly.Module} module
 * @param {new () => any} GoHost
 * @returns {Promise<Record<string, Record<string, number>>>} the most levels by kind and side; the sides take turns, as the engine
 *   compiles again what has run often, with other frames
 */
export async function deepest(module, GoHost) {
  /** @type {Record<string, Record<string, number>>} */
  const found = {};
  for (const kind of KINDS) {
    /** @type {Record<string, number>} */
    const levels = Object.fromEntries(SIDES.map((side) => [side, 0]));
    for (let round = 0; round < ROUNDS; round++) {
      // Who comes first has the program before the engine has compiled it again.
      for (const side of round % 2 ? SIDES.toReversed() : SIDES) {
        const n = await search((levels) => reaches(module, GoHost, side, kind, levels));
        levels[side] = Math.max(levels[side] ?? 0, n);
      }
    }
    found[kind] = levels;
  }
  return found;
}

/** Upwards, because a program that fails takes long over it. */
async function search(/** @type {(n: number) => Promise<boolean>} */ reaches) {
  let levels = LEAST;
  let next = LEAST;
  while (await reaches(next)) {
    levels = next;
    next = Math.ceil(levels * (1 + STEP));
  }
  return levels;
}

/** Whether a new program comes so deep. */
async function reaches(
  /** @type {WebAssembly.Module} */ module,
  /** @type {new () => any} */ GoHost,
  /** @type {string} */ side,
  /** @type {string} */ kind,
  /** @type {number} */ n,
) {
  /** @type {Record<string, (n: number) => number>} */
  let offered = {};
  Object.assign(globalThis, {
    nesting: {
      call: (/** @type {any} */ f, /** @type {number} */ n) => f(n),
      getter: (/** @type {any} */ f, /** @type {number} */ n) => ({
        get value() {
          return f(n);
        },
      }),
      setter: (/** @type {any} */ f) => ({
        answer: 0,
        set value(/** @type {number} */ n) {
          this.answer = f(n);
        },
      }),
      Maker: function (/** @type {any} */ f, /** @type {number} */ n) {
        this.made = f(n);
      },
      ready(/** @type {any} */ functions) {
        offered = functions;
      },
    },
  });
  const { imports, run } = side === "gowasp" ? ours(GoHost) : reference();
  const instance = await WebAssembly.instantiate(module, { gojs: imports });
  run(instance).catch(() => {});
  // The same depth of the stack for all.
  await new Promise((resolve) => setTimeout(resolve));
  try {
    return offered[kind]?.(n) === n;
  } catch {
    return false;
  }
}

function ours(/** @type {new () => any} */ GoHost) {
  const host = new GoHost();
  return { imports: host.imports, run: (/** @type {WebAssembly.Instance} */ instance) => host.run(instance) };
}

function reference() {
  const go = new /** @type {any} */ (globalThis).Go();
  go.exit = () => {
    throw new Error("the program has ended");
  };
  return { imports: go.importObject.gojs, run: (/** @type {WebAssembly.Instance} */ instance) => go.run(instance) };
}
