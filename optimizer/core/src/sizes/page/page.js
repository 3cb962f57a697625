// The map of `gowasp inspect --html`. It is part of the page, and runs alone: no network, no storage.

// What the page was written with: see `page.rs`.
const element = (id) => document.getElementById(id);
const colours = {
  code: "#0b7199",
  pclntab: "#4f7285",
  types: "#7450b0",
  itabs: "#9c469f",
  strings: "#2b7d50",
  embeds: "#a8620a",
  unicode: "#ad4153",
  crypto: "#85602c",
  bitmaps: "#5d6673",
  data: "#1f7a78",
  debug: "#6f6a5e",
  module: "#44586a",
};

const inline = element("data").textContent;
if (inline.startsWith("{")) start(JSON.parse(inline));
else addEventListener("message", take);

/** The playground has this page in a frame, and hands the data over. */
function take({ data, source }) {
  if (source !== parent) return;
  removeEventListener("message", take);
  start(data);
}

function start(data) {
  const state = {
    measure: data.compressed === undefined ? "raw" : "compressed",
    group: "package",
    hidden: new Set(),
    search: "",
    path: [],
    chosen: -1,
    shown: 100,
  };
  let root = build();
  let tiles = [];

  element("title").textContent = data.name;
  document.title = `Sizes of ${data.name}`;
  element("about").textContent = about();
  element("measures").hidden = data.compressed === undefined;

  element("controls").addEventListener("submit", (event) => event.preventDefault());
  element("controls").addEventListener("change", ({ target }) => {
    if (target.type !== "radio") return;
    state[target.name] = target.value;
    if (target.name === "group") state.path = [];
    rebuild();
  });
  element("search").addEventListener("input", ({ target }) => {
    state.search = target.value.trim().toLowerCase();
    rebuild();
  });
  element("more").addEventListener("click", () => {
    state.shown *= 4;
    list();
  });
  const map = element("map");
  map.addEventListener("click", (event) => open(under(event)));
  map.addEventListener("pointermove", (event) => tell(under(event), event));
  map.addEventListener("pointerleave", () => tell());
  map.addEventListener("keydown", keydown);
  addEventListener("keydown", ({ key }) => key === "Escape" && document.activeElement !== element("search") && back());
  new ResizeObserver(draw).observe(map);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  render();

  function about() {
    const sizes = [`${grouped(data.bytes)} bytes`];
    if (data.compressed !== undefined) sizes.push(`${grouped(data.compressed)} by brotli`);
    return [data.release, ...sizes].filter(Boolean).join(" · ");
  }

  /** The tree: packages, kinds, items, or kinds, packages, items. */
  function build() {
    const top = { name: "all", size: 0, children: new Map() };
    for (const [name, packageNumber, kindNumber, raw, compressed] of data.items) {
      const [packageName, kind] = [data.packages[packageNumber], data.kinds[kindNumber]];
      const size = state.measure === "raw" ? raw : compressed;
      if (state.hidden.has(kind) || size <= 0) continue;
      const text = data.names[name];
      const found =
        state.search === "" ||
        text.toLowerCase().includes(state.search) ||
        packageName.toLowerCase().includes(state.search);
      if (!found) continue;
      let node = top;
      node.size += size;
      for (const step of state.group === "package" ? [packageName, kind] : [kind, packageName]) {
        if (!node.children.has(step)) node.children.set(step, { name: step, size: 0, kind, children: new Map() });
        node = node.children.get(step);
        node.size += size;
      }
      const label = within(packageName, text);
      node.children.set(`${text}\n${node.children.size}`, { name: text, label, size, kind, of: packageName });
    }
    return sorted(top);
  }

  function sorted(node) {
    if (!node.children) return node;
    const children = [...node.children.values()].map(sorted).sort((a, b) => b.size - a.size);
    const main = children.reduce((most, child) => (child.size > (most?.size ?? 0) ? child : most), undefined);
    // A package has the colour of what it has most of.
    return { ...node, children, kind: state.group === "package" ? main?.kind : node.kind };
  }

  function rebuild() {
    root = build();
    render();
  }

  /** The node that is shown: as much of the path as there is. */
  function current() {
    let node = root;
    const path = [];
    for (const name of state.path) {
      const next = node.children?.find((child) => child.name === name && child.children);
      if (!next) break;
      node = next;
      path.push(name);
    }
    state.path = path;
    return node;
  }

  function render() {
    state.chosen = -1;
    state.shown = 100;
    crumbs();
    legend();
    list();
    draw();
    tell();
  }

  function crumbs() {
    const node = current();
    const names = ["all", ...state.path];
    element("path").replaceChildren(
      ...names.map((name, depth) => {
        const item = document.createElement("li");
        if (depth === names.length - 1) {
          item.textContent = name;
          item.setAttribute("aria-current", "true");
        } else {
          item.append(
            button(name, () => {
              state.path = state.path.slice(0, depth);
              render();
            }),
          );
        }
        return item;
      }),
    );
    const share = percent(node.size, total());
    element("found").textContent =
      `${grouped(node.size)} bytes, ${share}${state.search ? ` match “${state.search}”` : ""}`;
  }

  function total() {
    return state.measure === "raw" ? data.bytes : data.compressed;
  }

  function legend() {
    element("kinds").replaceChildren(
      ...data.kinds.map((kind) => {
        const item = document.createElement("li");
        const toggle = button("", () => {
          if (!state.hidden.delete(kind)) state.hidden.add(kind);
          rebuild();
          element("kinds").querySelectorAll("button")[data.kinds.indexOf(kind)].focus();
        });
        toggle.append(dot(kind), kind);
        toggle.setAttribute("aria-pressed", String(!state.hidden.has(kind)));
        item.append(toggle);
        return item;
      }),
    );
  }

  function list() {
    const node = current();
    const children = node.children ?? [];
    const levels = state.group === "package" ? ["Package", "Kind", "Name"] : ["Kind", "Package", "Name"];
    element("what").textContent = levels[Math.min(state.path.length, 2)];
    element("rows").replaceChildren(
      ...children.slice(0, state.shown).map((child, number) => {
        const row = document.createElement("tr");
        row.classList.toggle("chosen", number === state.chosen);
        const name = document.createElement("td");
        const line = document.createElement("div");
        const text = child.children ? button(child.name, () => open(child)) : document.createElement("span");
        text.textContent = child.label ?? child.name;
        line.append(dot(child.kind), text);
        name.append(line);
        row.append(name, cell(grouped(child.size)), cell(percent(child.size, node.size)));
        row.addEventListener("pointerenter", () => choose(number, true));
        return row;
      }),
    );
    const rest = children.length - state.shown;
    element("more").hidden = rest <= 0;
    element("more").textContent = `Show more of ${grouped(rest)}`;
  }

  function draw() {
    const box = map.getBoundingClientRect();
    const scale = devicePixelRatio || 1;
    const [width, height] = [Math.max(1, Math.round(box.width)), Math.max(1, Math.round(box.height))];
    if (map.width !== width * scale || map.height !== height * scale) {
      map.width = width * scale;
      map.height = height * scale;
    }
    const context = map.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    tiles = [];
    const node = current();
    const surface = getComputedStyle(document.documentElement).getPropertyValue("--sunken");
    paint(context, node, { x: 0, y: 0, width, height }, 0, surface);
    const parts = (node.children ?? []).slice(0, 5).map((child) => `${child.name} ${percent(child.size, node.size)}`);
    map.setAttribute("aria-label", `${state.path.at(-1) ?? data.name}: ${parts.join(", ")}`);
  }

  /** Paints the children of a node into a box, and theirs as long as there is room. */
  function paint(context, node, box, depth, surface) {
    for (const [child, tile] of squarify(node.children ?? [], node.size, box)) {
      if (tile.width < 1.5 || tile.height < 1.5) continue;
      if (depth === 0) tiles.push({ node: child, ...tile });
      const gap = depth === 0 ? 1.5 : 0.5;
      const inner = {
        x: tile.x + gap,
        y: tile.y + gap,
        width: tile.width - 2 * gap,
        height: tile.height - 2 * gap,
      };
      if (inner.width <= 0 || inner.height <= 0) continue;
      context.fillStyle = colours[child.kind] ?? "#666";
      context.fillRect(inner.x, inner.y, inner.width, inner.height);
      const nested = child.children && depth < 2 && inner.width > 26 && inner.height > 30;
      if (nested) {
        const head = inner.width > 44 ? 19 : 3;
        // The head of a group is a little darker than what is in it.
        context.fillStyle = "rgb(0 0 0 / 22%)";
        context.fillRect(inner.x, inner.y, inner.width, inner.height);
        if (head > 3) label(context, child, { ...inner, height: head }, true);
        paint(
          context,
          child,
          { x: inner.x + 2, y: inner.y + head, width: inner.width - 4, height: inner.height - head - 2 },
          depth + 1,
          surface,
        );
      } else if (inner.width > 34 && inner.height > 15) {
        label(context, child, inner, depth === 0);
      }
      if (depth === 0 && tiles.length - 1 === state.chosen) {
        context.strokeStyle = "#fff";
        context.lineWidth = 3;
        context.strokeRect(inner.x + 1.5, inner.y + 1.5, inner.width - 3, inner.height - 3);
      }
    }
  }

  function label(context, node, box, strong) {
    context.save();
    context.beginPath();
    context.rect(box.x, box.y, box.width, box.height);
    context.clip();
    context.fillStyle = "#fff";
    context.font = `${strong ? "600 12px" : "11px"} ${getComputedStyle(document.body).fontFamily}`;
    context.textBaseline = "middle";
    const text = fitted(context, node.label ?? node.name, box.width - 10);
    context.fillText(text, box.x + 5, box.y + Math.min(box.height / 2, 10));
    if (box.height > 34) {
      context.globalAlpha = 0.85;
      context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
      context.fillText(short(node.size), box.x + 5, box.y + 25);
    }
    context.restore();
  }

  /** The end of a path says more than its beginning. */
  function fitted(context, name, width) {
    if (context.measureText(name).width <= width) return name;
    const last = name.slice(name.lastIndexOf("/") + 1);
    let text = last;
    while (text.length > 1 && context.measureText(`${text}…`).width > width) text = text.slice(0, -1);
    return text === last ? last : `${text}…`;
  }

  function under(event) {
    const box = map.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const tile = tiles.find((t) => x >= t.x && x < t.x + t.width && y >= t.y && y < t.y + t.height);
    return tile?.node;
  }

  function open(node) {
    if (!node?.children) return;
    state.path.push(node.name);
    // A level with one child says nothing.
    let only = current();
    while (only.children?.length === 1 && only.children[0].children) {
      state.path.push(only.children[0].name);
      only = current();
    }
    render();
  }

  function back() {
    if (state.path.length === 0) return;
    state.path.pop();
    render();
  }

  function choose(number, quiet) {
    state.chosen = number;
    draw();
    for (const [place, row] of [...element("rows").children].entries())
      row.classList.toggle("chosen", place === number);
    if (!quiet) tell(tiles[number]?.node);
  }

  function keydown(event) {
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    if (event.key in steps && tiles.length > 0) {
      choose(
        (state.chosen + steps[event.key] + tiles.length + (state.chosen < 0 && steps[event.key] < 0 ? 1 : 0)) %
          tiles.length,
      );
    } else if (event.key === "Enter" || event.key === " ") {
      open(tiles[state.chosen]?.node);
    } else if (event.key === "Backspace") {
      back();
    } else return;
    event.preventDefault();
  }

  function tell(node, event) {
    const tip = element("tip");
    if (!node) {
      tip.replaceChildren();
      return;
    }
    const name = document.createElement("strong");
    name.textContent = node.name;
    const from = node.of && node.of !== node.name ? `${node.of} · ` : "";
    tip.replaceChildren(name, `${from}${grouped(node.size)} bytes, ${percent(node.size, total())}`);
    const tile = tiles.find((t) => t.node === node);
    const box = map.getBoundingClientRect();
    const [x, y] = event ? [event.clientX - box.left, event.clientY - box.top] : [tile?.x ?? 0, (tile?.y ?? 0) + 20];
    tip.style.left = `${Math.max(0, Math.min(x + 14, box.width - tip.offsetWidth - 4))}px`;
    tip.style.top = `${Math.max(0, y + 18 + tip.offsetHeight > box.height ? y - tip.offsetHeight - 10 : y + 18)}px`;
  }
}

/** Places of children in a box, by area, as close to squares as it gets (Bruls, Huizing and van Wijk, 2000). */
function squarify(children, size, box) {
  const placed = [];
  let { x, y, width, height } = box;
  if (size <= 0 || width <= 0 || height <= 0) return placed;
  const scale = (width * height) / size;
  let row = [];
  let sum = 0;
  const worst = (first, last, area, side) => {
    const square = area * area;
    return Math.max((side * side * first) / square, square / (side * side * last));
  };
  const flush = () => {
    if (row.length === 0) return;
    const upright = width >= height;
    const thick = sum / (upright ? height : width);
    let at = upright ? y : x;
    for (const [child, area] of row) {
      const long = thick > 0 ? area / thick : 0;
      placed.push([
        child,
        upright ? { x, y: at, width: thick, height: long } : { x: at, y, width: long, height: thick },
      ]);
      at += long;
    }
    if (upright) {
      x += thick;
      width -= thick;
    } else {
      y += thick;
      height -= thick;
    }
    row = [];
    sum = 0;
  };
  for (const child of children) {
    const area = child.size * scale;
    // What cannot be seen need not be placed.
    if (area < 0.4) break;
    const side = Math.min(width, height);
    const first = row[0]?.[1] ?? area;
    if (row.length > 0 && worst(first, area, sum + area, side) > worst(first, row.at(-1)[1], sum, side)) flush();
    row.push([child, area]);
    sum += area;
  }
  flush();
  return placed;
}

/** A name without that of its package, which is around it. */
function within(packageName, name) {
  if (name.startsWith(`${packageName}.`)) return name.slice(packageName.length + 1);
  const short = `${packageName.slice(packageName.lastIndexOf("/") + 1)}.`;
  const stars = name.match(/^\**/)?.[0] ?? "";
  const rest = name.slice(stars.length);
  return rest.startsWith(short) ? stars + rest.slice(short.length) : name;
}

function button(text, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", action);
  return made;
}

function dot(kind) {
  const made = document.createElement("span");
  made.className = "dot";
  made.style.background = colours[kind] ?? "#666";
  made.setAttribute("aria-hidden", "true");
  return made;
}

function cell(text) {
  const made = document.createElement("td");
  made.className = "number";
  made.textContent = text;
  return made;
}

function grouped(number) {
  return Math.round(number).toLocaleString("en");
}

function short(bytes) {
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return bytes >= 1e3 ? `${(bytes / 1e3).toFixed(bytes < 1e4 ? 1 : 0)} kB` : `${Math.round(bytes)} B`;
}

function percent(part, whole) {
  if (!whole) return "–";
  const share = (part * 100) / whole;
  return share > 0 && share < 0.1 ? "< 0.1 %" : `${share.toFixed(1)} %`;
}
