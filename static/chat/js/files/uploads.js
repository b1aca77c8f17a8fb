/**
 * Files on their way to the server, before a message takes them. Knows no document and no network: `transfer` sends one
 * file, tells how far it is, and ends with what the server says of it or with {code, detail}.
 *
 * An item: {key, file, name, size, state, sent, problem, canRetry, info}; `state` is "waiting", "sending" with `sent` from
 * 0 to 1, "done" with `info`, or "failed" with `problem` in words.
 */

import { fill, gettext, ngettext } from "../../../base/js/i18n.js";
import { namesOf, shownName, sizeWords } from "./shown.js";

const AT_ONCE = 2;
const FINAL = ["too_large", "empty", "forbidden", "not_found", "quota"];

export class Uploads {
  #items = [];
  #keys = 0;
  #aborts = new Map(); // key → AbortController

  /** `limits` gives {file, files}: bytes of one file, files of one message. */
  constructor({ transfer, limits, onChange }) {
    Object.assign(this, { transfer, limits, onChange });
  }

  get items() {
    return this.#items;
  }

  /** What can be sent: {id, name, type, size, url, thumb, width, height} each. */
  get ready() {
    return this.#items.filter(({ state }) => state === "done").map(({ info }) => info);
  }

  get isBusy() {
    return this.#items.some(({ state }) => state === "waiting" || state === "sending");
  }

  get hasFailed() {
    return this.#items.some(({ state }) => state === "failed");
  }

  /** Whether there is one that cannot be uploaded however often one tries. */
  get hasRefused() {
    return this.#items.some(({ state, canRetry }) => state === "failed" && !canRetry);
  }

  get names() {
    return namesOf(this.ready);
  }

  /** Begins at once; returns what is to be said of files that a message has no room for, or "". */
  add(files) {
    const { files: most } = this.limits();
    const fitting = [...files].slice(0, Math.max(0, most - this.#items.length));
    this.#set([...this.#items, ...fitting.map((file) => this.#accept(file))]);
    this.#start();
    return fitting.length < files.length ? tooMany(most) : "";
  }

  /** Puts back what was uploaded before: after a reload, or of a message that was refused. */
  restore(infos) {
    const known = new Set(this.ready.map(({ id }) => id));
    const items = infos.filter(({ id }) => !known.has(id)).map((info) => this.#item({ ...info, state: "done", sent: 1, info }));
    if (items.length) this.#set([...this.#items, ...items]);
  }

  remove(key) {
    this.#aborts.get(key)?.abort();
    this.#set(this.#items.filter((item) => item.key !== key));
    this.#start();
  }

  retry(key) {
    this.#change(key, { state: "waiting", sent: 0, problem: "" });
    this.#start();
  }

  /** The connection is back: what it broke off goes on. */
  resume() {
    for (const { key, problem, code } of this.#items) if (problem && code === "network") this.retry(key);
  }

  /** Hands over what is ready, and forgets it. */
  take() {
    const { ready } = this;
    this.#set([]);
    return ready;
  }

  #accept(file) {
    const { file: most } = this.limits();
    const refuse = (code, problem) => ({ state: "failed", problem, canRetry: false, code });
    let state = { state: "waiting" };
    if (file.size === 0) state = refuse("empty", gettext("This file is empty."));
    if (file.size > most) state = refuse("too_large", fill(gettext("Larger than %(limit)s."), { limit: sizeWords(most) }));
    return this.#item({ file, name: shownName(file.name), size: file.size, ...state });
  }

  #item(values) {
    this.#keys += 1;
    return { key: this.#keys, file: null, sent: 0, problem: "", canRetry: false, code: "", info: null, ...values };
  }

  #start() {
    const sending = this.#items.filter(({ state }) => state === "sending").length;
    const next = this.#items.filter(({ state }) => state === "waiting").slice(0, AT_ONCE - sending);
    next.forEach((item) => this.#send(item));
  }

  async #send({ key, file }) {
    const abort = new AbortController();
    this.#aborts.set(key, abort);
    this.#change(key, { state: "sending" });
    try {
      const info = await this.transfer(file, { signal: abort.signal, onProgress: (sent) => this.#change(key, { sent }) });
      this.#change(key, { state: "done", sent: 1, name: info.name, info });
    } catch ({ code, detail }) {
      this.#change(key, { state: "failed", code, problem: detail, canRetry: !FINAL.includes(code) });
    }
    this.#aborts.delete(key);
    this.#start();
  }

  #change(key, values) {
    this.#set(this.#items.map((item) => (item.key === key ? { ...item, ...values } : item)));
  }

  #set(items) {
    this.#items = items;
    this.onChange();
  }
}

function tooMany(most) {
  return fill(ngettext("A message takes one file.", "A message takes up to %(count)s files.", most), { count: most });
}
