/**
 * The functions that every program for `GOOS=js` exports to its host; all others are what it offers (go:wasmexport).
 */
export const HOST_EXPORTS = ["run", "resume", "getsp"];
