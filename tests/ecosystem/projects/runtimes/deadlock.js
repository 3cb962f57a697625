// A program that waits for nothing: Go is to say so.

import { load } from "gowasp";

const { exited } = await load("deadlock.wasm");
exited.then((code) => console.log(`exit ${code}`));
