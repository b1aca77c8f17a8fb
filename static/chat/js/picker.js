/** The emoji picker: a search field over a grid of buttons. Typing filters, arrows move, Enter takes. */

import { EMOJI, search } from "./emoji.js";
import { giveBack, showBeside } from "./popover.js";

const RECENT_KEY = "connect.emoji";
const RECENT = 8;

export class Picker {
  #opener = null;
  #onPick = null;

  constructor({ node }) {
    this.node = node;
    for (const name of ["search", "list", "none"]) this[name] = node.querySelector(`[data-picker-${name}]`);
    this.search.addEventListener("input", () => this.#fill());
    node.addEventListener("keydown", (event) => this.#key(event));
    this.list.addEventListener("click", ({ target }) => this.#pick(target.closest("button")?.textContent));
  }

  open(opener, onPick) {
    this.#opener = opener;
    this.#onPick = onPick;
    this.search.value = "";
    this.#fill();
    showBeside(this.node, opener);
    this.search.focus();
  }

  #fill() {
    const query = this.search.value;
    const recent = query ? [] : readRecent().map((emoji) => EMOJI.find((each) => each.emoji === emoji)).filter(Boolean);
    const found = [...recent, ...search(query).filter((each) => !recent.includes(each))];
    this.list.replaceChildren(...found.map((each, index) => button(each, index === 0)));
    this.none.hidden = found.length > 0;
  }

  #pick(emoji) {
    if (!emoji) return;
    keepRecent(emoji);
    this.#close();
    this.#onPick(emoji);
  }

  #close() {
    this.node.hidePopover();
    giveBack(this.#opener);
  }

  #key(event) {
    if (event.isComposing || event.keyCode === 229) return; // the keys belong to the input method
    const buttons = [...this.list.children];
    const at = buttons.indexOf(document.activeElement);
    if (event.key === "Enter" && at < 0) this.#pick(buttons[0]?.textContent);
    else if (event.key === "Escape") {
      event.stopPropagation();
      this.#close();
    } else if (event.key === "ArrowDown" && at < 0) this.#focus(buttons[0]);
    else if (at >= 0) {
      const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: this.#columns(buttons), ArrowUp: -this.#columns(buttons) }[event.key];
      if (!step) return;
      this.#focus(at + step < 0 ? this.search : buttons[at + step]);
    } else return;
    event.preventDefault();
  }

  #focus(node) {
    if (!node) return;
    for (const each of this.list.children) each.tabIndex = each === node ? 0 : -1;
    node.focus();
  }

  #columns(buttons) {
    const second = buttons.findIndex(({ offsetTop }) => offsetTop > buttons[0].offsetTop);
    return second < 0 ? buttons.length : second;
  }
}

function button({ emoji, name, spoken }, isFirst) {
  const node = document.createElement("button");
  node.type = "button";
  node.className = "picker__emoji";
  node.tabIndex = isFirst ? 0 : -1;
  node.textContent = emoji;
  node.title = `:${name}:`;
  node.setAttribute("aria-label", spoken);
  return node;
}

function readRecent() {
  try {
    const kept = JSON.parse(localStorage.getItem(RECENT_KEY));
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

function keepRecent(emoji) {
  try {
    localStorage.setItem(RECENT_KEY, JSON.stringify([emoji, ...readRecent().filter((each) => each !== emoji)].slice(0, RECENT)));
  } catch {
    // Storage is full or switched off: nothing is remembered.
  }
}
