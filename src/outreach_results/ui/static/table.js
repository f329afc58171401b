// Builds a table from data. Everything of it becomes text: nothing is ever read as markup.
// Sorting, searching and the extra columns live here, so that they need no run of the script.

const SVG = "http://www.w3.org/2000/svg";
const SIGNS = { better: "▲", worse: "▼", watch: "!" };
const tables = new WeakMap();

export default function render({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".table");
  const table = tables.get(root) ?? mount(root);
  table.report = (name, value) => data.reports.includes(name) && setTriggerValue(name, value);
  table.alt = data.alt;
  update(table, data);
  return table.unmount;
}

function mount(root) {
  const find = (selector) => root.querySelector(selector);
  const table = {
    root,
    box: find(".box"),
    head: find("thead"),
    totals: find(".totals"),
    body: find(".rows"),
    search: find(".search"),
    input: find(".search input"),
    found: find(".found"),
    more: find(".more"),
    remark: find(".remark"),
    showsExtra: false,
  };
  const resized = new ResizeObserver(() => scrollable(table));
  resized.observe(table.box);
  table.unmount = () => resized.disconnect();
  table.more.addEventListener("click", () => {
    table.showsExtra = !table.showsExtra;
    columnsShown(table);
  });
  let waiting;
  table.input.addEventListener("input", () => {
    searched(table);
    clearTimeout(waiting);
    waiting = setTimeout(() => table.report("search", table.input.value), 500);
  });
  root.addEventListener("click", (event) => clicked(table, event));
  tables.set(root, table);
  return table;
}

function update(table, data) {
  table.root.querySelector("caption").textContent = data.alt;
  table.search.hidden = table.found.hidden = data.search === null;
  table.search.firstElementChild.textContent = data.search ?? "";
  table.input.placeholder = data.search ?? "";
  if (table.searchedFor !== data.searched) {
    table.searchedFor = data.searched;
    if (table.root.getRootNode().activeElement !== table.input) table.input.value = data.searched;
  }
  const sort = JSON.stringify(data.sort);
  const isSame = data.table === table.given && sort === table.givenSort && data.leads_to === table.leadsTo;
  if (sort !== table.givenSort) {
    table.givenSort = sort;
    table.sort = data.sort && { column: data.sort[0], down: data.sort[1] };
  }
  if (!isSame) {
    table.given = data.table;
    table.leadsTo = data.leads_to;
    const { columns, totals, rows } = JSON.parse(data.table);
    table.columns = columns;
    headed(table);
    table.totals.replaceChildren(...(totals ? [rowOf(table, totals)] : []));
    table.rows = rows.map((cells) => ({ cells, row: rowOf(table, cells) }));
    table.box.classList.toggle("long", rows.length > 25);
    table.more.hidden = !columns.some(({ extra }) => extra);
    columnsShown(table);
  }
  if (!isSame) sorted(table);
  searched(table);
}

// --- building -------------------------------------------------------------------------------------------------------

function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function classesOf({ kind, wide }) {
  return wide ? `${kind} wide` : kind;
}

function headed(table) {
  const kept = table.root.getRootNode().activeElement?.dataset?.column; // the keyboard stays where it is
  const row = element("tr");
  for (const column of table.columns) {
    const header = element("th", classesOf(column));
    header.scope = "col";
    const label = element(column.kind === "line" ? "span" : "button", "label", column.label);
    if (column.help) label.title = column.help;
    if (column.kind !== "line") {
      label.type = "button";
      label.dataset.column = column.name;
      const arrow = element("span", "arrow");
      arrow.setAttribute("aria-hidden", "true");
      label.append(arrow);
    }
    header.append(label);
    row.append(header);
  }
  table.head.replaceChildren(row);
  arrows(table);
  if (kept) [...row.querySelectorAll("button")].find(({ dataset }) => dataset.column === kept)?.focus();
}

function rowOf(table, cells) {
  const row = element("tr");
  cells.forEach((cell, place) => {
    const column = table.columns[place];
    const box = element(place ? "td" : "th", classesOf(column));
    if (!place) box.scope = "row";
    fill(box, cell, column, table.leadsTo);
    row.append(box);
  });
  return row;
}

function fill(box, cell, column, leadsTo) {
  if (column.kind === "text") box.dir = "auto";
  if (cell.l) box.append(lineOf(cell.l));
  let holder = box;
  if (cell.u || cell.v) {
    const address = cell.u ?? (leadsTo && leadsTo.replace("any-value", () => cell.v));
    holder = element(address ? "a" : "button");
    if (address && new URL(address, location.href).origin === location.origin) holder.href = address;
    if (address) holder.dataset.pageLink = "";
    else holder.type = "button";
    holder.dataset.click = column.name;
    holder.dataset.value = cell.v ?? "";
    box.append(holder);
  } else if (cell.c) {
    holder = element("span", `tone ${cell.c}`);
    const sign = element("span", "sign", cell.g || SIGNS[cell.c]);
    sign.setAttribute("aria-hidden", "true");
    holder.append(sign);
    box.append(holder);
  }
  if (cell.t) holder.append(cell.t);
  if (cell.q) box.classList.add("quiet");
  if (cell.t === "–") box.classList.add("none");
  if (cell.n) box.append(element("span", "note", cell.n));
  if (cell.b !== undefined) {
    const bar = element("span", "bar");
    bar.append(element("i"));
    bar.firstChild.style.width = `${Math.min(1, Math.max(0, cell.b)) * 100}%`;
    box.append(bar);
  }
  if (cell.h) {
    box.title = cell.h;
    box.append(element("span", "hidden", ` (${cell.h})`));
  }
}

// A line over its area, from 0 up. Where values are not known, it is interrupted.
function lineOf(values) {
  const drawn = document.createElementNS(SVG, "svg");
  drawn.setAttribute("viewBox", "0 0 100 24");
  drawn.setAttribute("preserveAspectRatio", "none");
  drawn.setAttribute("aria-hidden", "true");
  const top = Math.max(...values.map((value) => value ?? 0)) || 1;
  const step = 100 / Math.max(1, values.length - 1);
  let run = [];
  const finish = () => {
    if (run.length > 1) {
      const first = run[0].split(",")[0];
      const last = run.at(-1).split(",")[0];
      drawn.append(shape("polygon", `${first},23 ${run.join(" ")} ${last},23`), shape("polyline", run.join(" ")));
    }
    run = [];
  };
  values.forEach((value, place) => {
    if (value === null) finish();
    else run.push(`${(place * step).toFixed(1)},${(23 - (value / top) * 21).toFixed(1)}`);
  });
  finish();
  return drawn;
}

function shape(name, points) {
  const made = document.createElementNS(SVG, name);
  made.setAttribute("points", points);
  return made;
}

// --- what a person does ---------------------------------------------------------------------------------------------

function clicked(table, event) {
  const header = event.target.closest("[data-column]");
  if (header) return sortBy(table, header.dataset.column);
  const target = event.target.closest("[data-click]");
  const opensElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!target || opensElsewhere) return;
  if (table.report("click", [target.dataset.click, target.dataset.value]) !== false) event.preventDefault();
}

function sortBy(table, name) {
  const column = table.columns.find((one) => one.name === name);
  const down = table.sort?.column === name ? !table.sort.down : column.down;
  table.sort = { column: name, down };
  sorted(table);
  table.box.scrollTop = 0;
  table.report("sort", [name, down]);
}

function sorted(table) {
  const place = table.columns.findIndex(({ name }) => name === table.sort?.column);
  const isNumber = table.columns[place]?.kind === "number";
  const by = ({ cells }) => sortValue(cells[place], isNumber);
  const rows = place < 0 ? table.rows : [...table.rows].sort((one, other) => compared(by(one), by(other), table.sort.down));
  table.body.replaceChildren(...rows.map(({ row }) => row));
  arrows(table);
}

// What is not known comes last in either direction.
function compared(one, other, down) {
  if (one === null || other === null) return (one === null) - (other === null);
  const order = typeof one === "number" && typeof other === "number" ? one - other : String(one).localeCompare(String(other));
  return down ? -order : order;
}

// Among numbers, a text without one, such as a range that rests on too few, has no place in the order.
function sortValue({ s, t }, isNumber) {
  return s ?? (isNumber || t === "–" ? null : t) ?? null;
}

function arrows(table) {
  table.remark.textContent = table.columns.find(({ name }) => name === table.sort?.column)?.remark ?? "";
  for (const label of table.head.querySelectorAll("[data-column]")) {
    const isSorted = table.sort?.column === label.dataset.column;
    const down = isSorted ? table.sort.down : table.columns.find(({ name }) => name === label.dataset.column).down;
    label.querySelector(".arrow").textContent = down ? "↓" : "↑";
    if (isSorted) label.parentElement.setAttribute("aria-sort", down ? "descending" : "ascending");
    else label.parentElement.removeAttribute("aria-sort");
  }
}

function columnsShown(table) {
  table.more.setAttribute("aria-pressed", String(table.showsExtra));
  for (const row of [...table.head.rows, ...table.totals.rows, ...table.rows.map(({ row }) => row)]) {
    table.columns.forEach(({ extra }, place) => (row.cells[place].hidden = extra && !table.showsExtra));
  }
  scrollable(table);
}

function searched(table) {
  const wanted = table.search.hidden ? "" : table.input.value.trim().toLocaleLowerCase();
  let shown = 0;
  for (const { cells, row } of table.rows) {
    row.hidden = !(cells[0].t ?? "").toLocaleLowerCase().includes(wanted);
    shown += !row.hidden;
  }
  table.found.textContent = wanted ? `${shown.toLocaleString("en-US")} of ${table.rows.length.toLocaleString("en-US")}` : "";
}

// What scrolls has to be reachable with the keyboard.
function scrollable({ box, alt }) {
  const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
  if (scrolls) {
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", alt);
  } else {
    box.removeAttribute("aria-label");
    box.removeAttribute("tabindex");
    box.removeAttribute("role");
  }
}
