/** The keyboard in the timeline: arrows between messages, and single letters on a message: `letters` is key → act. */

export function listen({ list, scroller, letters }) {
  scroller.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const message = document.activeElement.closest("article.message");
    if (event.target !== scroller && event.target !== message) return;
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const target = neighbour(list, message, event.key === "ArrowUp");
      if (!target) return;
      event.preventDefault();
      target.focus();
    } else if (message && Object.hasOwn(letters, event.key.toLowerCase())) {
      event.preventDefault();
      letters[event.key.toLowerCase()](message);
    }
  });
  list.addEventListener("focusin", ({ target }) => rove(list, target.closest("article.message")));
  // A long press shows the toolbar by focus, beside the system's own menu.
  list.addEventListener("contextmenu", (event) => {
    if (event.pointerType === "touch") event.target.closest("article.message")?.focus({ preventScroll: true });
  });
}

/** Of all toolbars, only that of the message with the focus lies on Tab's way. */
function rove(list, message) {
  for (const button of list.querySelectorAll('.message__tools [tabindex="0"]')) button.tabIndex = -1;
  for (const button of message?.querySelectorAll(".message__tools [tabindex]") ?? []) button.tabIndex = 0;
}

function neighbour(list, message, isUp) {
  const messages = [...list.querySelectorAll("article.message")];
  if (!message) return isUp ? messages.at(-1) : null;
  return messages[messages.indexOf(message) + (isUp ? -1 : 1)];
}
