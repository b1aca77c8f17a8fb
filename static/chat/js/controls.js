/** The pointer and keyboard controls of the room, each handed to whoever does what it asks for. */

import { listenToHeader } from "./header.js";
import { listen } from "./keys.js";

const LETTERS = { r: "reply", p: "proof", e: "react", m: "more" };

/** `find` gives the place with a data- attribute, `page` is the room's dataset. */
export function listenToControls({ find, page, acting, composer, jumping }) {
  const list = find("list");
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    const quote = event.target.closest("[data-quote]");
    if (button) acting.do(button.dataset.act, button);
    if (!quote) return;
    event.preventDefault();
    jumping.to(Number(quote.hash.slice(2)));
  });
  find("emoji-button").addEventListener("click", ({ currentTarget }) => acting.picker.open(currentTarget, (emoji) => composer.insert(emoji)));
  listenToHeader({
    pins: find("pins"),
    dayForm: find("day-form"),
    openPins: () => acting.openPins(),
    goTo: (query) => location.assign(`/rooms/${page.roomSlug}/${query}`),
  });
  const acts = Object.entries(LETTERS).map(([letter, name]) => [letter, (message) => acting.do(name, message)]);
  listen({ list, scroller: find("timeline"), letters: Object.fromEntries(acts) });
}
