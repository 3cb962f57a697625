// What a page does with the class, told line by line: node scenario.cjs WASM_EXEC PROGRAM_WASM

const { readFileSync } = require("node:fs");

const [wasmExec, wasm] = process.argv.slice(2);
const lines = [];
const say = (...words) => lines.push(words.map(String).join(" "));
console.log = (...words) => say("log", ...words);
console.warn = (...words) => say("warn", ...words);
console.error = console.warn;
require(wasmExec);

const module_ = new WebAssembly.Module(readFileSync(wasm));
const { Go } = globalThis;
const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

/** Starts the program, and tells how it ends. */
function start(go, ...argv) {
  go.argv = ["program", ...argv];
  return run(go, new WebAssembly.Instance(module_, go.importObject));
}

function run(go, instance) {
  return go.run(instance).then(
    (value) => say("run resolved", value, go.exited),
    (error) => say("run rejected", error),
  );
}

const scenarios = {
  async "what is there before a run"() {
    const go = new Go();
    say(go.argv, JSON.stringify(go.env), typeof go.exit, go.exited, Object.keys(go.importObject).includes("gojs"));
    say(["fs", "process", "path"].map((name) => typeof globalThis[name]));
  },
  async "an exit code"() {
    const go = new Go();
    go.env = { NAME: "größe" };
    const ended = start(go, "exit");
    say("after run", go.exited);
    await ended;
  },
  async "exit of one's own, called at once"() {
    const go = new Go();
    go.exit = (code) => say("exit", code, go.exited);
    const ended = start(go, "exit");
    say("after run");
    await ended;
  },
  async "an exit that throws"() {
    const go = new Go();
    go.exit = (code) => {
      throw new Error(`code ${code}`);
    };
    await start(go, "exit");
  },
  async "one run after the other, instantiated in time"() {
    const go = new Go();
    await start(go, "none");
    await start(go, "exit");
  },
  async "one run after the other, instantiated before"() {
    const go = new Go();
    const [one, two] = [1, 2].map(() => new WebAssembly.Instance(module_, go.importObject));
    go.argv = ["program", "none"];
    await run(go, one);
    go.argv = ["program", "exit"];
    await run(go, two);
  },
  async "two at the same time"() {
    await Promise.all([start(new Go(), "none"), start(new Go(), "exit")]);
  },
  async "functions that are offered"() {
    const go = new Go();
    const ended = start(go, "offer");
    await turn();
    say(globalThis.offered("a"), go.exited, go.mem.byteLength > 0, typeof go._inst.exports.run);
    say(globalThis.offered("exit"), go.exited);
    await ended;
    try {
      globalThis.offered("b");
    } catch (error) {
      say(error.message);
    }
  },
  async "a panic in one of them"() {
    const ended = start(new Go(), "offer");
    await turn();
    const before = lines.length;
    say(globalThis.offered("panic"));
    await ended;
    // Traces have numbers of functions.
    lines.splice(before, lines.length, ...lines.slice(before).map((line) => line.split("\n")[0]));
  },
  async "a deadlock that the page reports"() {
    const go = new Go();
    const ended = start(go, "wait");
    await turn();
    go._pendingEvent = { id: 0 };
    go._resume();
    lines.push(lines.pop().split("\n")[0]);
    await ended;
  },
  async "output taken"() {
    const before = globalThis.fs.writeSync;
    globalThis.fs.writeSync = (fd, bytes) => {
      say("taken", fd, new TextDecoder().decode(bytes));
      return bytes.length;
    };
    await start(new Go(), "none");
    globalThis.fs.writeSync = before;
  },
  async "files of the page's"() {
    const before = globalThis.fs;
    globalThis.fs = { ...require("node:fs"), writeSync: before.writeSync, write: before.write.bind(before) };
    await start(new Go(), "files");
    globalThis.fs = before;
  },
  async "no instance"() {
    await new Go().run({}).catch((error) => say(error.message));
  },
  async "too large an environment"() {
    const go = new Go();
    go.env = { NAME: "x".repeat(9000) };
    await start(go, "none");
    // Each in its own words.
    lines.push(lines.pop().split(" ", 2).join(" "));
  },
};

(async () => {
  for (const [name, scenario] of Object.entries(scenarios)) {
    say(`— ${name}`);
    await scenario();
  }
  process.stdout.write(`${lines.join("\n")}\n`);
  process.exit(0);
})();
