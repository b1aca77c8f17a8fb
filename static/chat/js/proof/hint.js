/**
 * "Sealed. See the proof.", once in a browser's life: when the first message that a person saw waiting is sealed, unless
 * they have found the proof by themselves.
 */

import { gettext } from "../../../base/js/i18n.js";

const KEY = "connect.hint.proof";

export class Hint {
  #waiting = null; // seq of a message of mine that no block holds yet

  constructor({ node, me, onOpen }) {
    Object.assign(this, { node, me, onOpen });
    this.event = null;
    this.isDone = wasShown();
    node.querySelector("[data-hint-open]").addEventListener("click", () => onOpen(this.event));
    node.querySelector("[data-hint-close]").addEventListener("click", () => this.hide());
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
    this.hide();
  }

  #waits({ kind, author, block }) {
    return kind === "post" && author.id === this.me.id && block === null;
  }

  #show(event) {
    this.isDone = true;
    rememberShown();
    this.event = event;
    this.node.querySelector("[data-hint-words]").textContent = gettext("Sealed.");
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
