// The list of the inbox: a row for each reply, and a checkbox at each. What strangers wrote is only ever set as text.

const filled = new WeakMap(); // what each row shows

export default function render({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".replies");
  const list = root.querySelector("ul");
  const every = root.querySelector(".every input");
  const template = root.querySelector("template").content.firstElementChild;
  while (list.children.length > data.rows.length) list.lastElementChild.remove();
  while (list.children.length < data.rows.length) list.append(template.cloneNode(true));
  const items = [...list.children];
  const boxes = items.map((item) => item.querySelector("input"));
  const ticked = new Set(data.ticked);

  const select = (id) => {
    for (const item of items) {
      if (item.dataset.id === id) item.querySelector("button").setAttribute("aria-current", "true");
      else item.querySelector("button").removeAttribute("aria-current");
    }
  };
  const showTicks = () => {
    const count = boxes.filter((box) => box.checked).length;
    every.checked = count > 0 && count === boxes.length;
    every.indeterminate = count > 0 && count < boxes.length;
    root.toggleAttribute("data-ticked", count > 0);
  };
  const report = () => {
    showTicks();
    setTriggerValue("ticked", items.filter((_, place) => boxes[place].checked).map((item) => item.dataset.id));
  };

  data.rows.forEach((row, place) => {
    const item = items[place];
    const button = item.querySelector("button");
    fill(item, row);
    boxes[place].checked = ticked.has(row.id);
    boxes[place].onchange = report;
    button.onclick = () => {
      select(row.id);
      setTriggerValue("read", row.id);
    };
    button.onkeydown = (event) => {
      const next = items[place + { ArrowDown: 1, ArrowUp: -1 }[event.key]];
      if (!next) return;
      event.preventDefault();
      next.querySelector("button").focus();
    };
  });
  // A checkbox with the focus would keep the keys of the page from working; who uses the keyboard needs it there.
  for (const box of [every, ...boxes]) box.onclick = ({ pointerType }) => pointerType && box.blur();
  every.onchange = () => {
    for (const box of boxes) box.checked = every.checked;
    report();
  };
  showTicks();
  select(data.selected);
  if (root.dataset.selected !== String(data.selected)) bringIntoView(items.find((item) => item.dataset.id === data.selected));
  root.dataset.selected = data.selected;
  fitToWindow(root);
  const refit = () => fitToWindow(root);
  addEventListener("resize", refit);
  return () => removeEventListener("resize", refit);
}

// Most rows stay as they are when another reply is read: what is written again is laid out again.
function fill(item, row) {
  const given = JSON.stringify(row);
  if (filled.get(item) === given) return;
  filled.set(item, given);
  const write = (name, words) => {
    const part = item.querySelector(`.${name}`);
    if (part.textContent !== words) part.textContent = words;
  };
  item.dataset.id = row.id;
  item.toggleAttribute("data-done", row.is_done);
  item.querySelector("input").setAttribute("aria-label", `Select ${row.sender}`);
  for (const name of ["sender", "company", "sentiment", "campaign", "preview", "assignee", "snoozed"]) write(name, row[name]);
  for (const name of ["assignee", "snoozed"]) item.querySelector(`.${name}`).hidden = !row[name];
  item.querySelector(".dot").style.background = row.color;
  item.querySelector(".done").hidden = !row.is_done;
  item.querySelector(".meeting").hidden = !row.has_meeting;
  const time = item.querySelector("time");
  time.textContent = row.when;
  time.title = row.moment;
}

// Only the list scrolls, never the page.
function bringIntoView(item) {
  let frame = item?.getRootNode().host;
  while (frame && !(frame.scrollHeight > frame.clientHeight && /auto|scroll/.test(getComputedStyle(frame).overflowY))) {
    frame = frame.parentElement;
  }
  if (!item || !frame || frame === document.documentElement || frame === document.body) return;
  const { top, bottom } = item.getBoundingClientRect();
  const inside = frame.getBoundingClientRect();
  if (top < inside.top + 40) frame.scrollTop += top - inside.top - 40;
  else if (bottom > inside.bottom - 40) frame.scrollTop += bottom - inside.bottom + 40;
}

// List and reading pane begin below whatever stands above them, which only the browser knows the height of.
function fitToWindow(root) {
  const desk = root.getRootNode().host?.closest(".st-key-inbox-desk");
  const main = desk?.closest("[data-testid=stMain]");
  if (!desk?.offsetHeight || !main) return;
  const top = desk.getBoundingClientRect().top + main.scrollTop;
  document.documentElement.style.setProperty("--inbox-top", `${Math.round(top)}px`);
}
