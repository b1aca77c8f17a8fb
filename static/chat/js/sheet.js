/** A side sheet with what is pinned in it. Fetched when it opens. */

import { gettext } from "../../base/js/i18n.js";
import { ask } from "./asking.js";
import { element } from "./element.js";
import { filesOf, isBare } from "./files/shown.js";
import { drawFile } from "./files/view.js";
import { stamp } from "./format.js";

export class Sheet {
  #asked = null;
  #draw = null;

  constructor({ node }) {
    this.node = node;
    this.title = node.querySelector("[data-sheet-title]");
    this.body = node.querySelector("[data-sheet-body]");
    node.addEventListener("click", ({ target }) => target === node && node.close());
    // Nothing stays behind: what is erased later must not live on here.
    node.addEventListener("close", () => this.body.replaceChildren());
  }

  /** Shows what `draw` makes of the answer; a newer sheet wins over an answer that is late. */
  async open(title, address, draw) {
    this.#asked = address;
    this.#draw = draw;
    this.title.textContent = title;
    this.#say(gettext("Loading…"));
    if (!this.node.open) this.node.showModal();
    await this.refresh();
  }

  /** What it shows has changed. */
  async refresh() {
    if (!this.node.open) return;
    const address = this.#asked;
    const answer = await ask(address);
    if (this.#asked !== address || !this.node.open) return;
    const wasInside = this.body.contains(document.activeElement);
    if (answer) this.body.replaceChildren(...this.#draw(answer));
    else this.#say(gettext("The server does not answer. Close this and try again."));
    if (wasInside) this.title.focus();
  }

  close() {
    this.node.close();
  }

  #say(words) {
    const line = element("p", "muted", words);
    line.setAttribute("role", "status");
    this.body.replaceChildren(line);
  }
}

/** `act(event, name)` is called with "show" or "unpin". */
export const drawPinned = (act) => ({ pinned, may_pin }) => {
  if (pinned.length === 0) return [element("p", "muted", gettext("Nothing is pinned here yet. Pin a message from its menu."))];
  return pinned.map((event) => {
    const files = filesOf({ event });
    const words = element("div", "message__body");
    words.innerHTML = (event.edited ?? event).html; // the server's, sanitised
    words.dir = "auto";
    words.hidden = isBare({ event }, files);
    const list = element("ul", "files", ...files.map(drawFile));
    list.hidden = files.length === 0;
    const head = element("p", "version__head", element("strong", "", event.author.name), " ", element("span", "muted", stamp(event.received_ms)));
    const acts = element("p", "version__acts", link(gettext("Show"), () => act(event, "show")));
    if (may_pin) acts.append(link(gettext("Unpin"), () => act(event, "unpin")));
    return element("section", "version", head, words, list, acts);
  });
};

function link(name, act) {
  const node = element("button", "link", name);
  node.type = "button";
  node.addEventListener("click", act);
  return node;
}
