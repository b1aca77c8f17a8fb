/**
 * Where a browser keeps the newest checkpoint that it verified, and the evidence of an alarm until a person has dealt
 * with it. All tabs share it.
 *
 *     connect.log         {vkey, note, size, root, sinceMs, checkedMs}
 *     connect.log.alarm   the evidence, as `evidence.js` makes it
 */

import { findMisfit, isCount, isHash, isPositive, isText } from "../shapes.js";

const KEPT = "connect.log";
const ALARM = "connect.log.alarm";
const SHAPE = { vkey: isText, note: isText, size: isPositive, root: isHash, sinceMs: isCount, checkedMs: isCount };

export class LogState {
  constructor(storage = ownStorage()) {
    this.storage = storage;
  }

  get kept() {
    const value = this.#read(KEPT);
    return value && findMisfit(value, SHAPE) === null ? value : null;
  }

  get alarm() {
    const value = this.#read(ALARM);
    return value && isText(value.kind) ? value : null;
  }

  /** Another tab may have gone further meanwhile: the size never goes down, and the key stays. */
  keep(next) {
    const { kept } = this;
    if (kept && (kept.vkey !== next.vkey || kept.size > next.size)) return;
    this.#write(KEPT, next);
  }

  /** The first evidence stands until it is put away. */
  raise(evidence) {
    if (!this.alarm) this.#write(ALARM, evidence);
  }

  putAway() {
    this.storage.removeItem(ALARM);
  }

  forget() {
    this.storage.removeItem(KEPT);
  }

  /** Where storage is full, what was kept goes on living as long as the page. */
  #write(key, value) {
    const text = JSON.stringify(value);
    try {
      this.storage.setItem(key, text);
    } catch {
      this.storage = memoryStorage([KEPT, ALARM].map((each) => [each, this.storage.getItem(each)]));
      this.storage.setItem(key, text);
    }
  }

  #read(key) {
    try {
      return JSON.parse(this.storage.getItem(key));
    } catch {
      return null;
    }
  }
}

/** Without storage (switched off) what is kept lasts as long as the page. */
function ownStorage() {
  try {
    localStorage.getItem(KEPT);
    return localStorage;
  } catch {
    return memoryStorage();
  }
}

export function memoryStorage(entries = []) {
  const items = new Map(entries);
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}
