/** A script, bundled, as text: see scripts/demo/page.mjs. */
declare module "*?text" {
  const text: string;
  export default text;
}
