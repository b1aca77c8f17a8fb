/** F6 leads to the next part of the page, Shift-F6 to the one before. A part carries data-landmark: what in it takes the
 * focus, or nothing where it does so itself. */

document.addEventListener("keydown", (event) => {
  if (event.key !== "F6") return;
  event.preventDefault();
  if (document.querySelector("dialog:modal")) return; // all else is out of reach
  const parts = [...document.querySelectorAll("[data-landmark]")].filter((node) => node.checkVisibility());
  if (parts.length === 0) return;
  const at = parts.findIndex((node) => node.contains(document.activeElement));
  const from = at < 0 && event.shiftKey ? 0 : at;
  const part = parts.at((from + (event.shiftKey ? -1 : 1)) % parts.length);
  (part.dataset.landmark ? part.querySelector(part.dataset.landmark) : part).focus();
});
