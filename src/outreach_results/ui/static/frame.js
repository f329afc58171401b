// On a narrow window, the frame folds the filters into one button and closes the menu of pages once one was chosen.
// Streamlit closes that menu by itself only where the browser says that it is a phone's.
// It also follows the links between pages.

const NARROW = matchMedia("(max-width: 768px)");
let drawn; // the parameters of the URL in the last run of the whole page

export default function render({ data, parentElement }) {
  if (!drawn) begin();
  drawn = data.parameters;
  if (data.turn_to) turnTo(data.turn_to);
  const root = document.documentElement;
  const button = parentElement.querySelector(".fold");
  const unfold = (isOpen) => {
    root.dataset.outreachFilters = isOpen ? "open" : "folded";
    button.setAttribute("aria-expanded", String(isOpen));
  };
  button.querySelector(".label").textContent = data.label;
  button.onclick = () => unfold(root.dataset.outreachFilters !== "open");
  if (root.dataset.outreachPage !== data.page) {
    root.dataset.outreachPage = data.page;
    unfold(false);
    if (NARROW.matches) document.querySelector(data.menu_closer)?.click();
  } else {
    unfold(root.dataset.outreachFilters === "open");
  }
}

function begin() {
  addEventListener("click", follow, true);
  addEventListener("beforeprint", onPaper);
  addEventListener("afterprint", () => document.documentElement.toggleAttribute("data-outreach-paper", false));
}

// Paper is white, also for who reads the dark theme; Streamlit has no way to change its theme for it.
function onPaper() {
  const app = document.querySelector("[data-testid=stApp]");
  if (app && getComputedStyle(app).colorScheme === "dark") document.documentElement.toggleAttribute("data-outreach-paper", true);
}

// Turns to the page of a link without loading it again. Streamlit takes the change for one of the browser's history, and
// runs the page that the URL names with the parameters that it has: one step for the Back button. Its own way of turning
// to a page with other parameters writes them into the history of the page that is left as well.
function follow(event) {
  const link = event.composedPath().find((one) => one instanceof HTMLAnchorElement);
  const opensElsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!link?.matches("[data-page-link], [data-testid=stPageLink-NavLink]") || opensElsewhere) return;
  event.preventDefault();
  event.stopPropagation();
  turnTo(link.getAttribute("href"));
}

function turnTo(written) {
  const address = new URL(written, `${location.origin}/`); // Streamlit's links are relative to the first page
  for (const [name, now] of Object.entries(parametersChanged())) {
    if ((address.searchParams.get(name) ?? "") !== (drawn[name] ?? "")) continue; // the link is about this one
    if (now) address.searchParams.set(name, now);
    else address.searchParams.delete(name);
  }
  history.pushState({}, "", address);
  dispatchEvent(new PopStateEvent("popstate", { state: {} }));
}

// What parts of the page have changed since it was drawn: links outside of them do not know it.
function parametersChanged() {
  const now = new URLSearchParams(location.search);
  const names = new Set([...now.keys(), ...Object.keys(drawn)]);
  const changed = [...names].filter((name) => (now.get(name) ?? "") !== (drawn[name] ?? ""));
  return Object.fromEntries(changed.map((name) => [name, now.get(name) ?? ""]));
}
