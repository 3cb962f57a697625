// What `require("gowasp/wasm_exec")` answers.

type Module = typeof import("./index.js", { with: { "resolution-mode": "import" }});

export declare const Go: Module["Go"];
export type Go = InstanceType<Module["Go"]>;
