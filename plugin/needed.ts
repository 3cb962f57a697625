// Files of the loader that a script asks for by their place, for bundlers that leave them where they are.

import { readFile } from "node:fs/promises";
import { posix } from "node:path";

const FILES = ["decoder_bg.wasm", "worker.js"];

/**
 * @param script the name of a script, with folders
 * @param code what is in it
 * @returns names, beside the script, and contents
 */
export async function neededBy(script: string, code: string): Promise<[name: string, bytes: Buffer][]> {
  const asked = FILES.filter((file) => {
    // As minifiers may have written it.
    const place = new RegExp(`new URL\\(["'\`]\\./${file.replace(".", "\\.")}["'\`],\\s*import\\.meta\\.url\\)`);
    return place.test(code);
  });
  const files = asked.map(async (file): Promise<[string, Buffer]> => {
    const bytes = await readFile(new URL(`../${file}`, import.meta.url));
    return [posix.join(posix.dirname(script.replaceAll("\\", "/")), file), bytes];
  });
  return Promise.all(files);
}
