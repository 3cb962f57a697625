// Pages that load themselves again when a file of the folder changes.

import { watch } from "node:fs";

/** Where a page listens. No file is there: names that begin with a dot are never served. */
export const reloadPath = "/.gowasp/reload";

/** What every page gets at its end. */
export const reloadScript = `\n<script>new EventSource("${reloadPath}").onmessage = () => location.reload();</script>\n`;

/** A build writes many files: the page waits until it has been quiet for so long. */
const quietMs = 150;

/**
 * Watches folders for as long as the server runs.
 *
 * @param {string[]} folders
 */
export function watchForChanges(folders) {
  /** @type {Set<import("node:http").ServerResponse>} */
  const pages = new Set();
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      for (const page of pages) page.write("data: changed\n\n");
    }, quietMs);
    timer.unref();
  };
  const watchers = folders.map((folder) => {
    const watcher = watch(folder, { recursive: true }, changed);
    // A folder that goes away is no reason to end: what is left is served.
    watcher.on("error", () => watcher.close());
    return watcher;
  });
  return {
    /** Answers the request of a page that wants to hear of changes. */
    listen(/** @type {import("node:http").ServerResponse} */ response) {
      response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
      response.write(": waiting\n\n");
      pages.add(response);
      response.on("close", () => pages.delete(response));
    },
    close() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}
