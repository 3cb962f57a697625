// The table of ways to start: one row each, with the last measurement and a button that reloads the page that way.

import { element } from "./element.js";
import { formatBytes, formatDuration } from "./format.js";
import { type Choice, type Route, routes } from "./routes.js";
import type { Timing } from "./start.js";

/** Where measurements outlive the reloads that make them. */
const storeKey = "gowasp.starts";
/** Which route was reloaded to be measured with warm caches. */
const retryKey = "gowasp.retry";

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
 * Keeps a measurement. A repeated visit that found nothing kept is not one: the page is loaded once more.
 *
 * @returns false when the page is being reloaded
 */
export function record(choice: Choice, timing: Timing): boolean {
  const { route } = choice;
  const wasKept = timing.transferred === 0;
  if (route.repeat && !wasKept) {
    const again = choice.asked && sessionStorage.getItem(retryKey) !== route.key;
    if (!again) return true;
    sessionStorage.setItem(retryKey, route.key);
    location.reload();
    return false;
  }
  sessionStorage.removeItem(retryKey);
  const measured = { ...read(), [route.key]: { ...timing, speed: route.throttled ? choice.speed : 0 } };
  sessionStorage.setItem(storeKey, JSON.stringify(measured));
  showStarts(choice);
  return true;
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
