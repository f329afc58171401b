// On a narrow window, the frame folds the filters into one button and closes the menu of pages once one was chosen.
// Streamlit closes that menu by itself only where the browser says that it is a phone's.

const NARROW = matchMedia("(max-width: 768px)");

export default function ({ data, parentElement }) {
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
