import { notImplemented } from "./file-system.js";

const nobody = (): number => -1;

const refuse = (): never => {
  throw notImplemented();
};

/** What Go finds as `process` where there is no operating system: nobody's ids, and no working directory. */
export function noProcess(): object {
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

/** What Go finds as `path` where there is none. */
export function noPath(): object {
  return { resolve: (...segments: string[]): string => segments.join("/") };
}
