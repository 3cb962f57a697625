// What the program finds as `kit`: values that are odd in as many ways as possible, the same for the same seed, and an account of all
// that happens to them. It runs in Node and in pages.

/** Thrown through everything once the program has ended. */
export const OVER = Symbol("over");

/** How pages report what nobody has handled: in a task of its own, before or after the timer that is due. */
export const LATER = "unhandled later";

/**
 * @param {number} seed
 * @returns {any} the kit: `trace` is what happened, `belated` what a page says when it likes, `pending` how much of the event loop
 *   will come, `fs` the program's files
 */
export function makeKit(seed) {
  const random = randomOf(seed);
  /** @type {string[]} */
  const trace = [];
  const names = new Map();
  const pick = (/** @type {any[]} */ ...choices) => choices[random(choices.length)];
  let close = () => {};
  /** @type {any} */
  const kit = {
    functions: [],
    trace,
    belated: [],
    isOver: false,
    quiet: true,
    depth: 0,
    pending: 0,
    log,
    callBack,
    promise,
    later,
    schedule,
    bytes,
    writeSync,
    report,
  };

  kit.over = new Promise((/** @type {(value?: unknown) => void} */ resolve) => {
    close = resolve;
  });
  /** Ends the account. */
  kit.end = (/** @type {string} */ how) => {
    if (!kit.isOver) trace.push(how);
    kit.isOver = true;
    close();
  };

  /** Notes what happens, unless it is over or the kit looks itself. */
  function log(/** @type {any[]} */ ...what) {
    if (kit.isOver) throw OVER;
    if (!kit.quiet) trace.push(what.map(describe).join(" "));
  }

  function describe(/** @type {any} */ value) {
    if (typeof value === "string") return JSON.stringify(value);
    if (Object.is(value, -0)) return "-0";
    if ((typeof value !== "object" && typeof value !== "function") || value === null) return String(value);
    if (!names.has(value)) names.set(value, `${typeof value}${names.size}`);
    return names.get(value);
  }

  const problems = [
    new TypeError("a type"),
    new RangeError("a range"),
    "a text",
    undefined,
    7,
    { message: "an object" },
    new WebAssembly.RuntimeError("of another module"),
  ];

  /** Does something that getters, setters, traps and methods may do; mostly nothing. */
  function act(/** @type {string} */ where, chance = 40) {
    log("acts", where);
    if (kit.quiet || kit.depth > 4) return;
    const what = random(chance);
    if (what === 0) throw pick(...problems);
    if (what < 4 && kit.functions.length > 0) enter(pick(...kit.functions), []);
  }

  /** Calls a function of Go's and notes what comes back, or out of it. */
  function enter(/** @type {any} */ f, /** @type {any[]} */ args) {
    kit.depth++;
    try {
      const answer = pick(
        () => f(...args),
        () => Reflect.apply(f, pick(...kit.pool), args),
      )();
      log("answer", answer);
      return answer;
    } catch (error) {
      // An exception through Go leaves a caller that is Go, too, with another frame than its own: whatever follows is undefined.
      kit.end(`passed through Go: ${textOf(error)}`);
      throw OVER;
    } finally {
      kit.depth--;
    }
  }

  function textOf(/** @type {any} */ error) {
    if (error instanceof WebAssembly.RuntimeError && error !== problems.at(-1)) {
      // Under the package the program is over then; under the reference it goes on with a broken stack.
      kit.end("trap");
      throw OVER;
    }
    kit.quiet = true;
    try {
      return error instanceof Error ? `${error.name}: ${error.message}` : describe(error);
    } catch {
      return "unprintable";
    } finally {
      kit.quiet = false;
    }
  }

  function callBack(/** @type {any} */ f, /** @type {any[]} */ ...args) {
    if (kit.functions.length < 8) kit.functions.push(f);
    let answer;
    for (let times = 1 + random(2); times > 0; times--) answer = enter(f, args);
    return answer;
  }

  function promise() {
    return Promise.resolve(random(100));
  }

  function later(/** @type {any} */ f) {
    inTurn(() => f(random(100)));
  }

  function schedule(/** @type {any} */ f) {
    inTurn(() => log("answer", f(1, "two")));
  }

  /** Has the event loop do something. There is no caller that could catch its exceptions. */
  function inTurn(/** @type {() => void} */ action) {
    kit.pending++;
    setTimeout(() => {
      kit.pending--;
      try {
        action();
      } catch (error) {
        report("uncaught", error);
      }
    });
  }

  /** Notes what the event loop would report. */
  function report(/** @type {string} */ how, /** @type {any} */ what) {
    if (kit.isOver || what === OVER) return;
    try {
      const belongs = how === LATER ? kit.belated : trace;
      belongs.push(`${how} ${textOf(what)}`);
    } catch {
      // The account has ended.
    }
  }

  function bytes(/** @type {any} */ array) {
    return ArrayBuffer.isView(array) ? String(new Uint8Array(array.buffer)) : "none";
  }

  function writeSync(/** @type {any[]} */ ...args) {
    log("replaced writeSync", args.length);
    return args[1].length;
  }

  /** @type {Record<string, any>} */
  const shared = { pick, act, log, random, inTurn, kit };
  Object.assign(kit, {
    pool: poolOf(shared),
    arrays: arraysOf(shared),
    fs: filesOf(shared),
    ignore: () => log("ignored"),
    quiet: false,
  });
  return kit;
}

/** Numbers below n (Mulberry32). */
function randomOf(/** @type {number} */ seed) {
  let state = seed;
  return (/** @type {number} */ n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

function poolOf(/** @type {any} */ { pick, act, log, random, kit }) {
  const traps = Object.fromEntries(
    ["get", "set", "deleteProperty", "has", "defineProperty", "getPrototypeOf", "apply", "construct"].map((name) => [
      name,
      (/** @type {any} */ target, /** @type {any[]} */ ...args) => {
        act(`trap ${name} ${typeof args[0] === "string" ? args[0] : ""}`);
        const usual = /** @type {any} */ (Reflect)[name](target, ...args);
        return pick(usual, usual, usual, undefined, false);
      },
    ]),
  );
  const accessors = {
    get a() {
      act("get a");
      return 5;
    },
    set a(value) {
      act("set a");
      log("value", value);
    },
    get b() {
      return pick(1, () => act("method from a getter"));
    },
    set f(_) {
      act("set f", 6);
    },
    get length() {
      act("length");
      return pick(3, "12px", undefined, 2 ** 40);
    },
    m(/** @type {any[]} */ ...args) {
      act("m", 8);
      return args[0];
    },
  };
  class Made {
    constructor(/** @type {any[]} */ ...args) {
      act("constructor", 8);
      this.a = args.length;
    }
  }
  const called = () => act("called", 8);
  const throwing = () => {
    throw new RangeError("thrown by a function");
  };
  kit.types = [
    Made,
    class {},
    class extends Map {},
    { [Symbol.hasInstance]: () => pick(act("hasInstance"), true, false, "yes") },
  ];
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const values = [
    ...[undefined, null, true, 0, -0, 1.5, Number.NaN, "text", "größer 🙂", Symbol.iterator, 10n],
    ...[
      {},
      { a: 1, m: called },
      Object.freeze({ a: 1, f: called }),
      Object.create(null),
      [1, 2, 3],
      Object.freeze([1]),
    ],
    ...["12", -3, 3.7, Number.NaN, "0x10", 1e21, null, 5n].map((length) => ({ length })),
    ...[accessors, Object.create(accessors), Made, new Made(), throwing, called, (/** @type {any} */ x) => x],
    ...[new Proxy({}, traps), new Proxy([1, 2], traps), new Proxy(Made, traps), new Proxy(called, traps)],
    // Most of what is done with these throws through Go.
    ...(random(8) === 0 ? [revoked.proxy, { length: Symbol.iterator }] : []),
    ...kit.types,
    ...[new Error("as a value"), new Map(), new Date(0), /x/, Promise.resolve(1)],
  ];
  const { document } = /** @type {any} */ (globalThis);
  return document === undefined ? values : [...values, document.all];
}

function arraysOf(/** @type {any} */ { act }) {
  const filled = (/** @type {number} */ n) => Uint8Array.from({ length: n }, (_, i) => i);
  const own = (/** @type {any} */ array, /** @type {string} */ name, /** @type {any} */ value) =>
    Object.defineProperty(array, name, value);
  class Longer extends Uint8Array {
    get length() {
      act("length of an array");
      return 5;
    }
  }
  return [
    filled(10),
    filled(80),
    new Uint8ClampedArray(70),
    filled(90).subarray(10, 80),
    own(filled(20), "length", { value: 4 }),
    own(filled(20), "subarray", { value: () => act("subarray") ?? filled(3) }),
    own(filled(20), "set", { value: () => act("set of an array") }),
    new Longer(30),
    new Uint16Array(4),
    [1, 2, 3],
    new Proxy(filled(8), { get: (target, name) => act(`get ${String(name)}`) ?? Reflect.get(target, name) }),
    Object.create(Uint8Array.prototype),
  ];
}

/** Files that answer at once or later, well or not. */
function filesOf(/** @type {any} */ { pick, log, random, inTurn, kit }) {
  const status = {
    ...{ dev: 1, ino: 2, mode: 0o100_644, nlink: 1, uid: 0, gid: 0, rdev: 0, size: 7, blksize: 1, blocks: 1 },
    ...{ atimeMs: 1000, mtimeMs: 2000, ctimeMs: 3000, isDirectory: () => false },
  };
  const answers = /** @type {Record<string, (args: any[]) => any>} */ ({
    open: () => 3 + random(5),
    read: ([, buffer]) => (buffer instanceof Uint8Array && random(2) ? buffer.fill(65, 0, 2).subarray(0, 2).length : 0),
    write: ([, buffer]) => buffer.length,
    stat: () => status,
    lstat: () => status,
    fstat: () => status,
    readdir: () => ["one", "two"],
  });
  const operation =
    (/** @type {string} */ name) =>
    (/** @type {any[]} */ ...args) => {
      const done = args.at(-1);
      log("fs", name, args.length, ...args.slice(0, 1));
      if (typeof done !== "function") return -1;
      const failure =
        random(5) === 0 ? Object.assign(new Error("refused"), { code: pick("ENOENT", "EACCES", "EIO") }) : null;
      const answer = () => done(failure, failure ? undefined : answers[name]?.(args));
      if (kit.depth > 0 || random(2)) answer();
      else inTurn(answer);
      return undefined;
    };
  const names =
    "open close read write fstat fsync ftruncate fchmod fchown stat lstat readdir mkdir rmdir unlink rename link symlink " +
    "readlink chmod chown lchown truncate utimes";
  let isDying = false;
  return {
    constants: { O_WRONLY: 1, O_RDWR: 2, O_CREAT: 64, O_TRUNC: 512, O_APPEND: 1024, O_EXCL: 128, O_DIRECTORY: 65_536 },
    ...Object.fromEntries(names.split(" ").map((name) => [name, operation(name)])),
    writeSync(/** @type {any[]} */ ...args) {
      const text = typeof args[1] === "string" ? args[1] : new TextDecoder().decode(args[1]);
      // What the runtime dies of is followed by addresses and times.
      if (!isDying) log("fs writeSync", args.length, args[0], text);
      isDying ||= args[0] === 2 && /^(panic|fatal error|runtime): /.test(text);
      return args[1].length;
    },
  };
}
