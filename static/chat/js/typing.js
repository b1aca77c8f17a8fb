/** Who is typing: told to others while I write, and shown in a line above the composer. */

import { fill, gettext } from "../../base/js/i18n.js";

const EVERY_MS = 3000;

/** Pure: the people who type, each until a moment; a message of theirs ends it. */
export function typed(writers, { user, name, ttl_ms }, now) {
  return { ...writers, [user]: { name, until: now + ttl_ms } };
}

export function stopped(writers, users, now) {
  return Object.fromEntries(Object.entries(writers).filter(([user, { until }]) => until > now && !users.includes(user)));
}

/** "" when nobody types. */
export function typingWords(writers) {
  const names = Object.values(writers).map(({ name }) => name);
  if (names.length === 0) return "";
  if (names.length === 1) return fill(gettext("%(name)s is typing…"), { name: names[0] });
  if (names.length === 2) return fill(gettext("%(one)s and %(two)s are typing…"), { one: names[0], two: names[1] });
  return gettext("Several people are typing…");
}

export class Typing {
  #writers = {};
  #toldAt = -EVERY_MS;

  /** `tell` passes it on where there is a connection. */
  constructor({ room, text, line, tell }) {
    Object.assign(this, { room, line, tell });
    text.addEventListener("input", () => {
      if (text.value.trim() && performance.now() - this.#toldAt >= EVERY_MS && tell()) this.#toldAt = performance.now();
    });
  }

  hear(frame) {
    if (frame.room !== this.room) return;
    if (frame.type === "typing") {
      this.#writers = typed(this.#writers, frame, performance.now());
      setTimeout(() => this.#show([]), frame.ttl_ms + 50);
      this.#show([]);
    } else if (frame.type === "events") {
      this.#show(frame.events.map(({ author }) => author.id));
    }
  }

  #show(done) {
    this.#writers = stopped(this.#writers, done, performance.now());
    const words = typingWords(this.#writers);
    if (this.line.textContent !== words) this.line.textContent = words;
  }
}
