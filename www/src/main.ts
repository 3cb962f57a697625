// The demo page: starts esbuild, shows how that goes, and connects it to the editor.

import { Editor } from "./editor.js";
import { element } from "./element.js";
import { esbuildVersion } from "./esbuild/service.js";
import { highlight } from "./highlight.js";
import { choose, manifestUrl } from "./routes.js";
import { showSizes } from "./sizes.js";
import { start } from "./start.js";
import { record, showStarts } from "./starts.js";
import { onCancel, showFailure, showProgress, showReady } from "./status.js";
import { showUpdate } from "./update.js";

element("esbuild-version", HTMLElement).textContent = esbuildVersion;
for (const code of document.querySelectorAll<HTMLElement>("code.highlighted")) highlight(code, code.textContent ?? "");

const choice = choose(new URLSearchParams(location.search));
const editor = new Editor();
showStarts(choice);

const stop = new AbortController();
onCancel(() => stop.abort());
try {
  const { service, timing } = await start(manifestUrl(choice), {
    cache: choice.route.cache,
    signal: stop.signal,
    onProgress: showProgress,
  });
  showReady(timing);
  editor.connect(service);
  record(choice, timing);
} catch (error) {
  showFailure(error);
}
// After the program, so as not to compete with it for the network.
await Promise.all([showSizes("app/sizes.json"), showUpdate()]);
