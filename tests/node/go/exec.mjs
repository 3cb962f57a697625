#!/usr/bin/env node
// `go test -exec`: runs a program of Go's under load().

import { load } from "../../../dist/index.js";

const [, , file, ...args] = process.argv;
const app = await load(file, { args, env: process.env, fs: "node" });
process.exitCode = await app.exited;
