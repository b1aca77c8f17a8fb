/** Editing in place: the message's own words in a field; Enter saves, Shift-Enter breaks, Esc cancels. One at a time. */

import { Completer } from "./completer.js";
import { replaceNames } from "./emoji.js";
import { refusal } from "./protocol.js";

export class Editor {
  #form = null;
  #message = null;
  #event = null;
  #completer = null;

  /** `people` is where people of the room are found; `onSave(event, text)` gets a text that is new and not refused; `onEnd` a node that the focus may go back to. */
  constructor({ template, limit, people, onSave, onEnd }) {
    Object.assign(this, { template, limit, people, onSave, onEnd });
  }

  get isOpen() {
    return this.#form?.isConnected ?? false;
  }

  open(message, event) {
    const begun = this.#begun(event);
    this.close();
    this.#event = event;
    this.#message = message;
    this.#form = this.template.content.firstElementChild.cloneNode(true);
    const field = this.#place("text");
    field.value = begun ?? (event.edited ?? event.body).text;
    field.id = `edit-${event.seq}`;
    this.#form.querySelector("label").htmlFor = field.id;
    const list = this.#place("completion");
    list.id = `completion-${event.seq}`;
    this.#completer = new Completer({ field, list, people: this.people });
    this.#form.addEventListener("submit", (submitted) => this.#save(submitted));
    this.#form.addEventListener("keydown", (pressed) => this.#key(pressed));
    this.#place("cancel").addEventListener("click", () => this.#leave());
    field.addEventListener("input", () => this.#tell(""));
    message.classList.add("message--editing");
    message.querySelector("[data-body]").after(this.#form);
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }

  /** The words are gone meanwhile: there is nothing to edit any more. */
  forget(hashes) {
    if (this.#form && hashes[this.#event.hash]) this.close();
  }

  close() {
    this.#form?.remove();
    this.#message?.classList.remove("message--editing");
    this.#form = null;
  }

  /** The words of an editor that went away with its row, as somebody looked elsewhere in the room; else null. */
  #begun(event) {
    return this.#form && !this.isOpen && this.#event.hash === event.hash ? this.#place("text").value : null;
  }

  #save(submitted) {
    submitted.preventDefault();
    const text = replaceNames(this.#place("text").value.trim());
    const problem = refusal(text, this.limit());
    if (problem) return this.#tell(problem);
    if (text !== (this.#event.edited ?? this.#event.body).text) this.onSave(this.#event, text);
    return this.#leave();
  }

  #leave() {
    const message = this.#message;
    this.close();
    this.onEnd(message);
  }

  #key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    event.stopPropagation(); // letters are words here, not acts on a message
    if (event.target === this.#place("text") && this.#completer.key(event)) return;
    if (event.key === "Escape") {
      event.preventDefault();
      this.#leave();
    } else if (event.key === "Enter" && !event.shiftKey && event.target === this.#place("text")) {
      event.preventDefault();
      this.#form.requestSubmit();
    }
  }

  #tell(problem) {
    this.#place("problem").textContent = problem;
    this.#place("text").setAttribute("aria-invalid", String(Boolean(problem)));
  }

  #place(name) {
    return this.#form.querySelector(`[data-editor-${name}]`);
  }
}
