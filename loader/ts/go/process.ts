import { notImplemented } from "./file-system.js";

/** What Go finds as `process` and `path` where there is no operating system: nobody's ids, and no working directory. */
export function processStub(): { process: object; path: object } {
  const nobody = (): number => -1;
  const refuse = (): never => {
    throw notImplemented();
  };
  return {
    process: {
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
    },
    path: { resolve: (...segments: string[]) => segments.join("/") },
  };
}
