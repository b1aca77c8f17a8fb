/** Words about what was done or refused, for a few seconds; and the question before something is deleted. */

const SHOWN_MS = 5_000;

/** Returns the function that says them. */
export function teller(node) {
  let timer = null;
  return (words) => {
    clearTimeout(timer);
    node.textContent = words;
    node.hidden = false;
    timer = setTimeout(() => {
      node.hidden = true;
    }, SHOWN_MS);
  };
}

/** The value of the button that closes the dialog; "" where it is left. */
export function askIn(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}
