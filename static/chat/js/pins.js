/** What is pinned in the room: how many stand at its head, and of each message whether it is one of them. */

/** Pure: what is pinned after a frame, [{seq, hash}]. */
export function pinnedAfter(pinned, frame, room) {
  if (frame.room !== room) return pinned;
  if (frame.type === "pins") return frame.pinned;
  if (frame.type !== "events") return pinned;
  const gone = new Set(frame.events.filter(({ kind }) => kind === "delete" || kind === "erase").map(({ ref }) => ref));
  return pinned.some(({ hash }) => gone.has(hash)) ? pinned.filter(({ hash }) => !gone.has(hash)) : pinned;
}

export class Pins {
  /** `count` is the place of the number; `onChange` is called after each change. */
  constructor({ room, address, pinned, count, onChange }) {
    Object.assign(this, { room, address, pinned, count, onChange });
  }

  hear(frame) {
    const { pinned } = this;
    this.pinned = pinnedAfter(pinned, frame, this.room);
    if (this.pinned !== pinned) this.#show();
  }

  has({ hash }) {
    return this.pinned.some((pin) => pin.hash === hash);
  }

  #show() {
    this.count.textContent = String(this.pinned.length);
    this.count.hidden = this.pinned.length === 0;
    this.onChange();
  }
}
