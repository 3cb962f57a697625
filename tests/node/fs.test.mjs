// gowasp/fs: files in memory against Node's own, archives, files from addresses.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as nodeFs from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { fetchFiles, memoryFiles, opfsFiles, untar } from "../../dist/fs.js";

const top = nodeFs.mkdtempSync(join(tmpdir(), "gowasp-fs-"));
after(() => nodeFs.rmSync(top, { recursive: true }));
const isLinux = process.platform === "linux";

/** Numbers from a seed: the same every time. */
function random(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

const NAMES = ["a", "b", "c"];
const FLAGS = "O_RDONLY O_WRONLY O_RDWR O_CREAT O_EXCL O_TRUNC O_APPEND O_DIRECTORY O_NOFOLLOW".split(" ");

/** A random operation: its name, and what it does to a file system that is rooted somewhere. */
function operation(pick) {
  const path = () => {
    const names = Array.from({ length: 1 + pick(3) }, () => [...NAMES, ...NAMES, ".", ".."][pick(8)]);
    return `/x/y/z/${names.join("/")}${["", "", "", "", "/", "/."][pick(6)]}`;
  };
  const [one, two] = [path(), path()];
  const plain = `/x/y/z/d${pick(2)}/${NAMES[pick(3)]}`;
  const text = "0123456789".slice(0, pick(10));
  const size = pick(12);
  // Making a directory by open() is answered differently by Linux before and after 6.4.
  const others = FLAGS.slice(3).filter(() => pick(4) === 0);
  const flags = [FLAGS[pick(3)], ...others.filter((flag) => flag !== "O_DIRECTORY" || !others.includes("O_CREAT"))];
  const kinds = {
    mkdir: (fs, at) => fs.mkdirSync(at(one)),
    // Where no dots or links are on the way: Node has an order of its own there.
    mkdirs: (fs, at) => void fs.mkdirSync(at(plain), { recursive: true }),
    rmdir: (fs, at) => fs.rmdirSync(at(one)),
    unlink: (fs, at) => fs.unlinkSync(at(one)),
    rename: (fs, at) => fs.renameSync(at(one), at(two)),
    link: (fs, at) => fs.linkSync(at(one), at(two)),
    symlink: (fs, at) => fs.symlinkSync([one.slice(7), `../${NAMES[size % 3]}`][size % 2], at(two)),
    readlink: (fs, at) => fs.readlinkSync(at(one)),
    truncate: (fs, at) => fs.truncateSync(at(one), size),
    read: (fs, at) => Buffer.from(fs.readFileSync(at(one))).toString(),
    write: (fs, at) => fs.writeFileSync(at(one), text),
    list: (fs, at) => fs.readdirSync(at(one)).sort(),
    utimes: (fs, at) => fs.utimesSync(at(one), 1, size),
    open: (fs, at) => opened(fs, at(one), flags, text, size),
    stat: (fs, at) => [status(fs.statSync(at(one))), status(fs.lstatSync(at(one)))],
  };
  const name = Object.keys(kinds)[pick(Object.keys(kinds).length)];
  return { name: `${name} ${one} ${two} ${flags}`, work: kinds[name] };
}

function opened(fs, path, names, text, size) {
  const flags = names.reduce((all, name) => all | fs.constants[name], 0);
  const fd = fs.openSync(path, flags, 0o644);
  const results = [];
  for (const step of [
    () => fs.writeSync(fd, Buffer.from(text), 0, text.length, size % 3 ? null : size),
    () => {
      const buffer = Buffer.alloc(20);
      return buffer.toString("utf8", 0, fs.readSync(fd, buffer, 0, 20, size % 2 ? 0 : null));
    },
    () => fs.ftruncateSync(fd, size),
    () => status(fs.fstatSync(fd)),
  ]) {
    try {
      results.push(step());
    } catch (error) {
      results.push(error.code);
    }
  }
  fs.closeSync(fd);
  return results;
}

function status(stat) {
  const { nlink, size } = stat;
  const isFile = stat.isFile();
  return {
    kind: stat.mode & 0o170_000,
    ...(isFile ? { nlink, size } : {}),
    directory: stat.isDirectory(),
    link: stat.isSymbolicLink(),
  };
}

/** Everything below a directory. */
function tree(fs, at, path) {
  return fs
    .readdirSync(at(path))
    .sort()
    .map((name) => {
      const place = `${path}/${name}`;
      const stat = fs.lstatSync(at(place));
      if (stat.isDirectory()) return [name, tree(fs, at, place)];
      return [
        name,
        stat.isSymbolicLink() ? fs.readlinkSync(at(place)) : Buffer.from(fs.readFileSync(at(place))).toString(),
      ];
    });
}

describe("files in memory", () => {
  test("do what Linux does, in any order of operations", { skip: !isLinux && "compared with Linux" }, () => {
    for (let seed = 1; seed <= 60; seed++) {
      const pick = random(seed);
      const root = nodeFs.mkdtempSync(join(top, "s"));
      nodeFs.mkdirSync(`${root}/x/y/z`, { recursive: true });
      const sides = [
        { fs: nodeFs, at: (path) => root + path },
        { fs: memoryFiles({ "/r/x/y/z/k": "" }), at: (path) => `/r${path}` },
      ];
      sides[1].fs.unlinkSync("/r/x/y/z/k");
      const log = [];
      for (let step = 0; step < 80; step++) {
        const { name, work } = operation(pick);
        const answers = sides.map(({ fs, at }) => {
          try {
            return work(fs, at) ?? "ok";
          } catch (error) {
            return error.code ?? error;
          }
        });
        log.push(`${name}: ${JSON.stringify(answers[0])}`);
        assert.deepEqual(
          answers[1],
          answers[0],
          `seed ${seed}: ${log.slice(-12).join("\n")}\nin memory: ${JSON.stringify(answers[1])}`,
        );
      }
      assert.deepEqual(tree(sides[1].fs, sides[1].at, "/x"), tree(sides[0].fs, sides[0].at, "/x"), `seed ${seed}`);
    }
  });

  test("are there by bytes and text; what is read is a copy", () => {
    const bytes = new Uint8Array([1, 2]);
    const fs = memoryFiles({ "/a/b/bytes": bytes, "relative/text": "tëxt" });
    const read = fs.readFileSync("/a/b/bytes");
    read[0] = 9;
    bytes[1] = 9;
    assert.deepEqual([...fs.readFileSync("/a/b/bytes")], [1, 2]);
    assert.equal(fs.readFileSync("/relative/text", "utf8"), "tëxt");
    assert.equal(fs.realpathSync("/a/./b/../b"), "/a/b");
  });

  test("callbacks get what the others return and throw", () => {
    const fs = memoryFiles({ "/a": "text" });
    const seen = [];
    fs.stat("/a", (error, stat) => seen.push(error, stat.size));
    fs.open("/b", 0, 0, (error) => seen.push(error.code));
    assert.deepEqual(seen, [null, 4, "ENOENT"]);
  });

  test("no more bytes than there is room for; what is removed makes room", () => {
    const fs = memoryFiles({ "/a": "12345" }, { maxBytes: 10 });
    assert.throws(() => fs.writeFileSync("/b", "123456"), { code: "ENOSPC" });
    fs.writeFileSync("/b", "12345");
    assert.throws(() => fs.truncateSync("/b", 6), { code: "ENOSPC" });
    const fd = fs.openSync("/a", fs.constants.O_RDONLY);
    fs.unlinkSync("/a");
    assert.throws(() => fs.truncateSync("/b", 6), { code: "ENOSPC" });
    fs.closeSync(fd);
    fs.truncateSync("/b", 10);
    fs.linkSync("/b", "/c");
    fs.unlinkSync("/b");
    assert.throws(() => fs.writeFileSync("/d", "1"), { code: "ENOSPC" });
    assert.throws(() => fs.truncateSync("/c", 2 ** 40), { code: "ENOSPC" });
    assert.throws(() => memoryFiles({ "/a": "" }).truncateSync("/a", 2 ** 40), { code: "EFBIG" });
  });

  test("read-only ones stay as they are", () => {
    const fs = memoryFiles({ "/a": "text" }, { readOnly: true });
    for (const work of [
      () => fs.writeFileSync("/a", "new"),
      () => fs.writeFileSync("/b", "new"),
      () => fs.openSync("/a", fs.constants.O_RDWR),
      () => fs.mkdirSync("/d"),
      () => fs.unlinkSync("/a"),
      () => fs.renameSync("/a", "/b"),
      () => fs.linkSync("/a", "/b"),
      () => fs.symlinkSync("/a", "/b"),
      () => fs.truncateSync("/a"),
      () => fs.chmodSync("/a", 0o600),
      () => fs.utimesSync("/a", 1, 1),
    ]) {
      assert.throws(work, { code: "EROFS" });
    }
    assert.deepEqual(fs.readdirSync("/"), ["a"]);
  });

  test("what a program in them asks of its process", () => {
    const fs = memoryFiles({ "/dir/file": "text" });
    fs.process.chdir("dir");
    assert.equal(fs.process.cwd(), "/dir");
    assert.equal(fs.readFileSync("file", "utf8"), "text");
    assert.throws(() => fs.process.chdir("file"), { code: "ENOTDIR" });
  });
});

describe("untar", () => {
  const archive = (...args) =>
    execFileSync("tar", ["-C", join(top, "in"), "--owner=0", "--group=0", "-cf", "-", ...args]);
  nodeFs.mkdirSync(join(top, "in/dir/deeper"), { recursive: true });
  nodeFs.writeFileSync(join(top, "in/dir/file"), "text");
  nodeFs.writeFileSync(join(top, "in/dir/large"), "x".repeat(3000));
  nodeFs.utimesSync(join(top, "in/dir/file"), 1_000_000_000, 1_000_000_000);
  const long = `dir/${"long".repeat(40)}`;
  nodeFs.writeFileSync(join(top, "in", long), "long");
  nodeFs.symlinkSync("../dir/file", join(top, "in/dir/soft"));
  nodeFs.linkSync(join(top, "in/dir/large"), join(top, "in/dir/hard"));

  for (const format of ["ustar", "gnu", "pax"]) {
    test(`an archive of tar's format ${format}`, async () => {
      const bytes =
        format === "ustar"
          ? archive(`--format=${format}`, `--exclude=*long*`, "dir")
          : archive(`--format=${format}`, "dir");
      for (const packed of [bytes, gzipSync(bytes), new Response(bytes), new Blob([bytes])]) {
        const fs = memoryFiles({ "/to/.keep": "" });
        await untar(fs, packed, "/to");
        assert.equal(fs.readFileSync("/to/dir/file", "utf8"), "text");
        assert.equal(fs.statSync("/to/dir/file").mtimeMs, 1e12);
        assert.equal(fs.readFileSync("/to/dir/soft", "utf8"), "text");
        assert.equal(fs.readFileSync("/to/dir/hard", "utf8").length, 3000);
        assert.ok(fs.statSync("/to/dir/deeper").isDirectory());
        if (format !== "ustar") assert.equal(fs.readFileSync(`/to/${long}`, "utf8"), "long");
      }
    });
  }

  /** One entry by hand. */
  function entry(name, { type = "0", link = "", text = "" } = {}) {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write("0000644\0", 100);
    header.write(`${text.length.toString(8).padStart(11, "0")}\0`, 124);
    header.write("00000000000\0", 136);
    header.write("        ", 148);
    header.write(type, 156);
    header.write(link, 157);
    header.write("ustar\x0000", 257);
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, "0")}\0 `,
      148,
    );
    return Buffer.concat([header, Buffer.from(text.padEnd(Math.ceil(text.length / 512) * 512, "\0"))]);
  }

  const climbing = {
    "a name": [entry("../evil", { text: "x" })],
    "a name further in": [entry("a/../../evil", { text: "x" })],
    "a directory": [entry("../evil/", { type: "5" })],
    "a link": [entry("out", { type: "2", link: "../.." })],
    "an absolute link": [entry("out", { type: "2", link: "/etc" })],
    "a link in a directory": [entry("a/", { type: "5" }), entry("a/out", { type: "2", link: "../../x" })],
    "a chain of links": [
      entry("a/", { type: "5" }),
      entry("a/up", { type: "2", link: ".." }),
      entry("out", { type: "2", link: "a/up/.." }),
    ],
    "a hard link": [entry("out", { type: "1", link: "../secret" })],
    "a file below a link that was there": [entry("there/evil", { text: "x" })],
  };
  for (const [what, entries] of Object.entries(climbing)) {
    for (const kind of ["memory", "Node's"]) {
      test(`${what} that leads out is refused: ${kind}`, async () => {
        const root = kind === "memory" ? "/t" : nodeFs.mkdtempSync(join(top, "t"));
        const fs = kind === "memory" ? memoryFiles({ "/t/to/.keep": "", "/t/secret": "s" }) : nodeFs;
        if (kind !== "memory") {
          fs.mkdirSync(`${root}/to`);
          fs.writeFileSync(`${root}/secret`, "s");
        }
        fs.symlinkSync("..", `${root}/to/there`);
        await assert.rejects(untar(fs, Buffer.concat([...entries, Buffer.alloc(1024)]), `${root}/to`), {
          code: "ENOTCAPABLE",
        });
        assert.deepEqual(fs.readdirSync(root).sort(), ["secret", "to"]);
      });
    }
  }

  test("a link that was written over is not written through", async () => {
    const fs = memoryFiles({ "/to/kept": "kept" });
    fs.symlinkSync("kept", "/to/link");
    await untar(fs, entry("link", { text: "new" }), "/to");
    assert.deepEqual([fs.readFileSync("/to/kept", "utf8"), fs.readFileSync("/to/link", "utf8")], ["kept", "new"]);
  });

  test("absolute names are below the directory", async () => {
    const fs = memoryFiles({ "/to/.keep": "" });
    await untar(fs, entry("/abs/file", { text: "x" }), "/to");
    assert.equal(fs.readFileSync("/to/abs/file", "utf8"), "x");
  });

  test("what is damaged, or no archive, has a code", async () => {
    const good = archive("dir");
    const fs = memoryFiles();
    for (const bytes of [
      good.subarray(0, 3000),
      Buffer.from("<html>".repeat(200)),
      Buffer.concat([entry("a"), Buffer.alloc(512, 7)]),
    ]) {
      await assert.rejects(untar(fs, bytes), { name: "GowaspError", code: "decode" });
    }
    for (let at = 0; at < 512; at += 37) {
      const bad = Buffer.from(good);
      bad[at] ^= 0xff;
      await assert.rejects(untar(memoryFiles(), bad), { code: "decode" });
    }
    await assert.rejects(untar(fs, gzipSync(good).subarray(0, 300)), { code: "network" });
    await assert.rejects(untar(memoryFiles({}, { maxBytes: 100 }), good), { code: "ENOSPC" });
  });
});

describe("files from addresses", () => {
  const server = createServer(({ url }, answer) => {
    answer.statusCode = url === "/missing" ? 404 : 200;
    answer.end(`content of ${url}`);
  }).listen(0);
  after(() => server.close());
  const base = () => `http://localhost:${server.address().port}`;

  test("are written where they are to be", async () => {
    const fs = memoryFiles();
    await fetchFiles(fs, { "/a/b/one": `${base()}/1`, "/a/two": new URL(`${base()}/2`), "/three": new Response("3") });
    assert.equal(fs.readFileSync("/a/b/one", "utf8"), "content of /1");
    assert.equal(fs.readFileSync("/a/two", "utf8"), "content of /2");
    assert.equal(fs.readFileSync("/three", "utf8"), "3");
  });

  test("failures have codes", async () => {
    await assert.rejects(fetchFiles(memoryFiles(), { "/a": `${base()}/missing` }), {
      code: "http-status",
      status: 404,
    });
    await assert.rejects(fetchFiles(memoryFiles(), { "/a": "http://localhost:1/" }), { code: "network" });
  });

  test("where there is no origin private file system", async () => {
    await assert.rejects(opfsFiles(), { name: "GowaspError", code: "unavailable" });
  });
});
