/** Tells the server how far somebody has read: what stood at the end of the timeline while they looked at it. */

import { read } from "./protocol.js";
import { isLookedAt } from "./visibility.js";

const LOOK_MS = 600;

export class Reading {
  #told = 0;
  #timer = null;
  #isHeld = false;
  #wasRead = false;

  /** `seen()` gives the newest seq on the screen, or null; `onRead` is called once, when the end was read. */
  constructor({ room, transmit, seen, onRead, platform = browser() }) {
    Object.assign(this, { room, transmit, seen, onRead, platform });
  }

  /** Something moved: the end may be in sight. */
  look() {
    if (this.#timer === null && this.#news() !== null) this.#timer = this.platform.later(LOOK_MS, () => this.#tell());
  }

  /** A new connection: what was told by the last one may have been lost with it. */
  again() {
    this.#told = 0;
    this.look();
  }

  /** Marked as unread: nothing counts as read until the page is opened again or its reader writes. */
  hold() {
    this.#isHeld = true;
  }

  release() {
    this.#isHeld = false;
    this.look();
  }

  #tell() {
    this.#timer = null;
    const seq = this.#news();
    if (seq === null || !this.transmit(read(this.room, seq))) return;
    this.#told = seq;
    if (!this.#wasRead) this.onRead();
    this.#wasRead = true;
  }

  #news() {
    const seq = this.#isHeld || !this.platform.isLookedAt() ? null : this.seen();
    return seq !== null && seq > this.#told ? seq : null;
  }
}

function browser() {
  return {
    later: (ms, act) => setTimeout(act, ms),
    isLookedAt,
  };
}
