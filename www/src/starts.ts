// The table of ways to start: one row each, with the last measurement and a button that reloads the page that way.

import { element } from "./element.js";
import { formatBytes, formatDuration } from "./format.js";
import { type Choice, type Route, routes } from "./routes.js";
import type { Timing } from "./start.js";

/** Where measurements outlive the reloads that make them. */
const storeKey = "gowasp.starts";
/** How often the page has been reloaded in vain to find caches filled. */
const triesKey = "gowasp.tries";
const mostTries = 3;
/** Milliseconds that browsers take to write their caches, of modules and of compiled code, with some to spare. */
const timeToKeep = 1500;

interface Measurement extends Timing {
  speed: number;
}

const rows = element("starts-rows", HTMLElement);
const speed = element("speed", HTMLSelectElement);

/** Shows the table with what was measured before. */
export function showStarts(choice: Choice): void {
  speed.value = String(choice.speed);
  const measured = read();
  const slowest = Math.max(...Object.values(measured).map(({ total }) => total), 1);
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
  const measured = { ...read(), [route.key]: { ...timing, speed: route.throttled ? choice.speed : 0 } };
  sessionStorage.setItem(storeKey, JSON.stringify(measured));
  showStarts(choice);
}

function cameFrom(cache: "http-cache" | "cache-api", { via, transferred }: Timing): boolean {
  return cache === "cache-api" ? via === "cache" : transferred === 0;
}

function read(): Record<string, Measurement> {
  try {
    return JSON.parse(sessionStorage.getItem(storeKey) ?? "{}");
  } catch {
    return {};
  }
}

function row(route: Route, measured: Measurement | undefined, slowest: number, choice: Choice): HTMLTableRowElement {
  const line = document.createElement("tr");
  line.dataset.route = route.key;
  const head = document.createElement("th");
  head.scope = "row";
  const how = document.createElement("span");
  how.textContent = route.how;
  head.append(route.label, how);

  const bytes = document.createElement("td");
  bytes.className = "number";
  bytes.textContent = measured ? formatBytes(measured.transferred) : "–";

  const time = document.createElement("td");
  time.className = "number time";
  time.textContent = measured ? formatDuration(measured.total) : "–";
  if (measured) {
    const meter = document.createElement("span");
    meter.className = "meter";
    meter.style.width = `${(measured.total / slowest) * 100}%`;
    time.append(meter);
    if (measured.speed > 0) time.title = `at ${measured.speed} Mbit/s`;
  }

  const action = document.createElement("td");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = measured ? "Again" : "Measure";
  button.setAttribute("aria-label", `${button.textContent}: ${route.label}`);
  button.addEventListener("click", () => reload(route));
  if (choice.asked && choice.route === route) line.setAttribute("aria-current", "true");
  action.append(button);
  line.append(head, bytes, time, action);
  return line;
}

function reload(route: Route): void {
  const query = new URLSearchParams({ start: route.key });
  if (route.throttled && speed.value !== "0") query.set("speed", speed.value);
  location.assign(`?${query}#starts`);
}
