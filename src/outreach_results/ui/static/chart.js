// Draws a figure with the vendored Plotly, in the colors of the page's theme, and reports clicks.
// Streamlit calls the default export when the chart is mounted, and again whenever its data or the theme has changed.

const charts = new WeakMap();
let library;

export default function render({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".chart");
  const chart = charts.get(root) ?? mount(root);
  chart.data = data;
  chart.report = (points) => setTriggerValue("points", points);
  draw(chart);
  return chart.unmount;
}

function mount(root) {
  const chart = { root, plot: root.querySelector(".chart-plot"), isGone: false };
  const resized = new ResizeObserver(() => fit(chart));
  const print = () => onPaper(chart);
  const done = () => {
    // As the frame does, which may be told later: its colors would be those of paper still.
    document.documentElement.toggleAttribute("data-outreach-paper", false);
    return chart.isOnWhite ? draw(chart) : fit(chart);
  };
  addEventListener("beforeprint", print);
  addEventListener("afterprint", done);
  chart.save = root.querySelector(".chart-save");
  chart.save.addEventListener("click", () => savePicture(chart));
  chart.unmount = () => {
    chart.isGone = true;
    resized.disconnect();
    removeEventListener("beforeprint", print);
    removeEventListener("afterprint", done);
    window.Plotly?.purge(chart.plot);
    charts.delete(root);
  };
  resized.observe(chart.plot);
  charts.set(root, chart);
  return chart;
}

async function draw(chart) {
  const { root, plot, save, data } = chart;
  const look = theme(root, data.palette);
  const wanted = JSON.stringify([data, look]);
  if (wanted === chart.drawn) return; // something else on the page has changed
  chart.isOnWhite = false;
  chart.isDark = getComputedStyle(chart.root).colorScheme === "dark";
  plot.setAttribute("aria-label", data.alt);
  plot.style.height = `${data.height}px`;
  save.setAttribute("aria-label", `Save PNG: ${data.alt}`);
  try {
    const Plotly = await load(data.library);
    if (chart.isGone || chart.data !== data) return; // drawn with newer data, or gone meanwhile
    const { traces, layout } = themed(JSON.parse(data.figure), look);
    layout.height = data.height;
    chart.annotations = layout.annotations;
    chart.margin = layout.margin;
    Object.assign(layout, joined(chart, plot.clientWidth));
    await Plotly.react(plot, traces, layout, { displayModeBar: false, doubleClick: false });
    if (chart.isGone) return Plotly.purge(plot);
    chart.drawn = wanted;
    plot.removeAllListeners("plotly_click");
    plot.removeAllListeners("plotly_selected");
    if (data.clickable) {
      plot.on("plotly_click", (event) => clicked(chart, points(event)));
      plot.on("plotly_selected", (event) => event && clicked(chart, points(event)));
    }
    scalable(plot);
    fit(chart);
    save.hidden = false;
    if (data.picture && !chart.isSaved) {
      chart.isSaved = true;
      savePicture(chart);
    }
    root.querySelector(".chart-problem")?.remove();
  } catch (error) {
    console.warn(error);
    problem(root);
  }
  root.removeAttribute("aria-busy");
}

function load(address) {
  if (window.Plotly) return window.Plotly;
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", () => resolve(window.Plotly));
    script.addEventListener("error", () => {
      library = undefined; // the next chart tries again
      script.remove();
      reject(new Error(`The chart library did not load from ${address}.`));
    });
    document.head.append(script);
  });
  return library;
}

function problem(root) {
  const words = root.querySelector(".chart-problem") ?? document.createElement("p");
  words.className = "chart-problem";
  words.textContent = "This chart could not be drawn. Reload the page to try again.";
  root.append(words);
}

// The frame follows the link; without it, the link loads the page.
function clicked({ root, data, report }, marks) {
  const address = data.links[marks[0]?.customdata] ?? data.links[marks[0]?.index] ?? data.links[""];
  if (!address) return report(marks);
  const link = document.createElement("a");
  link.href = address;
  link.dataset.pageLink = "";
  root.append(link);
  link.click();
  link.remove();
}

function points(event) {
  return event.points.map((point) => ({ index: point.pointIndex ?? point.pointNumber, customdata: point.customdata }));
}

// A figure with a width of its own keeps it.
function fit(chart) {
  const { plot } = chart;
  const drawn = plot._fullLayout;
  if (!drawn || !plot.clientWidth || plot.layout.width) return;
  if (Math.abs(drawn.width - plot.clientWidth) < 1) return;
  const change = { autosize: true, margin: chart.margin, ...joined(chart, plot.clientWidth) };
  window.Plotly.relayout(plot, change).then(() => scalable(plot));
}

// Drawn for the window and shrunk to the paper, its words would be too small to read.
function onPaper(chart) {
  const { root, plot } = chart;
  const width = parseInt(getComputedStyle(root).getPropertyValue("--paper"), 10);
  if (!plot._fullLayout || plot.layout.width || !width) return;
  if (chart.isDark) onWhite(chart);
  // Plotly makes room for a legend in a second step, for which printing does not wait: here it has that room at once.
  const { t, b } = plot._fullLayout._size;
  window.Plotly.relayout(plot, { width, "margin.t": t, "margin.b": b, ...joined(chart, width) });
  delete plot.layout.width;
  scalable(plot);
}

// In the colors that the page has on paper, until it is drawn again.
function onWhite(chart) {
  const { root, plot, data } = chart;
  chart.isOnWhite = true;
  chart.drawn = undefined;
  document.documentElement.toggleAttribute("data-outreach-paper", true); // as the frame does, which may be asked later
  const light = { ...theme(root, []), colorway: data.palette }; // the figure comes in the colors of the light theme
  const { traces, layout } = themed(JSON.parse(data.figure), light);
  window.Plotly.react(plot, traces, { ...layout, height: data.height }, { displayModeBar: false });
}

// Figures break their labels for a phone, because Python does not know the width of the window.
const LETTER = 7.5; // pixels, of which East Asian letters and emoji take two

function joined({ annotations }, width) {
  if (!annotations?.some((one) => one.name === "wrapped")) return {};
  return { annotations: annotations.map((one) => (one.name === "wrapped" ? { ...one, text: join(one.text, width) } : one)) };
}

function join(text, width) {
  const lines = [];
  for (const line of text.split("<br>")) {
    const longer = `${lines.at(-1)} ${line}`;
    if (lines.length && letters(longer) * LETTER < width) lines[lines.length - 1] = longer;
    else lines.push(line);
  }
  return lines.join("<br>");
}

function letters(words) {
  return [...words].reduce((sum, one) => sum + (one > "\u2e7f" ? 2 : 1), 0);
}

// Without a viewBox, paper narrower than the window would cut the chart off.
function scalable(plot) {
  for (const svg of plot.querySelectorAll(".main-svg")) {
    svg.setAttribute("viewBox", `0 0 ${svg.getAttribute("width")} ${svg.getAttribute("height")}`);
  }
}

function savePicture({ plot, data }) {
  const { width, height } = plot._fullLayout;
  window.Plotly.downloadImage(plot, { format: "png", scale: 2, width, height, filename: data.name });
}

// --- the theme ------------------------------------------------------------------------------------------------------

function theme(root, palette) {
  const style = getComputedStyle(root);
  const of = (name) => style.getPropertyValue(`--st-${name}`).trim();
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const colorway = of("chart-categorical-colors").split(",");
  return {
    ink: of("text-color"),
    quiet: of("gray-text-color"),
    paper: of("background-color"),
    line: of("border-color-light"),
    border: of("border-color"),
    family: of("font"),
    small: 0.75 * rem,
    medium: 0.875 * rem,
    large: rem,
    colorway,
    swapped: new Map(palette.map((color, place) => [color.toLowerCase(), colorway[place]])),
  };
}

function themed({ data, layout }, theme) {
  layout.template = template(theme);
  layout.autosize = true;
  return { traces: swapColors(data, theme.swapped), layout: swapColors(layout, theme.swapped) };
}

function template({ ink, quiet, paper, line, border, family, small, medium, large, colorway }) {
  const words = { color: quiet, size: small, family };
  const axis = {
    automargin: true,
    color: quiet,
    gridcolor: line,
    zerolinecolor: line,
    tickcolor: line,
    tickfont: words,
    title: { font: { ...words, size: medium }, standoff: 20 },
  };
  return {
    data: { scatter: [{ type: "scatter", marker: { line: { width: 0 } } }] },
    layout: {
      colorway,
      font: words,
      title: { x: 0, xanchor: "left", font: { family, size: large, color: ink } },
      legend: { font: { ...words, color: ink }, valign: "top" },
      paper_bgcolor: paper,
      plot_bgcolor: paper,
      margin: { l: 0, r: 0, pad: small / 1.5 },
      xaxis: { ...axis, showgrid: false, zeroline: false },
      yaxis: axis,
      hoverlabel: { bgcolor: paper, bordercolor: border, font: { ...words, color: ink } },
    },
  };
}

// Figures are built in the colors of the light theme; those of the theme that is shown take their place.
function swapColors(part, swapped, isColor = false) {
  if (typeof part === "string") return isColor ? swapColor(part, swapped) : part;
  if (Array.isArray(part)) {
    const isLeaf = !isColor && typeof part[0] !== "object";
    return isLeaf ? part : part.map((one) => swapColors(one, swapped, isColor));
  }
  if (part === null || typeof part !== "object") return part;
  return Object.fromEntries(
    Object.entries(part).map(([name, value]) => [name, swapColors(value, swapped, /color/.test(name))]),
  );
}

function swapColor(color, swapped) {
  const faint = /^rgba\((\d+), (\d+), (\d+), ([\d.]+)\)$/.exec(color);
  if (!faint) return swapped.get(color.toLowerCase()) ?? color;
  const hex = "#" + faint.slice(1, 4).map((part) => Number(part).toString(16).padStart(2, "0")).join("");
  const other = swapped.get(hex);
  if (!other) return color;
  const parts = [1, 3, 5].map((place) => parseInt(other.slice(place, place + 2), 16));
  return `rgba(${parts.join(", ")}, ${faint[4]})`;
}
