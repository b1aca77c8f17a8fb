/** The person or the network came back: ask the server at once, and see what is being read. */

/** A window beside the one that somebody works in is seen by nobody. */
export const isLookedAt = () => document.visibilityState === "visible" && document.hasFocus();

export function listenForReturn({ connection, reading, scroller }) {
  addEventListener("online", () => connection.wake());
  addEventListener("pageshow", () => connection.wake());
  addEventListener("focus", () => reading.look());
  scroller.addEventListener("scroll", () => reading.look(), { passive: true });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    connection.wake();
    reading.look();
  });
}
