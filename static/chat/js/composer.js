/** Where messages are written: drafts, reply chip, keys. Hands a finished message to `onSend({text, reply})`. */

import { wipeQuote } from "./erasure.js";
import { refusal } from "./protocol.js";

export class Composer {
  #reply = null; // {seq, hash, author, text}

  constructor({ form, draftKey, limit, onSend }) {
    Object.assign(this, { form, draftKey, limit, onSend });
    for (const name of ["text", "problem", "reply", "reply-author", "reply-text", "reply-cancel"]) {
      this[name] = form.querySelector(`[data-${name}]`);
    }
    form.noValidate = true; // an empty message is told in our own words
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.text.addEventListener("keydown", (event) => this.#key(event));
    this.text.addEventListener("input", () => this.#changed());
    this["reply-cancel"].addEventListener("click", () => this.replyTo(null));
    this.#restore();
  }

  replyTo(quote) {
    this.#reply = quote;
    this.reply.hidden = !quote;
    this["reply-author"].textContent = quote?.author ?? "";
    this["reply-text"].textContent = quote?.text ?? "";
    this.text.focus();
    this.#keep();
  }

  /** The words that a reply quotes were erased: the chip says only whose they were. */
  forget(erased) {
    const quote = wipeQuote(this.#reply, erased);
    if (quote === this.#reply) return;
    this.#reply = quote;
    this["reply-text"].textContent = "";
    this.#keep();
  }

  /** Puts a message back for another try; what was being written stays below it. */
  edit(text, reply) {
    this.text.value = [text, this.text.value].filter(Boolean).join("\n\n");
    this.replyTo(reply);
    this.#changed();
  }

  #submit() {
    const text = this.text.value.trim();
    const problem = refusal(text, this.limit());
    this.#tell(problem);
    if (problem) return this.text.focus();
    this.onSend({ text, reply: this.#reply });
    this.text.value = "";
    this.replyTo(null);
    return this.#changed();
  }

  #key(event) {
    // While an input method composes, Enter and Escape belong to it. 229 is what Safari says instead.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (this.text.value.trim()) this.#submit();
    } else if (event.key === "Escape" && this.#reply) {
      event.preventDefault();
      this.replyTo(null);
    }
  }

  #changed() {
    const text = this.text.value;
    this.#tell(text.trim() ? refusal(text, this.limit()) : "");
    if (!CSS.supports("field-sizing", "content")) this.#grow();
    this.#keep();
  }

  #tell(problem) {
    if (this.problem.textContent !== problem) this.problem.textContent = problem;
    this.problem.hidden = !problem;
    this.text.setAttribute("aria-invalid", String(Boolean(problem)));
  }

  #grow() {
    this.text.style.blockSize = "auto";
    this.text.style.blockSize = `${this.text.scrollHeight}px`;
  }

  #keep() {
    const draft = { text: this.text.value, reply: this.#reply };
    try {
      if (draft.text || draft.reply) localStorage.setItem(this.draftKey, JSON.stringify(draft));
      else localStorage.removeItem(this.draftKey);
    } catch {
      // Storage is full or switched off: the draft then lasts as long as the page.
    }
  }

  #restore() {
    try {
      const { text, reply } = JSON.parse(localStorage.getItem(this.draftKey)) ?? {};
      if (text && !this.text.value) this.text.value = text;
      if (reply) this.#reply = reply;
    } catch {
      return; // nothing that can be read
    }
    const focused = document.activeElement;
    if (this.#reply) this.replyTo(this.#reply);
    if (focused !== this.text) this.text.blur();
    this.#changed();
  }
}
