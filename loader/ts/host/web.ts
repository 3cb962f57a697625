// Types of the web, as the project that uses the package has them. A project without TypeScript's library `dom` and
// without Node's types has none of these names: there they are the little that such code can have of them anyway.

type Known<Name extends string, Otherwise = never> =
  typeof globalThis extends Record<Name, { prototype: infer Type }> ? Type : Otherwise;
type KnownWasm<Name extends string> = typeof globalThis extends {
  WebAssembly: Record<Name, { prototype: infer Type }>;
}
  ? Type
  : object;

/** The class of addresses. */
export type Url = Known<"URL">;
/** What fetch() resolves with. */
export type FetchResponse = Known<"Response">;
/** What a handler gets. */
export type FetchRequest = Known<"Request">;
/** A stream of chunks. */
export type ByteStream = Known<"ReadableStream">;
/** What ends an operation. */
export type Signal = Known<"AbortSignal", { readonly aborted: boolean }>;
/** Bytes in memory. */
export type Bytes = ArrayBuffer | ArrayBufferView;

/** A compiled module. */
export type WasmModule = KnownWasm<"Module">;
/** A linear memory. */
export type WasmMemory = KnownWasm<"Memory">;
/** An instance of a module. */
export type WasmInstance = KnownWasm<"Instance">;
/** What an instance exports. */
export type WasmExports = WasmInstance extends { readonly exports: infer Exports } ? Exports : Record<string, unknown>;
/** What an instance is given, by module and name. */
// biome-ignore lint/suspicious/noExplicitAny: what an import may be differs between the libraries that have the type
export type WasmImports = Record<string, Record<string, any>>;
