// The strip of tiles. What is written comes from `data` as text, never as markup. A click chooses a metric; the strip shows
// it at once, and the chart follows with the next run.

const SVG = "http://www.w3.org/2000/svg";

const shown = new WeakMap(); // what each strip shows, but for which tile is chosen

export default function render({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".tiles");
  root.classList.toggle("dark", isDark(root));
  const wanted = JSON.stringify([data.tiles, data.leads]);
  if (shown.get(root) !== wanted) build(root, data);
  shown.set(root, wanted);
  for (const tile of root.children) {
    if (data.leads) tile.setAttribute("aria-pressed", String(tile.dataset.name === data.chosen));
    tile.onclick = data.leads ? () => choose(root, tile, setTriggerValue) : null;
  }
}

function choose(root, tile, setTriggerValue) {
  for (const other of root.children) other.setAttribute("aria-pressed", String(other === tile));
  setTriggerValue("chosen", tile.dataset.name);
}

function build(root, data) {
  root.style.setProperty("--count", data.tiles.length);
  const focused = root.getRootNode().activeElement?.dataset?.name;
  root.replaceChildren(
    ...data.tiles.map((tile) => {
      const button = element(data.leads ? "button" : "div", "tile");
      if (data.leads) button.type = "button";
      button.dataset.name = tile.name;
      button.title = tile.help;
      button.append(element("span", "label", tile.label));
      button.append(element("span", tile.value.length > 9 ? "value long" : "value", tile.value));
      if (tile.change) button.append(element("span", `change ${tile.tone}`, tile.change));
      for (const note of tile.notes) button.append(element("span", "note", note));
      if (tile.line) button.append(sparkline(tile.line));
      return button;
    }),
  );
  if (focused) root.querySelector(`[data-name="${CSS.escape(focused)}"]`)?.focus();
  // The page keeps room until the strip is there, and as much as a comparison needs: without one it would stay empty.
  (root.getRootNode().host ?? root).closest(".st-key-tiles")?.style.setProperty("min-height", "0");
}

function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function sparkline(points) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "spark");
  svg.setAttribute("viewBox", "0 0 100 20");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "polyline");
  line.setAttribute("points", points);
  for (const [name, value] of Object.entries({ fill: "none", stroke: "#8a94a1", "stroke-width": 1.5, "vector-effect": "non-scaling-stroke", "stroke-linejoin": "round" })) line.setAttribute(name, value);
  svg.append(line);
  return svg;
}

// The theme may change without a new run; its background says which one it is.
function isDark(root) {
  const probe = getComputedStyle(root).getPropertyValue("--st-background-color").trim();
  const hex = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(probe);
  return hex ? hex.slice(1).reduce((sum, part) => sum + parseInt(part, 16), 0) < 384 : false;
}
