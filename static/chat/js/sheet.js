/** A side sheet with a list in it: the versions of a message, what is pinned. Fetched when it opens. */

import { fill, gettext } from "../../base/js/i18n.js";
import { diffWords } from "./diff.js";
import { stamp } from "./format.js";

const element = (name, className, ...children) => {
  const node = document.createElement(name);
  node.className = className;
  node.append(...children);
  return node;
};

export class Sheet {
  #asked = null;

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
    this.title.textContent = title;
    this.#say(gettext("Loading…"));
    if (!this.node.open) this.node.showModal();
    const answer = await ask(address);
    if (this.#asked !== address || !this.node.open) return;
    if (answer) this.body.replaceChildren(...draw(answer));
    else this.#say(gettext("The server does not answer. Close this and try again."));
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

export async function ask(address) {
  try {
    const response = await fetch(address, { headers: { Accept: "application/json" } });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

/** Newest first, each against the one before it. */
export function drawVersions({ versions }) {
  if (versions.length === 0) return [element("p", "muted", gettext("The words are gone."))];
  return versions
    .map((version, index) => {
      const before = versions[index - 1];
      const parts = before ? diffWords(before.text, version.text) : [{ kind: "same", text: version.text }];
      const name = before ? fill(gettext("Version %(number)s"), { number: index + 1 }) : gettext("As it was written");
      const words = element("p", "version__words", ...parts.map(drawPart));
      words.dir = "auto";
      const head = element("p", "version__head", element("strong", "", name), " ", element("span", "muted", stamp(version.received_ms)));
      return element("section", "version", head, words);
    })
    .reverse();
}

function drawPart({ kind, text }) {
  if (kind === "same") return text;
  return element(kind === "added" ? "ins" : "del", "", text);
}

/** `act(event, name)` is called with "show" or "unpin". */
export const drawPinned = (act) => ({ pinned, may_pin }) => {
  if (pinned.length === 0) return [element("p", "muted", gettext("Nothing is pinned here yet. Pin a message from its menu."))];
  return pinned.map((event) => {
    const words = element("div", "message__body");
    words.innerHTML = (event.edited ?? event).html; // the server's, sanitised
    words.dir = "auto";
    const head = element("p", "version__head", element("strong", "", event.author.name), " ", element("span", "muted", stamp(event.received_ms)));
    const acts = element("p", "version__acts", link(gettext("Show"), () => act(event, "show")));
    if (may_pin) acts.append(link(gettext("Unpin"), () => act(event, "unpin")));
    return element("section", "version", head, words, acts);
  });
};

function link(name, act) {
  const node = element("button", "link", name);
  node.type = "button";
  node.addEventListener("click", act);
  return node;
}
