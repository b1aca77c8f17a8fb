/** The menu of one message: arrows move, Enter chooses, Esc closes. */

import { giveBack, showBeside } from "./popover.js";

export class Menu {
  #opener = null;

  /** `items(row)` says which acts apply: {name: true or the label to show}. `onChoose(name, opener)`. */
  constructor({ node, items, onChoose }) {
    Object.assign(this, { node, items, onChoose });
    node.addEventListener("click", ({ target }) => this.#choose(target.closest("[data-menu-act]")));
    node.addEventListener("keydown", (event) => this.#key(event));
  }

  open(row, opener) {
    this.#opener = opener;
    const applies = this.items(row);
    for (const item of this.#all()) item.hidden = !applies[item.dataset.menuAct];
    showBeside(this.node, opener);
    this.#shown()[0]?.focus();
  }

  #choose(item) {
    if (!item) return;
    const opener = this.#opener;
    this.node.hidePopover();
    giveBack(opener);
    this.onChoose(item.dataset.menuAct, opener);
  }

  #key(event) {
    const items = this.#shown();
    const at = items.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Tab") this.node.hidePopover();
    if (event.key === "Escape") this.#leave(event);
    if (next === undefined) return;
    event.preventDefault();
    items.at(next % items.length).focus();
  }

  #leave(event) {
    event.preventDefault();
    event.stopPropagation();
    this.node.hidePopover();
    giveBack(this.#opener);
  }

  #all() {
    return [...this.node.querySelectorAll("[data-menu-act]")];
  }

  #shown() {
    return this.#all().filter(({ hidden }) => !hidden);
  }
}
