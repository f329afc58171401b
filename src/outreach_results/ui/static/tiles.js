// The strip of tiles. What is written comes from `data` as text, never as markup. A click chooses a metric; the strip shows
// it at once, and the chart follows with the next run.

const SVG = "http://www.w3.org/2000/svg";

export default function render({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".tiles");
  root.style.setProperty("--count", data.tiles.length);
  root.classList.toggle("dark", isDark(root));
  const focused = root.getRootNode().activeElement?.dataset?.name;
  root.replaceChildren(
    ...data.tiles.map((tile) => {
      const button = element(data.leads ? "button" : "div", "tile");
      if (data.leads) button.type = "button";
      button.dataset.name = tile.name;
      button.title = tile.help;
      if (data.leads) button.setAttribute("aria-pressed", String(tile.name === data.chosen));
      button.append(element("span", "label", tile.label));
      button.append(element("span", tile.value.length > 9 ? "value long" : "value", tile.value));
      if (tile.change) button.append(element("span", `change ${tile.tone}`, tile.change));
      for (const note of tile.notes) button.append(element("span", "note", note));
      if (tile.line) button.append(sparkline(tile.line));
      if (data.leads) button.onclick = () => {
        for (const other of root.children) other.setAttribute("aria-pressed", String(other === button));
        setTriggerValue("chosen", tile.name);
      };
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
