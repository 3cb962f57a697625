// The functions of WASI preview 1 one by one, as a program could call them: paths that want out, wrong addresses, waiting.

import assert from "node:assert/strict";
import * as nodeFs from "node:fs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { memoryFiles } from "../../dist/fs.js";
import { wasip1 } from "../../dist/wasip1.js";

const top = mkdtempSync(join(tmpdir(), "gowasp-sandbox-"));
after(() => rmSync(top, { recursive: true }));

const ERRNO = {
  ok: 0,
  EBADF: 8,
  EEXIST: 20,
  EFAULT: 21,
  EILSEQ: 25,
  EINVAL: 28,
  EISDIR: 31,
  ELOOP: 32,
  ENOENT: 44,
  ENOTCAPABLE: 76,
  ENOTDIR: 54,
  ENOTEMPTY: 55,
  ENOTSUP: 58,
  ESPIPE: 70,
};
const nameOf = (errno) => Object.keys(ERRNO).find((name) => ERRNO[name] === errno) ?? errno;

const READ = 0x2n;
const WRITE = 0x40n;
const [CREATE, DIRECTORY, EXCLUSIVE, TRUNCATE] = [1, 2, 4, 8];

/** A program of JavaScript, whose memory is laid out by hand. */
class Caller {
  constructor(options) {
    this.memory = new WebAssembly.Memory({ initial: 1 });
    this.program = wasip1(options);
    this.program.run({ exports: { memory: this.memory } });
  }

  get view() {
    return new DataView(this.memory.buffer);
  }

  /** Calls a function; strings become an address and a length. Answers with the errno's name. */
  call(name, ...args) {
    let at = 1024;
    const given = args.flatMap((one) => {
      if (typeof one !== "string") return [one];
      const bytes = new TextEncoder().encode(one);
      new Uint8Array(this.memory.buffer).set(bytes, at);
      at += 2048;
      return [at - 2048, bytes.length];
    });
    return nameOf(this.program.imports[name](...given));
  }

  open(path, { how = 0, rights = READ, follow = 1, fd = 3, flags = 0 } = {}) {
    const answer = this.call("path_open", fd, follow, path, how, rights, 0n, flags, 64);
    return answer === "ok" ? this.view.getUint32(64, true) : answer;
  }

  stat(path, follow = 1) {
    const answer = this.call("path_filestat_get", 3, follow, path, 128);
    return answer === "ok" ? this.view.getUint8(128 + 16) : answer;
  }

  /** One buffer, at 8192. */
  vector(length) {
    this.view.setUint32(512, 8192, true);
    this.view.setUint32(516, length, true);
    return [512, 1];
  }

  read(fd, length = 100) {
    const answer = this.call("fd_read", fd, ...this.vector(length), 64);
    if (answer !== "ok") return answer;
    return Buffer.from(this.memory.buffer, 8192, this.view.getUint32(64, true)).toString();
  }

  write(fd, text) {
    Buffer.from(this.memory.buffer, 8192).write(text);
    return this.call("fd_write", fd, ...this.vector(text.length), 64);
  }
}

/** Two kinds of files, with the same in them: `inside`, which the program has, and what lies beside it. */
const kinds = {
  "Node's": () => {
    const at = mkdtempSync(join(top, "n"));
    return { fs: nodeFs, at };
  },
  "in memory": () => {
    const fs = memoryFiles({ "/top/.x": "" });
    return { fs, at: "/top" };
  },
};

for (const [kind, make] of Object.entries(kinds)) {
  describe(`a directory that was given: files ${kind}`, () => {
    const { fs, at } = make();
    fs.mkdirSync(`${at}/inside`);
    fs.mkdirSync(`${at}/inside/dir`);
    fs.mkdirSync(`${at}/insider`);
    fs.writeFileSync(`${at}/secret`, "secret");
    fs.writeFileSync(`${at}/insider/secret`, "secret");
    fs.writeFileSync(`${at}/inside/file`, "text");
    fs.writeFileSync(`${at}/inside/dir/below`, "below");
    const links = {
      up: "../secret",
      upper: "dir/../../secret",
      absolute: `${at}/secret`,
      root: "/",
      sibling: "../insider/secret",
      chain1: "chain2",
      chain2: "dir/chain3",
      "dir/chain3": "../../secret",
      dirup: "..",
      loop: "loop",
      good: "dir/below",
      "dir/back": "../file",
      guest: "/data/file",
      "guest-dir": "/data/dir",
      prefix: "/database",
      dangling: "../new",
      broken: "nothing",
    };
    for (const [name, target] of Object.entries(links)) fs.symlinkSync(target, `${at}/inside/${name}`);
    const caller = () => new Caller({ fs, preopens: { "/data": `${at}/inside` } });

    for (const path of [
      "../secret",
      "..",
      "dir/../../secret",
      "./../secret",
      "dir/../../inside/file",
      "/file",
      `${at}/secret`,
      "up",
      "upper",
      "absolute",
      "root/etc",
      "sibling",
      "chain1",
      "dirup/secret",
      "dirup",
      "prefix",
      "dangling",
      "dirup/inside/file",
    ]) {
      test(`${path.replace(at, "TOP")} does not lead out`, () => {
        const one = caller();
        for (const how of [0, CREATE, DIRECTORY, CREATE | TRUNCATE]) {
          for (const rights of [READ, WRITE]) assert.equal(one.open(path, { how, rights }), "ENOTCAPABLE");
        }
        assert.equal(one.stat(path), "ENOTCAPABLE");
        assert.equal(one.call("path_filestat_set_times", 3, 1, path, 0n, 0n, 5), "ENOTCAPABLE");
        assert.equal(one.call("path_link", 3, 1, path, 3, "stolen"), "ENOTCAPABLE");
      });
    }

    for (const name of ["path_create_directory", "path_remove_directory", "path_unlink_file"]) {
      test(`${name} does nothing outside`, () => {
        const one = caller();
        for (const path of ["../new", "dirup/new", "chain1/x", "root/new"]) {
          assert.match(String(one.call(name, 3, path)), /ENOTCAPABLE/);
        }
      });
    }

    test("nothing is moved, linked or made outside", () => {
      const one = caller();
      assert.equal(one.call("path_rename", 3, "file", 3, "../file"), "ENOTCAPABLE");
      assert.equal(one.call("path_rename", 3, "../secret", 3, "mine"), "ENOTCAPABLE");
      assert.equal(one.call("path_rename", 3, "file", 3, "dirup/file"), "ENOTCAPABLE");
      assert.equal(one.call("path_link", 3, 0, "../secret", 3, "mine"), "ENOTCAPABLE");
      assert.equal(one.call("path_link", 3, 0, "file", 3, "../mine"), "ENOTCAPABLE");
      assert.equal(one.call("path_symlink", "anything", 3, "../mine"), "ENOTCAPABLE");
      assert.equal(one.open("dangling", { how: CREATE | EXCLUSIVE, rights: WRITE }), "EEXIST");
      assert.equal(one.open("broken", { how: CREATE, rights: WRITE }), 4);
      assert.deepEqual(
        fs
          .readdirSync(at)
          .filter((name) => name !== ".x")
          .sort(),
        ["inside", "insider", "secret"],
      );
      fs.unlinkSync(`${at}/inside/nothing`);
    });

    test("a link that the program makes is not followed out either", () => {
      const one = caller();
      for (const [at, target] of [`${"../".repeat(20)}etc`, "/etc", "..", "/data/../.."].entries()) {
        assert.equal(one.call("path_symlink", target, 3, `made${at}`), "ok");
        assert.match(String(one.open(`made${at}/passwd`)), /ENOTCAPABLE/);
        assert.equal(one.call("path_unlink_file", 3, `made${at}`), "ok");
      }
    });

    test("a directory that is opened is as far as paths from there lead", () => {
      const one = caller();
      const dir = one.open("dir", { how: DIRECTORY });
      assert.equal(one.read(one.open("below", { fd: dir })), "below");
      assert.equal(one.open("../file", { fd: dir }), "ENOTCAPABLE");
      assert.equal(one.open("back", { fd: dir }), "ENOTCAPABLE");
    });

    test("what stays inside is found", () => {
      const one = caller();
      for (const path of [
        "file",
        "./file",
        "dir/../file",
        "dir/back",
        "guest",
        "guest-dir/../file",
        "dir//..//file",
        "dir/./../file",
      ]) {
        assert.equal(one.read(one.open(path)), "text", path);
      }
      assert.equal(one.read(one.open("good")), "below");
      assert.equal(one.stat("good", 0), 7);
      assert.equal(one.stat("good"), 4);
      assert.equal(one.stat("."), 3);
      assert.equal(one.stat("guest-dir/"), 3);
    });

    test("what is wrong with a path is told as everywhere", () => {
      const one = caller();
      assert.equal(one.open("loop"), "ELOOP");
      assert.equal(one.open("good", { follow: 0 }), "ELOOP");
      assert.equal(one.open("nothing"), "ENOENT");
      assert.equal(one.open("nothing/.."), "ENOENT");
      assert.equal(one.open(""), "ENOENT");
      assert.equal(one.open("file/"), "ENOTDIR");
      assert.equal(one.open("file/."), "ENOTDIR");
      assert.equal(one.open("file/../file"), "ENOTDIR");
      assert.equal(one.open("file/x"), "ENOTDIR");
      assert.equal(one.open("file", { how: DIRECTORY }), "ENOTDIR");
      assert.equal(one.open("dir", { rights: WRITE }), "EISDIR");
      assert.equal(one.open("new/", { how: CREATE, rights: WRITE }), "EISDIR");
      assert.equal(one.open("a\0b"), "EINVAL");
      assert.equal(one.open("file", { fd: 99 }), "EBADF");
      assert.equal(one.open("file", { fd: -1 }), "EBADF");
      assert.equal(one.open("file", { fd: 1 }), "ENOTDIR");
      assert.equal(one.call("path_remove_directory", 3, "."), "EINVAL");
      assert.equal(one.call("path_remove_directory", 3, "dir"), "ENOTEMPTY");
      assert.equal(one.call("path_readlink", 3, "file", 256, 10, 64), "EINVAL");
    });

    test("reading, writing, positions, entries", () => {
      const one = caller();
      const fd = one.open("new", { how: CREATE | EXCLUSIVE, rights: READ | WRITE });
      assert.equal(fd, 4);
      assert.equal(one.write(fd, "0123456789"), "ok");
      assert.equal(one.read(fd), "");
      assert.equal(one.call("fd_seek", fd, -4n, 2, 64), "ok");
      assert.equal(one.view.getBigUint64(64, true), 6n);
      assert.equal(one.read(fd, 2), "67");
      assert.equal(one.call("fd_tell", fd, 64), "ok");
      assert.equal(one.view.getBigUint64(64, true), 8n);
      assert.equal(one.call("fd_seek", fd, -9n, 1, 64), "EINVAL");
      assert.equal(one.call("fd_seek", fd, 0n, 3, 64), "EINVAL");
      assert.equal(one.call("fd_pread", fd, ...one.vector(3), 1n, 64), "ok");
      assert.equal(Buffer.from(one.memory.buffer, 8192, 3).toString(), "123");
      assert.equal(one.read(fd, 1), "8");
      assert.equal(one.call("fd_pread", fd, ...one.vector(3), -1n, 64), "EINVAL");
      assert.equal(one.call("fd_filestat_set_size", fd, 3n), "ok");
      assert.equal(one.call("fd_allocate", fd, 2n, 3n), "ok");
      assert.equal(one.call("fd_fdstat_set_flags", fd, 1), "ok");
      assert.equal(one.call("fd_seek", fd, 0n, 0, 64), "ok");
      assert.equal(one.write(fd, "end"), "ok");
      assert.equal(Buffer.from(fs.readFileSync(`${at}/inside/new`)).toString(), "012\0\0end");
      assert.equal(one.call("fd_renumber", fd, 3), "ok");
      assert.equal(one.read(fd), "EBADF");
      assert.equal(one.call("fd_close", 3), "ok");
      assert.equal(one.call("fd_close", 3), "EBADF");
      fs.unlinkSync(`${at}/inside/new`);
    });

    test("entries come in pieces of any size", () => {
      const one = caller();
      const all = readEntries(one, 3, 8000);
      assert.deepEqual(all.map(({ name }) => name).sort(), [...fs.readdirSync(`${at}/inside`)].sort());
      assert.equal(all.find(({ name }) => name === "file").type, 4);
      assert.equal(all.find(({ name }) => name === "dir").type, 3);
      assert.equal(all.find(({ name }) => name === "loop").type, 7);
      assert.deepEqual(readEntries(one, 3, 50), all);
    });
  });
}

/** All entries of a directory, by a buffer of so many bytes; the last entry in it may be cut. */
function readEntries(one, fd, size) {
  const all = [];
  for (let cookie = 0n; ; ) {
    assert.equal(one.call("fd_readdir", fd, 16384, size, cookie, 64), "ok");
    const used = one.view.getUint32(64, true);
    let at = 0;
    while (at + 24 <= used) {
      const length = one.view.getUint32(16384 + at + 16, true);
      if (at + 24 + length > used) break;
      cookie = one.view.getBigUint64(16384 + at, true);
      const name = Buffer.from(one.memory.buffer, 16384 + at + 24, length).toString();
      all.push({ name, type: one.view.getUint8(16384 + at + 20) });
      at += 24 + length;
    }
    if (used < size) return all;
  }
}

describe("what programs can get wrong", () => {
  const one = new Caller({ fs: memoryFiles({ "/file": "text" }), stdin: "in" });
  const end = 65536;

  test("addresses and lengths beyond the memory are EFAULT, whatever the function", () => {
    const fd = one.open("file");
    for (const [name, ...args] of [
      ["random_get", end - 1, 2],
      ["random_get", -1, 1],
      ["random_get", 0, -1],
      ["args_get", end, 0],
      ["args_sizes_get", end - 2, 0],
      ["clock_time_get", 0, 0n, end - 7],
      ["fd_read", fd, end, 1, 0],
      ["fd_read", fd, 0, -1, 0],
      ["fd_fdstat_get", fd, end - 23],
      ["fd_filestat_get", fd, end - 63],
      ["fd_prestat_dir_name", 3, end, 1],
      ["fd_readdir", 3, end, 100, 0n, 0],
      ["path_open", 3, 0, end, 10, 0, READ, 0n, 0, 64],
      ["path_open", 3, 0, 0, -1, 0, READ, 0n, 0, 64],
      ["poll_oneoff", end - 40, 0, 1, 64],
      ["poll_oneoff", 0, 0, -1, 64],
    ]) {
      assert.equal(one.call(name, ...args), "EFAULT", name);
    }
  });

  test("names that are not UTF-8 are EILSEQ", () => {
    new Uint8Array(one.memory.buffer).set([0xff, 0xfe], 256);
    assert.equal(one.call("path_filestat_get", 3, 0, 256, 2, 128), "EILSEQ");
  });

  test("streams have no places, and there are no sockets", () => {
    assert.equal(one.call("fd_seek", 0, 0n, 0, 64), "ESPIPE");
    assert.equal(one.call("fd_tell", 1, 64), "ESPIPE");
    assert.equal(one.call("sock_accept", 0, 0, 64), "ENOTSUP");
    assert.equal(one.call("sock_shutdown", 77, 0), "EBADF");
    assert.equal(one.read(0), "in");
    assert.equal(one.read(0), "");
    for (const fd of [0, 1, 2]) {
      assert.equal(one.call("fd_filestat_get", fd, 128), "ok");
      assert.equal(one.view.getUint8(128 + 16), 6);
    }
  });

  test("a clock that there is not", () => assert.equal(one.call("clock_time_get", 4, 0n, 64), "EINVAL"));

  test("a sink that throws is an errno, and ends nothing", () => {
    const failing = (error) =>
      new Caller({
        stdout: () => {
          throw error;
        },
      });
    assert.equal(failing(Object.assign(new Error("gone"), { code: "EPIPE" })).call("fd_write", 1, 0, 0, 64), "ok");
    assert.equal(failing(Object.assign(new Error("gone"), { code: "EPIPE" })).write(1, "x"), 64);
    assert.equal(failing(new Error("any")).write(1, "x"), 29);
    assert.equal(failing(null).write(1, "x"), 29);
  });
});

describe("poll_oneoff", () => {
  const one = new Caller({ stdin: "x" });
  /** Writes subscriptions at 2048, and answers with the events: what they were for, errno and type. */
  const poll = (...all) => {
    all.forEach((each, at) => {
      const place = 2048 + at * 48;
      new Uint8Array(one.memory.buffer, place, 48).fill(0);
      one.view.setBigUint64(place, BigInt(at + 1), true);
      one.view.setUint8(place + 8, each.type ?? 0);
      one.view.setUint32(place + 16, each.fd ?? each.clock ?? 1, true);
      one.view.setBigUint64(place + 24, BigInt(Math.round((each.ms ?? 0) * 1e6)), true);
      one.view.setUint16(place + 40, each.absolute ? 1 : 0, true);
    });
    assert.equal(one.call("poll_oneoff", 2048, 32768, all.length, 64), "ok");
    return Array.from({ length: one.view.getUint32(64, true) }, (_, at) => {
      const place = 32768 + at * 32;
      return [
        Number(one.view.getBigUint64(place, true)),
        nameOf(one.view.getUint16(place + 8, true)),
        one.view.getUint8(place + 10),
      ];
    });
  };
  const timed = (work) => {
    const start = performance.now();
    const answer = work();
    return { answer, ms: performance.now() - start };
  };

  test("waits for the first clock, without work", () => {
    const before = process.cpuUsage();
    const { answer, ms } = timed(() => poll({ ms: 5000 }, { ms: 60 }, { ms: 60 }));
    assert.deepEqual(answer, [
      [2, "ok", 0],
      [3, "ok", 0],
    ]);
    assert.ok(ms >= 59, `${ms} ms`);
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < 40_000, `${user + system} µs of processor time`);
  });

  test("at a time of day", () => {
    const { ms } = timed(() => poll({ clock: 0, absolute: true, ms: Date.now() + 40 }));
    assert.ok(ms >= 38, `${ms} ms`);
    assert.ok(timed(() => poll({ clock: 0, absolute: true, ms: 5 })).ms < 1000);
  });

  test("does not wait where something can be read or written, or is wrong", () => {
    assert.deepEqual(poll({ ms: 60_000 }, { type: 1, fd: 0 }, { type: 2, fd: 1 }), [
      [2, "ok", 1],
      [3, "ok", 2],
    ]);
    assert.deepEqual(poll({ ms: 60_000 }, { type: 1, fd: 9 }), [[2, "EBADF", 1]]);
    assert.deepEqual(poll({ ms: 60_000 }, { clock: 9 }), [[2, "EINVAL", 0]]);
  });

  test("for nothing is wrong", () => assert.equal(one.call("poll_oneoff", 0, 0, 0, 64), "EINVAL"));
});
