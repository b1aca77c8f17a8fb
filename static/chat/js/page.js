/** The page itself: its places by their data- attributes, what the server wrote into it for scripts, and its end. */

export const find = (name) => document.querySelector(`[data-${name}]`);

/** Taken out of the page: what is erased later must not stay behind there. */
export function readJson(id) {
  const node = document.getElementById(id);
  node.remove();
  return JSON.parse(node.textContent);
}

/** What was said stays on the screen behind the dialog no longer than its reader does. */
export function leave() {
  const dialog = find("left");
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  if (!dialog.open) dialog.showModal();
}

/** At most once in ten seconds: a server that keeps asking for it must not spin the page. */
export function reload() {
  setTimeout(() => location.reload(), Math.max(0, 10_000 - performance.now()));
}
