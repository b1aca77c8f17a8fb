/* Buttons that copy a hash or a link: <button data-copy="…">. Without a clipboard (plain http), the old command copies. */

const SHOWN_MS = 1600;

export function watchCopyButtons(root) {
  root.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const copied = await copy(button.dataset.copy);
    button.dataset.copied = copied ? "yes" : "no";
    setTimeout(() => delete button.dataset.copied, SHOWN_MS);
  });
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/* The clipboard interface exists on secure origins alone; the old command works on the others. */
function copyBySelection(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.className = "hidden-visually";
  document.body.append(field);
  const focused = document.activeElement;
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  focused?.focus();
  return done;
}
