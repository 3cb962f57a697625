/**
 * Ways to build that Go programs in the field are built in, beside the plain one and `-s -w`: compiler flags, `GOWASM`,
 * `GOEXPERIMENT`, coverage, profile-guided optimization.
 */
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDir } from "../../../scripts/paths.mjs";
import { run } from "../../../scripts/process.mjs";

/**
 * @typedef {object} Way
 * @property {string} name
 * @property {string[]} [flags] of `go build`
 * @property {Record<string, string>} [env] of `go build`
 * @property {Record<string, string>} [runEnv] of the program
 * @property {boolean} [profiled] built with the profile of `profileFor`
 * @property {string[]} [except] programs that do in this way what Go does not define
 */

/** Of all releases. */
const FLAGS = [
  { name: "debugged", flags: ["-gcflags=all=-N -l"] },
  { name: "no-inlining", flags: ["-gcflags=all=-l"] },
  { name: "cover", flags: ["-cover", "-covermode=atomic"], runEnv: { GOCOVERDIR: tmpdir() } },
  { name: "pgo", profiled: true },
  { name: "checkptr", flags: ["-gcflags=all=-d=checkptr"] },
  // Without bounds checks, what is out of bounds is read or overwritten.
  { name: "no-bounds", flags: ["-gcflags=all=-B"], except: ["crash_panic", "panics", "values"] },
];

/** `GOWASM`, up to the last release in which it says anything; after that both are always on (`buildcfg/cfg.go`, go1.26). */
const FEATURES = { names: ["satconv", "signext", "satconv+signext"], until: 25 };

/** `GOEXPERIMENT` by release: what `internal/goexperiment/flags.go` has there that changes programs for wasm. */
const EXPERIMENTS = {
  21: ["arenas", "cgocheck2", "heapminimum512kib", "loopvar", "preemptibleloops", "staticlockranking"],
  22: ["noallocheaders", "newinliner", "noexectracer2", "range", "rangefunc", "preemptibleloops", "heapminimum512kib"],
  // Go 1.23's own compiler fails on internal/cpu with preemptibleloops.
  23: ["aliastypeparams", "newinliner", "rangefunc", "heapminimum512kib"],
  24: ["noaliastypeparams", "newinliner", "nospinbitmutex", "noswissmap", "nosynchashtriemap", "synctest"],
  25: ["greenteagc", "jsonv2", "newinliner", "noswissmap", "nosynchashtriemap", "synctest"],
  26: ["goroutineleakprofile", "jsonv2", "newinliner", "nogreenteagc", "norandomizedheapbase64", "runtimefreegc"],
  27: ["mapsplitgroup", "newinliner", "nogreenteagc", "nojsonv2", "nosizespecializedmalloc", "runtimefreegc"],
};

/**
 * The ways in which a release builds.
 *
 * @param {{minor: number}} toolchain
 * @returns {Way[]}
 */
export function waysOf({ minor }) {
  const features = minor <= FEATURES.until ? FEATURES.names : [];
  return [
    ...FLAGS,
    ...features.map((name) => ({ name, env: { GOWASM: name.replace("+", ",") } })),
    ...(EXPERIMENTS[minor] ?? []).map((name) => ({ name, env: { GOEXPERIMENT: name } })),
  ];
}

/** All names, of all releases. */
export const WAY_NAMES = [
  ...new Set(Object.keys(EXPERIMENTS).flatMap((minor) => waysOf({ minor: Number(minor) }).map(({ name }) => name))),
];

/**
 * A CPU profile for `-pgo`: that of fmt's own benchmarks on this machine, which all programs spend time in.
 *
 * @param {import("../toolchain.mjs").Toolchain} toolchain
 * @returns {Promise<string>} path, the same for a release on every run
 */
export async function profileFor({ release, env: own }) {
  const dir = join(cacheDir, "pgo");
  const profile = join(dir, `${release}.pprof`);
  if (existsSync(profile)) return profile;
  mkdirSync(dir, { recursive: true });
  const partial = `${profile}.${process.pid}`;
  const args = [
    "test",
    "-run=^$",
    "-bench=.",
    "-benchtime=50ms",
    `-cpuprofile=${partial}`,
    "-o",
    `${partial}.test`,
    "fmt",
  ];
  const env = { ...process.env, ...own, GOOS: "", GOARCH: "", GOWORK: "off", GOFLAGS: "" };
  await run("go", args, { cwd: dir, env, output: "capture" });
  renameSync(partial, profile);
  return profile;
}
