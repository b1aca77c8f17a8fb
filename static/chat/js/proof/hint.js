/**
 * "Sealed. See the proof.", once in a browser's life: when the first message that a person saw waiting is sealed, unless
 * they have found the proof by themselves. To whoever may invite others, the way there is shown after it.
 */

import { gettext } from "../../../base/js/i18n.js";

const KEY = "connect.hint.proof";

export class Hint {
  #waiting = null; // seq of a message of mine that no block holds yet

  constructor({ node, me, onOpen }) {
    Object.assign(this, { node, me, onOpen });
    this.event = null;
    this.isDone = wasShown();
    this.#place("open").addEventListener("click", () => onOpen(this.event));
    this.#place("close").addEventListener("click", () => this.hide());
  }

  look(log) {
    if (this.isDone) return;
    const event = log.events[this.#waiting - log.first];
    if (this.#waiting !== null && event?.block != null) this.#show(event);
    else this.#waiting ??= log.events.findLast((each) => this.#waits(each))?.seq ?? null;
  }

  hide() {
    this.node.hidden = true;
  }

  /** The proof has been seen. */
  settle() {
    this.isDone = true;
    rememberShown();
    const invite = this.#place("invite");
    if (this.node.hidden || !invite) return this.hide();
    this.#place("words").textContent = "";
    this.#place("open").hidden = true;
    invite.hidden = false;
    return undefined;
  }

  #place(name) {
    return this.node.querySelector(`[data-hint-${name}]`);
  }

  #waits({ kind, author, block }) {
    return kind === "post" && author.id === this.me.id && block === null;
  }

  #show(event) {
    this.isDone = true;
    rememberShown();
    this.event = event;
    this.#place("words").textContent = gettext("Sealed.");
    this.node.hidden = false;
  }
}

function wasShown() {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return true; // what cannot be remembered would be said for ever
  }
}

function rememberShown() {
  try {
    localStorage.setItem(KEY, "shown");
  } catch {
    // Storage is full: the hint comes once more.
  }
}
