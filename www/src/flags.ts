// The options beside the editor, as esbuild's command-line flags.

/** The controls of the form that are on the page. */
export interface TransformOptions {
  target: string;
  jsx: string;
  format: string;
  minify: boolean;
  sourcemap: boolean;
}

/** Reads the form. */
export function readOptions(form: HTMLFormElement): TransformOptions {
  const data = new FormData(form);
  return {
    target: String(data.get("target")),
    jsx: String(data.get("jsx")),
    format: String(data.get("format")),
    minify: data.has("minify"),
    sourcemap: data.has("sourcemap"),
  };
}

/** Flags for one transform. */
export function flags({ target, jsx, format, minify, sourcemap }: TransformOptions): string[] {
  return [
    "--loader=tsx",
    "--sourcefile=input.tsx",
    "--charset=utf8",
    `--target=${target}`,
    `--jsx=${jsx}`,
    `--format=${format}`,
    ...(minify ? ["--minify"] : []),
    ...(sourcemap ? ["--sourcemap=inline"] : []),
  ];
}
