// Types of the web, as the project that uses the package knows them. One without TypeScript's library `dom`, and without
// Node's types, has none of these names: there they are what little of them it can have anyway.

type Known<Name extends string, Otherwise = never> =
  typeof globalThis extends Record<Name, { prototype: infer Type }> ? Type : Otherwise;
type KnownWasm<Name extends string> = typeof globalThis extends {
  WebAssembly: Record<Name, { prototype: infer Type }>;
}
  ? Type
  : object;

export type Url = Known<"URL">;
export type FetchResponse = Known<"Response">;
export type ByteStream = Known<"ReadableStream">;
export type Signal = Known<"AbortSignal", { readonly aborted: boolean }>;
export type Bytes = ArrayBuffer | ArrayBufferView;

export type WasmModule = KnownWasm<"Module">;
export type WasmMemory = KnownWasm<"Memory">;
export type WasmInstance = KnownWasm<"Instance">;
export type WasmExports = WasmInstance extends { readonly exports: infer Exports } ? Exports : Record<string, unknown>;
// biome-ignore lint/suspicious/noExplicitAny: what an import may be differs between the libraries that have the type
export type WasmImports = Record<string, Record<string, any>>;
