#!/usr/bin/env node
// `go run -exec gowasp-exec .` and `go test -exec gowasp-exec ./...`: runs a Go program for js or wasip1, in Node or in Chromium.

import { execCommand } from "./exec/command.mjs";

process.exitCode = await execCommand(process.argv.slice(2));
