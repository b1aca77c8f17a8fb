/**
 * Sends what the outbox holds: one message after the other, one tab at a time (Web Locks). A message leaves the outbox
 * when the server has acknowledged it; until then it is sent again, with the same client_id, as often as it takes.
 */

const ANSWER_MS = 15_000;
const RETRY_MS = 1_000;

export class Flusher {
  #flushing = null;
  #again = false;
  #waiting = new Map(); // client_id → resolve of the verdict

  constructor({ outbox, transmit, isLive, newId, platform = browser() }) {
    Object.assign(this, { outbox, transmit, isLive, newId, platform });
  }

  /** Sends all that can be sent now. Calls while it runs are one more round, never a second flusher. */
  flush() {
    this.#again = true;
    this.#flushing ??= this.#run().finally(() => {
      this.#flushing = null;
      return this.#again && this.isLive() ? this.flush() : undefined; // asked for between the last look and now
    });
    return this.#flushing;
  }

  /** The server's word on one message: {type: "recorded" | "same" | "new" | "no", …}. */
  settle(clientId, verdict) {
    const resolve = this.#waiting.get(clientId);
    this.#waiting.delete(clientId);
    if (resolve) resolve(verdict);
    // Heard after the wait was given up, or of what another tab sent.
    else if (verdict.type === "recorded") this.outbox.remove(clientId);
  }

  /** The connection is gone, and with it every answer that was to come. */
  disconnected() {
    for (const resolve of this.#waiting.values()) resolve({ type: "lost" });
    this.#waiting.clear();
  }

  async #run() {
    while (this.#again && this.isLive()) {
      this.#again = false;
      await this.platform.lock("connect.outbox", () => this.#round());
    }
  }

  async #round() {
    for (;;) {
      const item = (await this.outbox.items()).find(({ fault }) => !fault);
      if (!item || !this.isLive()) return;
      const verdict = await this.#deliver(item);
      if (verdict.type === "lost") return; // The next connection flushes again.
      await this.#obey(item, verdict);
    }
  }

  #deliver(item) {
    return new Promise((resolve) => {
      const timer = this.platform.later(ANSWER_MS, () => this.settle(item.clientId, { type: "same" }));
      this.#waiting.set(item.clientId, (verdict) => {
        this.platform.cancel(timer);
        resolve(verdict);
      });
      if (!this.transmit(item.frame)) this.settle(item.clientId, { type: "lost" });
    });
  }

  async #obey(item, verdict) {
    if (verdict.type === "recorded") return this.outbox.remove(item.clientId);
    if (verdict.type === "same") return this.platform.wait(verdict.afterMs ?? RETRY_MS);
    if (verdict.type === "new") return this.#renew(item);
    return this.outbox.put({ ...item, fault: { code: verdict.code, detail: verdict.detail } });
  }

  /** The id was taken for something else: the same words under a new one. */
  async #renew(item) {
    const clientId = this.newId();
    await this.outbox.put({ ...item, clientId, frame: { ...item.frame, id: clientId, client_id: clientId } });
    await this.outbox.remove(item.clientId);
  }
}

function browser() {
  return {
    later: (ms, action) => setTimeout(action, ms),
    cancel: (timer) => clearTimeout(timer),
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    // Without Web Locks (plain http:// in a local network) two tabs may both send: the server keeps one.
    lock: (name, act) => (navigator.locks ? navigator.locks.request(name, act) : act()),
  };
}
