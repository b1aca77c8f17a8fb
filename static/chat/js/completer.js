/** The list that completes `@name` and `:name:` while somebody writes: arrows choose, Enter or Tab takes, Esc closes. */

import { gettext } from "../../base/js/i18n.js";
import { ask } from "./asking.js";
import { complete, completionAt } from "./completion.js";
import { element } from "./element.js";
import { search } from "./emoji.js";

const WAIT_MS = 120;
const SHOWN = 8;

export class Completer {
  #begun = null;
  #choices = []; // {insert, name, detail, avatar or sign}
  #at = 0;
  #timer = null;
  #known = new Map(); // what people begin like → who; as long as the list is open, for people come

  /** `people` is the address that finds people of the room by `?q=`. */
  constructor({ field, list, people }) {
    Object.assign(this, { field, list, people });
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", list.id);
    field.addEventListener("input", () => this.#look());
    field.addEventListener("blur", () => this.close());
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the field keeps the focus
      const option = event.target.closest("[role=option]");
      if (option) this.#take([...this.list.children].indexOf(option));
    });
  }

  get isOpen() {
    return !this.list.hidden;
  }

  /** Whether the key was for the list. */
  key(event) {
    if (!this.isOpen) return false;
    if (!this.#isThere()) {
      this.close();
      return false;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#mark((this.#at + step + this.#choices.length) % this.#choices.length);
    else if (event.key === "Enter" || event.key === "Tab") this.#take(this.#at);
    else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  close() {
    clearTimeout(this.#timer);
    this.#begun = null;
    this.#known.clear();
    this.list.hidden = true;
    this.field.removeAttribute("aria-activedescendant");
  }

  /** Whether the caret is still in what was begun: it moves without a word to anybody. */
  #isThere() {
    return completionAt(this.field.value, this.field.selectionStart)?.start === this.#begun.start;
  }

  #look() {
    clearTimeout(this.#timer);
    const begun = completionAt(this.field.value, this.field.selectionStart);
    this.#begun = begun;
    if (!begun) this.close();
    else if (begun.kind === "emoji") this.#show(search(begun.query, SHOWN).map(({ emoji, name }) => ({ insert: emoji, name: `:${name}:`, detail: "", sign: emoji })));
    else this.#timer = setTimeout(() => this.#lookForPeople(begun), this.#known.has(begun.query) ? 0 : WAIT_MS);
  }

  async #lookForPeople(begun) {
    const query = begun.query.toLowerCase();
    if (!this.#known.has(query)) {
      const answer = await ask(`${this.people}?q=${encodeURIComponent(query)}`);
      if (answer) this.#known.set(query, answer.people);
    }
    if (this.#begun !== begun) return;
    const people = (this.#known.get(query) ?? []).map(({ username, name, avatar }) => ({ insert: `@${username}`, name, detail: `@${username}`, avatar }));
    const room = { insert: "@room", name: "@room", detail: gettext("everybody in this room"), sign: "@" };
    const others = "room".startsWith(query) ? [room] : [];
    this.#show([...people.slice(0, SHOWN - others.length), ...others]);
  }

  #show(choices) {
    if (choices.length === 0) {
      this.list.hidden = true;
      return;
    }
    this.#choices = choices;
    this.list.replaceChildren(...choices.map((choice, index) => option(choice, `${this.list.id}-${index}`)));
    this.list.hidden = false;
    this.#mark(0);
  }

  #mark(index) {
    this.#at = index;
    [...this.list.children].forEach((node, place) => node.setAttribute("aria-selected", String(place === index)));
    this.list.children[index].scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", this.list.children[index].id);
  }

  #take(index) {
    const { text, caret } = complete(this.field.value, this.field.selectionStart, this.#begun, this.#choices[index].insert);
    this.close();
    this.field.value = text;
    this.field.setSelectionRange(caret, caret);
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    this.close();
  }
}

function option({ name, detail, sign, avatar }, id) {
  const picture = element(avatar ? "img" : "span", "completion__picture");
  if (avatar) Object.assign(picture, { src: avatar, alt: "", width: 24, height: 24 });
  else picture.textContent = sign;
  const label = element("span", "", name);
  label.dir = "auto";
  const node = element("li", "completion__option", picture, label, element("span", "muted", detail));
  node.id = id;
  node.setAttribute("role", "option");
  return node;
}
