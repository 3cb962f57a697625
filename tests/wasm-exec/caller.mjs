// Makes the calls on a package in a folder, in a process of its own: node caller.mjs NAME FOLDER

import { writeSync } from "node:fs";
import { PACKAGES } from "./packages.mjs";

const [name, folder] = process.argv.slice(2);
const results = await PACKAGES[name].call(folder);
writeSync(1, `${JSON.stringify(results)}\n`);
process.exit(0);
