/**
 * Reads live messages to people who listen: one line each, and where more than three come within two seconds, the rest
 * as one number. Never history, never one's own.
 */

import { fill, ngettext } from "../../base/js/i18n.js";

const SPAN_MS = 2_000;
const LINES = 3;
const KEPT = 12;
const LONGEST = 240;

export class Announcer {
  #said = 0;
  #held = 0;
  #timer = null;

  constructor(say, later = (action, ms) => setTimeout(action, ms)) {
    Object.assign(this, { say, later });
  }

  hear(events) {
    for (const event of events) {
      this.#timer ??= this.later(() => this.#rest(), SPAN_MS);
      if (this.#said < LINES) this.say(line(event));
      else this.#held += 1;
      this.#said += 1;
    }
  }

  #rest() {
    if (this.#held) this.say(fill(ngettext("%(n)s more message", "%(n)s more messages", this.#held), { n: this.#held }));
    this.#said = this.#held = 0;
    this.#timer = null;
  }
}

function line({ author, body }) {
  const text = body?.text ?? "";
  return `${author.name}: ${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}`;
}

/** Says lines in a live region, which keeps the newest few only. */
export function speaker(region) {
  return (text) => {
    const paragraph = region.ownerDocument.createElement("p");
    paragraph.textContent = text;
    region.append(paragraph);
    while (region.childElementCount > KEPT) region.firstElementChild.remove();
  };
}
