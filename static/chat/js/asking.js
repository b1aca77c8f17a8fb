/** Asking the server, or the person; and saying for a few seconds what came of it. */

const SHOWN_MS = 5_000;

/** Returns the function that says them. What the page came with is said at once. */
export function teller(node) {
  let timer = null;
  const tell = (words) => {
    clearTimeout(timer);
    node.textContent = words;
    node.hidden = false;
    timer = setTimeout(() => {
      node.hidden = true;
    }, SHOWN_MS);
  };
  if (!node.hidden) tell(node.textContent);
  return tell;
}

/** The value of the button that closes the dialog; "" where it is left. */
export function askIn(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}

/** The server's answer as data, or null. */
export async function ask(address) {
  try {
    const response = await fetch(address, { headers: { Accept: "application/json" } });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}
