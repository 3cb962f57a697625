import app from "./cmd/app?gowasp";

// What `add` takes and gives is known from `//go:wasmexport` in cmd/app/main.go: see gowasp-env.d.ts.
const { exports } = await app.load();
const sum: bigint = exports.add(40, 2);
document.querySelector("output")?.append(`40 + 2 = ${sum}`);
