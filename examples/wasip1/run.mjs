// The same source as a command and as a reactor: `node run.mjs`, after the two lines of README.md.

import { load } from "gowasp";
import { memoryFiles } from "gowasp/fs";

const fs = memoryFiles({ "/one": "a few words", "/two": "and some more of them" });
const command = await load("count.wasm", { fs, args: ["/one", "/two"] });
console.log("exit code", await command.exited);

const reactor = await load("count-reactor.wasm");
console.log("words", await reactor.call("words", "called with a text"));
