// The table of ways to start: one row each, with what was measured and a button that reloads the page that way.

import { element } from "./element.js";
import { formatBytes, formatDuration } from "./format.js";
import { type Measurement, measurements, median, remember } from "./measurements.js";
import { type Choice, type Route, routes } from "./routes.js";
import type { Timing } from "./start.js";

/** How often the page has been reloaded in vain to find caches filled. */
const triesKey = "gowasp.tries";
const mostTries = 3;
/** Milliseconds that browsers take to write their caches, of modules and of compiled code, with some to spare. */
const timeToKeep = 1500;

const rows = element("starts-rows", HTMLElement);
const speed = element("speed", HTMLSelectElement);

/** Shows the table with what was measured before. */
export function showStarts(choice: Choice): void {
  speed.value = String(choice.speed);
  const measured = measurements();
  const slowest = Math.max(...Object.values(measured).map(median), 1);
  rows.replaceChildren(...routes.map((route) => row(route, measured[route.key], slowest, choice)));
}

/**
 * Keeps a measurement. One of a next visit that found nothing kept is none: it has only filled the cache, and the
 * page is loaded again.
 */
export function record(choice: Choice, timing: Timing): void {
  const { route } = choice;
  if (route.keptIn && !cameFrom(route.keptIn, timing)) {
    const tries = Number(sessionStorage.getItem(triesKey) ?? 0);
    if (!choice.asked || tries >= mostTries) return;
    sessionStorage.setItem(triesKey, String(tries + 1));
    setTimeout(() => location.reload(), timeToKeep);
    return;
  }
  sessionStorage.removeItem(triesKey);
  remember(choice, timing);
  showStarts(choice);
}

function cameFrom(cache: "http-cache" | "cache-api", { via, transferred }: Timing): boolean {
  return cache === "cache-api" ? via === "cache" : transferred === 0;
}

function row(route: Route, measured: Measurement | undefined, slowest: number, choice: Choice): HTMLTableRowElement {
  const line = document.createElement("tr");
  line.dataset.route = route.key;
  if (choice.asked && choice.route === route) line.setAttribute("aria-current", "true");

  const head = document.createElement("th");
  head.scope = "row";
  head.append(route.label, span("how", route.how));
  const bytes = document.createElement("td");
  bytes.className = "number";
  bytes.textContent = measured ? formatBytes(measured.transferred) : "–";
  const action = document.createElement("td");
  action.append(button(route, measured !== undefined));
  line.append(head, bytes, time(measured, slowest), action);
  return line;
}

function time(measured: Measurement | undefined, slowest: number): HTMLTableCellElement {
  const cell = document.createElement("td");
  cell.className = "number time";
  if (!measured) {
    cell.textContent = "–";
    return cell;
  }
  const { totals, speed: megabits } = measured;
  const notes = [
    ...(totals.length > 1 ? [`median of ${totals.length}`] : []),
    ...(megabits > 0 ? [`${megabits} Mbit/s`] : []),
  ];
  const meter = span("meter", "");
  meter.style.width = `${(median(measured) / slowest) * 100}%`;
  cell.append(span("note", notes.join(", ")), " ", formatDuration(median(measured)), meter);
  return cell;
}

function button(route: Route, isMeasured: boolean): HTMLButtonElement {
  const action = document.createElement("button");
  action.type = "button";
  action.textContent = isMeasured ? "Again" : "Measure";
  action.setAttribute("aria-label", `${action.textContent}: ${route.label}`);
  action.addEventListener("click", () => reload(route));
  return action;
}

function span(className: string, text: string): HTMLSpanElement {
  const made = document.createElement("span");
  made.className = className;
  made.textContent = text;
  return made;
}

function reload(route: Route): void {
  const query = new URLSearchParams({ start: route.key });
  if (route.throttled && speed.value !== "0") query.set("speed", speed.value);
  location.assign(`?${query}#starts`);
}
