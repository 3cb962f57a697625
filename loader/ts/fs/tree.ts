// Paths in a file system in memory.

import { Inode, Kind, refuse } from "./inode.js";

const MOST_LINKS = 40;
const LONGEST_NAME = 255;

/** A path that can only be a directory's: a slash or dots are at its end. */
const DIRECTORY = /(^|\/)\.{0,2}$/;

/** Where a path leads to: a name in a directory, and what has this name. */
export interface Place {
  readonly parent: Inode;
  /** Empty for the root itself, and if a path ends with `..` or a dot. */
  readonly name: string;
  readonly inode: Inode | undefined;
  /** Whether the path demands a directory, by a slash at its end. */
  readonly mustBeDirectory: boolean;
  /** Without links, for `realpath`. */
  readonly names: readonly string[];
}

/** The directories, from the root on. */
export class Tree {
  readonly root = new Inode(1, Kind.Directory | 0o755);
  /** Where relative paths begin. */
  cwd = "/";
  #last = 1;

  make(mode: number): Inode {
    this.#last++;
    return new Inode(this.#last, mode);
  }

  /**
   * Follows a path.
   *
   * @param follow whether a link at its end is followed; one with a slash behind it always is, unless the name itself
   *   is wanted
   * @throws ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG
   */
  find(path: string, follow: boolean | "never" = true): Place {
    if (path === "") refuse("ENOENT", path);
    const ahead = (path.startsWith("/") ? path : `${this.cwd}/${path}`).split("/").reverse();
    const way: { name: string; inode: Inode }[] = [];
    let mustBeDirectory = DIRECTORY.test(path);
    let links = 0;
    for (;;) {
      const name = ahead.pop();
      const parent = way.at(-1)?.inode ?? this.root;
      const names = () => way.map(({ name }) => name);
      if (name === undefined) {
        const last = way.pop();
        const above = way.at(-1)?.inode ?? this.root;
        const all = last ? [...names(), last.name] : [];
        return { parent: above, name: last?.name ?? "", inode: parent, mustBeDirectory, names: all };
      }
      // A slash at the end; whoever asks for more than what is there looks at mustBeDirectory.
      if (name === "") continue;
      if (parent.kind !== Kind.Directory) refuse("ENOTDIR", path);
      if (name === ".") continue;
      if (name === "..") {
        way.pop();
        continue;
      }
      if (name.length > LONGEST_NAME) refuse("ENAMETOOLONG", path);
      const inode = parent.entries.get(name);
      const isLast = ahead.every((name) => name === "");
      if (inode === undefined) {
        if (!isLast) refuse("ENOENT", path);
        return { parent, name, inode, mustBeDirectory, names: [...names(), name] };
      }
      if (inode.kind === Kind.Link && (follow === true || (ahead.length > 0 && !(isLast && follow === "never")))) {
        links++;
        if (links > MOST_LINKS) refuse("ELOOP", path);
        mustBeDirectory ||= isLast && DIRECTORY.test(inode.target);
        if (inode.target.startsWith("/")) way.length = 0;
        ahead.push(...inode.target.split("/").reverse());
        continue;
      }
      way.push({ name, inode });
    }
  }

  /** What a path leads to. */
  inode(path: string, follow = true): Inode {
    const { inode, mustBeDirectory } = this.find(path, follow);
    if (inode === undefined) return refuse("ENOENT", path);
    if (mustBeDirectory && inode.kind !== Kind.Directory) refuse("ENOTDIR", path);
    return inode;
  }

  /** Gives a name to a file that has none, or one more. */
  enter({ parent, name }: Place, inode: Inode): void {
    parent.entries.set(name, inode);
    parent.changed();
  }

  remove({ parent, name }: Place): void {
    parent.entries.delete(name);
    parent.changed();
  }
}
