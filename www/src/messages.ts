// esbuild's errors and warnings below the editor; a click moves the cursor to the place.

import type { Message } from "./esbuild/service.js";

/** Shows the messages in a list and marks the editor as invalid when there are errors. */
export function showMessages(
  list: HTMLElement,
  source: HTMLTextAreaElement,
  errors: Message[],
  warnings: Message[],
): void {
  list.replaceChildren(
    ...errors.map((message) => item(message, "error", source)),
    ...warnings.map((message) => item(message, "warning", source)),
  );
  source.setAttribute("aria-invalid", String(errors.length > 0));
}

/** A failure that is not in the source, such as a program that has ended. */
export function showFault(list: HTMLElement, error: unknown): void {
  const entry = document.createElement("li");
  entry.className = "error";
  entry.textContent = error instanceof Error ? error.message : String(error);
  list.replaceChildren(entry);
}

function item({ text, location }: Message, kind: "error" | "warning", source: HTMLTextAreaElement): HTMLLIElement {
  const entry = document.createElement("li");
  entry.className = kind;
  const head = document.createElement("strong");
  head.textContent = `${kind === "error" ? "Error" : "Warning"}: ${text}`;
  entry.append(head);
  if (!location) return entry;

  const { line, lineText, length } = location;
  const column = utf16Length(lineText, location.column);
  const marked = Math.max(1, utf16Length(lineText.slice(column), length));
  const place = document.createElement("button");
  place.type = "button";
  place.className = "quiet place";
  place.textContent = `line ${line}, column ${column + 1}`;
  place.addEventListener("click", () => select(source, line, column, marked));
  const excerpt = document.createElement("pre");
  const mark = document.createElement("mark");
  mark.textContent = lineText.slice(column, column + marked) || " ";
  excerpt.append(lineText.slice(0, column), mark, lineText.slice(column + marked));
  entry.append(place, excerpt);
  return entry;
}

/** esbuild counts bytes of UTF-8, the page counts UTF-16 code units. */
function utf16Length(text: string, bytes: number): number {
  return new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, bytes)).length;
}

function select(source: HTMLTextAreaElement, line: number, column: number, length: number): void {
  const before = source.value.split("\n", line - 1).join("\n");
  const start = before.length + (line > 1 ? 1 : 0) + column;
  source.focus();
  source.setSelectionRange(start, start + length);
}
