// Where the module comes from: dropped, chosen, or a sample that this page's server has.

import { element } from "../element.js";
import type { Problem } from "./messages.js";

/** A file to optimize. */
export interface Source {
  name: string;
  file: Blob;
  /** What to run it with. */
  args: string;
  stdin: string;
}

interface Sample {
  name: string;
  /** Finds the module's address. */
  url: () => Promise<string>;
  args: string;
  stdin: string;
}

const esbuildInput = `import { useState } from "react";

export const Counter = ({ start = 0 }: { start?: number }) => {
  const [count, setCount] = useState<number>(start);
  return <button onClick={() => setCount(count + 1)}>{count ?? "none"}</button>;
};
`;

const samples: Record<string, Sample> = {
  esbuild: {
    name: "esbuild.wasm",
    url: async () => {
      const { module } = await (await answered("original/app.json")).json();
      return `original/${module.url}`;
    },
    args: "--loader=tsx --target=es2017 --jsx=automatic",
    stdin: esbuildInput,
  },
  astro: { name: "astro.wasm", url: async () => "samples/astro.wasm", args: "", stdin: "" },
};

const zone = element("drop", HTMLElement);
const picker = element("file", HTMLInputElement);

/** Calls back for each file that the reader gives, and for each that is none. */
export function onSource(take: (source: Source) => void, refuse: (problem: Problem) => void): void {
  const give = (files: ArrayLike<File>) => {
    const [file] = Array.from(files);
    if (!file) return;
    if (files.length > 1) refuse({ message: `These are ${files.length} files.`, hint: "Give one .wasm at a time." });
    else take({ name: file.name, file, args: "", stdin: "" });
  };
  picker.addEventListener("change", () => {
    give(picker.files ?? []);
    // The same file, built again, can be chosen again.
    picker.value = "";
  });
  listenForDrops(give, refuse);
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-sample]")) {
    const sample = samples[button.dataset.sample ?? ""];
    if (sample)
      button.addEventListener("click", () => fetchSample(sample).then(take, (error) => refuse(missing(error))));
  }
}

/** Takes drops anywhere on the page: a browser would leave the page for what is dropped beside the zone. */
function listenForDrops(give: (files: ArrayLike<File>) => void, refuse: (problem: Problem) => void): void {
  const mark = (over: boolean) => zone.classList.toggle("over", over);
  addEventListener("dragover", (event) => {
    event.preventDefault();
    mark(true);
  });
  addEventListener("dragleave", ({ relatedTarget }) => {
    if (!relatedTarget) mark(false);
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    const items = Array.from(event.dataTransfer?.items ?? []);
    const folder = items.map((item) => item.webkitGetAsEntry()).find((entry) => entry?.isDirectory);
    if (folder) refuse({ message: `“${folder.name}” is a folder.`, hint: "Drop the .wasm file that is in it." });
    else if (event.dataTransfer?.files.length) give(event.dataTransfer.files);
    else refuse({ message: "That is no file.", hint: "Drop a .wasm file, as go build writes it." });
  });
}

async function fetchSample({ name, url, args, stdin }: Sample): Promise<Source> {
  return { name, file: await (await answered(await url())).blob(), args, stdin };
}

async function answered(url: string): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return response;
}

const missing = (error: Error): Problem => ({
  message: `The sample could not be fetched: ${error.message}`,
  hint: "Drop a file of your own.",
});
