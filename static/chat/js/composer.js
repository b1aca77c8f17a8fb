/** Where messages are written: drafts, reply chip, keys. Hands a finished message to `onSend({text, reply, files})`, which
 * ends when it is kept. */

import { gettext } from "../../base/js/i18n.js";
import { Completer } from "./completer.js";
import { replaceNames } from "./emoji.js";
import { wipeQuote } from "./erasure.js";
import { namesOf } from "./files/shown.js";
import { refusal } from "./protocol.js";

export class Composer {
  #reply = null; // {seq, hash, author, text}
  #isDue = false; // to be sent as soon as its files are there
  #leaving = 0; // messages that the outbox does not hold yet: the draft stays until it does
  #kept = null; // the draft as this page last kept or found it: that of another tab is not its to remove
  #isFollowing = false; // what is kept is newer than what stands here
  #isCopy = false; // of what another tab or page wrote
  #isHeld = false; // one of its files could not be uploaded, and that was said

  /** `people` is where people of the room are found; `onEditLast` is ↑ in an empty field. */
  constructor({ form, draftKey, limit, attaching, people, onSend, onEditLast }) {
    Object.assign(this, { form, draftKey, limit, uploads: attaching.uploads, onSend, onEditLast });
    for (const name of ["text", "problem", "reply", "reply-author", "reply-text", "reply-cancel", "completion"]) {
      this[name] = form.querySelector(`[data-${name}]`);
    }
    form.noValidate = true; // an empty message is told in our own words
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.completer = new Completer({ field: this.text, list: this.completion, people });
    this.text.addEventListener("keydown", (event) => this.#key(event));
    this.text.addEventListener("input", () => this.#changed());
    this["reply-cancel"].addEventListener("click", () => this.replyTo(null));
    this.#restore();
    addEventListener("storage", (event) => event.key === draftKey && this.#follow(event));
    attaching.onChange = () => this.#filesChanged();
    attaching.onRefused = (problem) => this.#tell(problem);
  }

  replyTo(quote) {
    this.#quote(quote);
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

  /** Puts an emoji, or anything else, where the caret is. */
  insert(text) {
    this.text.setRangeText(text, this.text.selectionStart, this.text.selectionEnd, "end");
    this.text.focus();
    this.#changed();
  }

  /** Puts a message back for another try; what was being written stays below it. */
  edit(text, reply, files = []) {
    this.uploads.restore(files);
    const written = text === namesOf(files) ? "" : text;
    this.text.value = [written, this.text.value].filter(Boolean).join("\n\n");
    this.replyTo(reply);
    this.#changed();
  }

  #quote(quote) {
    this.#reply = quote;
    this.reply.hidden = !quote;
    this["reply-author"].textContent = quote?.author ?? "";
    this["reply-text"].textContent = quote?.text ?? "";
  }

  #submit() {
    this.#isHeld = this.uploads.hasFailed;
    this.#isDue = this.uploads.isBusy && !this.#isHeld;
    if (this.uploads.hasRefused) return this.#tell(gettext("A file cannot be uploaded. Remove it."));
    if (this.#isHeld) return this.#tell(gettext("A file could not be uploaded. Try it again or remove it."));
    if (this.#isDue) return this.#tell(gettext("This is sent as soon as its files are uploaded."), { isFault: false });
    const written = replaceNames(this.text.value.trim());
    const text = written || this.uploads.names; // files are called what they are called
    const problem = refusal(text, this.limit());
    this.#tell(problem);
    if (problem) return this.text.focus();
    this.#leaving += 1;
    this.onSend({ text, reply: this.#reply, files: this.uploads.take() }).finally(() => {
      this.#leaving -= 1;
      this.#keep();
    });
    this.text.value = "";
    this.replyTo(null);
    return this.#changed();
  }

  #key(event) {
    // While an input method composes, Enter and Escape belong to it. 229 is what Safari says instead.
    if (event.isComposing || event.keyCode === 229 || this.completer.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (this.text.value.trim() || this.uploads.items.length) this.#submit();
    } else if (event.key === "Escape" && this.#reply) {
      event.preventDefault();
      this.replyTo(null);
    } else if (event.key === "ArrowUp" && !this.text.value && !this.#reply) {
      event.preventDefault();
      this.onEditLast();
    }
  }

  /** A message that waited for its files goes once they are there; one that fails holds it back, and is told of until
   * it goes or is tried again; so does another word. */
  #filesChanged() {
    const { hasFailed, isBusy, items } = this.uploads;
    const isDue = this.#isDue && items.length > 0;
    if (isDue && (hasFailed || !isBusy)) this.#submit();
    else if (this.#isHeld && hasFailed) this.#keep();
    else if (!isDue) this.#changed();
  }

  #changed() {
    this.#isDue = this.#isHeld = false;
    const text = this.text.value;
    this.#tell(text.trim() ? refusal(text, this.limit()) : "");
    if (!CSS.supports("field-sizing", "content")) this.#grow();
    this.#keep();
  }

  #tell(problem, { isFault = true } = {}) {
    if (this.problem.textContent !== problem) this.problem.textContent = problem;
    this.problem.hidden = !problem;
    this.problem.classList.toggle("composer__problem--note", !isFault);
    this.text.setAttribute("aria-invalid", String(Boolean(problem) && isFault));
  }

  #grow() {
    this.text.style.blockSize = "auto";
    this.text.style.blockSize = `${this.text.scrollHeight}px`;
  }

  #keep() {
    if (this.#leaving || this.#isFollowing) return;
    this.#isCopy = false;
    const draft = this.#draft();
    try {
      if (draft) localStorage.setItem(this.draftKey, draft);
      else if (localStorage.getItem(this.draftKey) === this.#kept) localStorage.removeItem(this.draftKey);
      this.#kept = draft;
    } catch {
      // Storage is full or switched off: the draft then lasts as long as the page.
    }
  }

  /** What is kept; null where nothing is written. */
  #draft() {
    const draft = { text: this.text.value, reply: this.#reply, files: this.uploads.ready };
    return draft.text || draft.reply || draft.files.length ? JSON.stringify(draft) : null;
  }

  /** Another tab has sent the draft that stands here, too; or it goes on with one that was only taken over here. */
  #follow({ oldValue, newValue }) {
    if (oldValue !== this.#draft() || this.uploads.isBusy || (newValue !== null && !this.#isCopy)) return;
    this.#isFollowing = true;
    this.text.value = "";
    this.#quote(null);
    this.uploads.take();
    this.#restore(newValue);
    this.#isFollowing = false;
  }

  /** What was kept; else what the browser keeps. */
  #restore(kept) {
    try {
      this.#kept = kept === undefined ? localStorage.getItem(this.draftKey) : kept;
      const { text, reply, files = [] } = JSON.parse(this.#kept) ?? {};
      if (text && !this.text.value) this.text.value = text;
      if (reply) this.#quote(reply);
      this.uploads.restore(files);
    } catch {
      return; // nothing that can be read
    }
    this.#changed();
    this.#isCopy = this.#draft() !== null;
  }
}
