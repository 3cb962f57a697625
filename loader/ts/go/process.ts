import { notImplemented } from "./file-system.js";
import { define, ownView } from "./view.js";

const nobody = (): number => -1;

const refuse = (): never => {
  throw notImplemented();
};

/** What Go finds as `process`: where there is no operating system, nobody's ids and no working directory. */
export function programProcess(base: object | undefined): object {
  if (base === undefined) {
    return {
      getuid: nobody,
      getgid: nobody,
      geteuid: nobody,
      getegid: nobody,
      getgroups: refuse,
      pid: -1,
      ppid: -1,
      umask: refuse,
      cwd: refuse,
      chdir: refuse,
    };
  }
  const view = ownView(base) as { argv0?: unknown };
  // By this name net/http (roundtrip_js.go, from Go 1.21 on) knows a Node, under which it talks to a network of its own tests only
  // and never uses fetch.
  if (String(view.argv0).startsWith("node")) define(view, "argv0", "go");
  return view;
}

/** What Go finds as `path`. */
export function programPath(base: object | undefined): object {
  return base ? ownView(base) : { resolve: (...segments: string[]): string => segments.join("/") };
}
