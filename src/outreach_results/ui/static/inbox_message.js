// The reply that is read. What strangers wrote is only ever set as text; the one link comes checked from the server.

export default function render({ data, parentElement }) {
  const root = parentElement.querySelector(".message");
  const part = (selector) => root.querySelector(selector);
  const write = (selector, words) => {
    part(selector).textContent = words;
    part(selector).hidden = !words;
  };
  write("h2", data.sender);
  write(".address", data.address);
  write(".company", data.company);
  write(".campaign", data.campaign);
  write("time", data.moment);
  write(".body", data.own);
  write(".without-text", data.without_text);
  const answer = part(".answer");
  answer.hidden = !data.mailto.startsWith("mailto:");
  if (!answer.hidden) answer.href = data.mailto;
  part(".from").hidden = !data.address;
  const copy = part(".copy");
  copy.textContent = "Copy address";
  copy.onclick = async () => {
    copy.textContent = (await copied(data.address)) ? "Copied" : "Select it to copy";
    setTimeout(() => (copy.textContent = "Copy address"), 1500);
  };
  const { line = "", text = "" } = data.sent ?? {};
  write(".sent-line", text ? "" : line);
  part(".sent").hidden = !text;
  part(".sent summary").textContent = line;
  part(".sent .text").textContent = text;
  const quoted = part(".quoted");
  quoted.hidden = !data.quoted;
  part(".quoted .text").textContent = data.quoted;
  const name = () => (part(".quoted summary").textContent = quoted.open ? "Hide quoted text" : "Show quoted text");
  quoted.ontoggle = name;
  if (root.dataset.id !== data.id) {
    quoted.open = false; // how the email above is shown stays as the person chose
    scrollToTop(root);
  }
  name();
  root.dataset.id = data.id;
  // What scrolls can be scrolled with the keyboard.
  const frame = root.getRootNode().host?.closest(".st-key-inbox-text");
  if (frame) Object.assign(frame, { tabIndex: 0, role: "region", ariaLabel: `Reply of ${data.sender}` });
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // the browser does not allow it
  }
}

// Another reply is read from its beginning.
function scrollToTop(root) {
  for (let frame = root.getRootNode().host; frame && frame !== document.body; frame = frame.parentElement) {
    if (frame.scrollTop && /auto|scroll/.test(getComputedStyle(frame).overflowY)) {
      if (!frame.matches("[data-testid=stMain]")) frame.scrollTop = 0;
      return;
    }
  }
}
