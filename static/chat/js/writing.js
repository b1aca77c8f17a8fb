/** What this person does: messages and acts on messages. Echo first, then the outbox, then the wire. */

import { act, newId, send } from "./protocol.js";
import { reason } from "./reasons.js";

export class Writing {
  #reads = 0;

  /** `log()` is the room's log, `head()` the newest checkpoint that was verified, `items()` what the outbox last said,
   * `show(items)` puts it on the screen, `tell(words)` says what was refused. */
  constructor({ room, me, outbox, flusher, log, head, items, show, tell }) {
    Object.assign(this, { room, me, outbox, flusher, log, head, items, show, tell });
    outbox.onChange = () => this.refresh();
  }

  async write({ text, reply, files }) {
    const frame = send({ ...this.#stated(), text, replyTo: reply?.hash ?? null, files: files.map(({ id }) => id) });
    await this.#send(frame, { quote: reply, files });
  }

  /** `kind` as in the protocol; `event` is the post. */
  async act(kind, event, body = {}) {
    await this.#send(act(kind, { ...this.#stated(), ref: event.hash }, body), { quote: null });
  }

  /** What other tabs and refusals changed. */
  async refresh() {
    this.#reads += 1;
    const read = this.#reads;
    const items = await this.outbox.items();
    if (read !== this.#reads) return;
    this.show(items);
    if (items.some(({ fault }) => !fault)) this.flusher.flush();
    await this.#dropRefused(items.filter(({ fault, frame }) => fault && frame.type !== "send"));
  }

  /** A message that was refused stays, for its words; an act that was refused did not happen, and is said so. */
  async #dropRefused(items) {
    for (const { clientId, frame, fault } of items) {
      this.tell(reason(fault, frame.type));
      await this.outbox.remove(clientId);
    }
  }

  #stated() {
    const newest = this.log().events.at(-1);
    return {
      clientId: newId(),
      room: this.room,
      sentMs: Date.now(),
      seen: newest ? { seq: newest.seq, hash: newest.hash } : null,
      checkpoint: this.head(),
    };
  }

  async #send(frame, shown) {
    const known = this.items();
    const order = Math.max(Date.now(), ...known.map((item) => item.order + 1));
    const item = { clientId: frame.client_id, author: this.me.id, room: this.room, order, frame, ...shown, fault: null };
    this.#reads += 1; // what is being read knows nothing of this item yet
    this.show([...known.filter(({ recorded }) => !recorded), item]);
    await this.outbox.put(item);
    this.flusher.flush();
  }
}

/** The acts among the outbox's items as the events that they will be, so that a screen shows them at once. */
export function pendingActs(items, me) {
  return items
    .filter(({ frame, fault }) => frame.type !== "send" && !fault)
    .map(({ frame, clientId }) => ({
      seq: Infinity,
      hash: null,
      kind: frame.type,
      author: me,
      client_id: clientId,
      ref: frame.ref,
      body: frame.emoji ? { emoji: frame.emoji } : { text: frame.text },
      html: null,
      received_ms: frame.sent_ms,
    }));
}
