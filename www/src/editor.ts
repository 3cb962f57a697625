// The editor: what is typed is transformed as soon as the typist pauses.

import { element } from "./element.js";
import type { EsbuildService } from "./esbuild/service.js";
import { flags, readOptions } from "./flags.js";
import { formatBytes, formatDuration } from "./format.js";
import { highlight } from "./highlight.js";
import { showFault, showMessages } from "./messages.js";

const sample = `import { useState } from "react";

interface Props {
  name: string;
  start?: number;
}

/** Every keystroke here is compiled by Go. */
export function Counter({ name, start = 0 }: Props) {
  const [count, setCount] = useState<number>(start);
  const label = count === 1 ? "time" : \`times\`;

  return (
    <button onClick={() => setCount(count + 1)}>
      Hello {name ?? "Gopher"}, you clicked {count} {label}
    </button>
  );
}
`;

/** Milliseconds without a keystroke after which the text is transformed. */
const pause = 80;

/** Where the text outlives a reload of the page. */
const draftKey = "gowasp.draft";

const source = element("source", HTMLTextAreaElement);
const sourceView = element("source-view", HTMLElement);
const sourceSize = element("source-size", HTMLElement);
const form = element("options", HTMLFormElement);
const result = element("result", HTMLElement);
const resultInfo = element("result-info", HTMLElement);
const messages = element("messages", HTMLElement);

/** Makes the editor usable at once; it transforms when the service is there. */
export class Editor {
  #service: EsbuildService | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #latest = 0;

  constructor() {
    source.value = sessionStorage.getItem(draftKey) ?? sample;
    this.#showSource();
    source.addEventListener("input", () => {
      this.#showSource();
      sessionStorage.setItem(draftKey, source.value);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#transform(), pause);
    });
    form.addEventListener("change", () => this.#transform());
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  /** From now on texts are transformed, beginning with the one that is there. */
  connect(service: EsbuildService): void {
    this.#service = service;
    this.#transform();
  }

  async #transform(): Promise<void> {
    if (!this.#service) return;
    const turn = ++this.#latest;
    const begin = performance.now();
    try {
      const { code, errors, warnings } = await this.#service.transform(source.value, flags(readOptions(form)));
      // An answer that a later text has overtaken is of no interest.
      if (turn !== this.#latest) return;
      showMessages(messages, source, errors, warnings);
      result.parentElement?.classList.toggle("outdated", errors.length > 0);
      if (errors.length > 0) {
        resultInfo.textContent = "not compiled";
        return;
      }
      highlight(result, code);
      resultInfo.textContent = `${formatBytes(utf8Size(code))} in ${formatDuration(performance.now() - begin)}`;
    } catch (error) {
      if (turn === this.#latest) showFault(messages, error);
    }
  }

  #showSource(): void {
    // The line break keeps the last, empty line as high as the textarea's.
    highlight(sourceView, `${source.value}\n`);
    sourceSize.textContent = formatBytes(utf8Size(source.value));
  }
}

const utf8Size = (text: string) => new TextEncoder().encode(text).length;
