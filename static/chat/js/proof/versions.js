/** The versions of a message in the drawer, each with what it changed, and a button that leads to its own proof. Fetched for whoever looks. */

import { fill, gettext } from "../../../base/js/i18n.js";
import { ask } from "../asking.js";
import { diffWords } from "../diff.js";
import { element } from "../element.js";
import { stamp } from "../format.js";

export class Versions {
  #shown = ""; // of which edit
  #proved = ""; // the hash of the version that the drawer proves
  drawn = null; // a promise

  /** `node` holds the heading, `list` takes the versions; `slug` is the room's; `prove` is called with the event of a version. */
  constructor({ node, list, slug, prove }) {
    Object.assign(this, { node, list, slug, prove });
  }

  /** Again and again: what is shown already is left as it is. Of what is gone nothing is. `proved` is the hash of a version. */
  show({ hash, edited, deleted, erased }, proved = "") {
    this.#proved = proved;
    this.#mark();
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
    this.list.replaceChildren(...(answer ? draw(answer, this.prove) : [element("p", "muted", gettext("The server does not answer. Close this and try again."))]));
    this.#mark();
  }

  #mark() {
    for (const node of this.list.querySelectorAll("[data-version]")) {
      const isProved = node.dataset.version === this.#proved;
      node.querySelector("[data-version-proved]").hidden = !isProved;
      node.querySelector("button").hidden = isProved;
    }
  }

  clear() {
    this.show({});
  }
}

/** Newest first, each against the one before it. */
function draw({ versions }, prove) {
  return versions
    .map((version, index) => {
      const before = versions[index - 1];
      const parts = before ? diffWords(before.text, version.text) : [{ kind: "same", text: version.text }];
      const name = before ? fill(gettext("Version %(number)s"), { number: index + 1 }) : gettext("As it was written");
      const words = element("p", "version__words", ...parts.map(drawPart));
      words.dir = "auto";
      const head = element("p", "version__head", element("strong", "", name), " ", element("span", "muted", stamp(version.received_ms)));
      const node = element("section", "version", head, words, drawActs(version, name, prove));
      node.dataset.version = version.hash;
      return node;
    })
    .reverse();
}

function drawActs(version, name, prove) {
  const proved = element("span", "muted", gettext("This proof is about these words."));
  proved.dataset.versionProved = "";
  const button = element("button", "link", gettext("Prove this version"));
  button.type = "button";
  button.setAttribute("aria-label", `${gettext("Prove this version")}: ${name}`);
  button.addEventListener("click", () => prove(version));
  return element("p", "version__acts", proved, button);
}

function drawPart({ kind, text }) {
  if (kind === "same") return text;
  return element(kind === "added" ? "ins" : "del", "", text);
}
