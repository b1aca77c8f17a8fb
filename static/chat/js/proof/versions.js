/** The versions of a message in the drawer, each with what it changed. Fetched for whoever looks. */

import { fill, gettext } from "../../../base/js/i18n.js";
import { ask } from "../asking.js";
import { diffWords } from "../diff.js";
import { element } from "../element.js";
import { stamp } from "../format.js";

export class Versions {
  #shown = ""; // of which edit
  drawn = null; // a promise

  /** `node` holds the heading, `list` takes the versions; `slug` is the room's. */
  constructor({ node, list, slug }) {
    Object.assign(this, { node, list, slug });
  }

  /** Again and again: what is shown already is left as it is. Of what is gone nothing is. */
  show({ hash, edited, deleted, erased }) {
    const wanted = edited && !deleted && !erased ? `${hash} ${edited.seq}` : "";
    if (wanted === this.#shown) return;
    this.#shown = wanted;
    this.drawn = this.#draw(hash, wanted);
  }

  async #draw(hash, wanted) {
    this.node.hidden = !wanted;
    this.list.replaceChildren(...(wanted ? [element("p", "muted", gettext("Loading…"))] : []));
    const answer = wanted && (await ask(`/rooms/${this.slug}/m/${hash}/`));
    if (!wanted || this.#shown !== wanted) return;
    this.list.replaceChildren(...(answer ? draw(answer) : [element("p", "muted", gettext("The server does not answer. Close this and try again."))]));
  }

  clear() {
    this.show({});
  }
}

/** Newest first, each against the one before it. */
function draw({ versions }) {
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
