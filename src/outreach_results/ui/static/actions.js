// The actions of a card: a link for each file, and a menu with the rest. What is written comes from `data` as text.

export default function render({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".actions");
  const menu = root.querySelector(".menu");
  const more = root.querySelector(".more");
  const close = () => menu.hidePopover();
  root.setAttribute("aria-label", `Download ${data.title}`);
  more.setAttribute("aria-label", `More for ${data.title}`);
  more.title = data.has_picture ? "More formats, PNG and link" : "More formats and link";
  for (const file of root.querySelectorAll("a")) file.remove();
  for (const file of data.files) {
    const link = linkTo(file, data.title, root);
    if (file.in_menu) menu.insertBefore(link, menu.querySelector(".picture"));
    else root.insertBefore(link, more);
  }
  const picture = menu.querySelector(".picture");
  picture.hidden = !data.has_picture;
  picture.setAttribute("aria-label", `Save ${data.title} as PNG`);
  picture.onclick = () => {
    close();
    setTriggerValue("picture", true);
  };
  const copy = menu.querySelector(".copy");
  copy.textContent = "Copy link";
  copy.onclick = async () => {
    copy.textContent = (await copied(location.href)) ? "Link copied" : "Copy the address above instead";
    setTimeout(close, 900);
  };
  menu.ontoggle = ({ newState }) => {
    more.setAttribute("aria-expanded", String(newState === "open"));
    if (newState !== "open") return;
    copy.textContent = "Copy link";
    const { bottom, top, right } = more.getBoundingClientRect();
    const { width, height } = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(8, right - width)}px`;
    menu.style.top = `${bottom + height + 12 > innerHeight ? Math.max(8, top - height - 4) : bottom + 4}px`;
    addEventListener("scroll", close, { once: true, capture: true });
  };
}

function linkTo({ label, href, in_menu: isInMenu }, title, root) {
  const link = document.createElement("a");
  link.href = href;
  link.download = "";
  const words = `Download ${title} as ${label}`;
  link.setAttribute("aria-label", words);
  link.title = words;
  if (!isInMenu) link.append(root.querySelector(".icon").content.cloneNode(true));
  link.append(label);
  link.onclick = (event) => {
    const opensElsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (opensElsewhere) return;
    event.preventDefault();
    start(link, root);
  };
  return link;
}

// A refused download would end as a failed file without a reason, so it is asked for first.
async function start(link, root) {
  const problem = root.querySelector(".problem");
  problem.hidden = true;
  try {
    const answer = await fetch(link.href, { method: "HEAD" });
    if (answer.ok) {
      Object.assign(document.createElement("a"), { href: link.href, download: "" }).click();
      return root.querySelector(".menu").hidePopover();
    }
    problem.textContent = await (await fetch(link.href)).text();
  } catch {
    problem.textContent = "The server did not answer. Check the connection and try again.";
  }
  problem.hidden = false;
  setTimeout(() => (problem.hidden = true), 8000);
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // the browser does not allow it
  }
}
