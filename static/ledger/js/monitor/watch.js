/**
 * Follows the log: every checkpoint that comes in is judged against the newest that this browser verified. One tab at a
 * time (Web Locks), so that they share one history. What cannot be judged now is judged with the next checkpoint.
 */

import { UnsupportedError } from "../errors.js";
import { evidenceOf } from "./evidence.js";
import { judge, keepAfter } from "./judge.js";
import { Unreachable } from "./published.js";

const SPREAD_MS = 1_500;

export class Watch {
  #following = null;
  #wanted = null; // the size that the last sealed block told
  #keyBefore; // the key that was kept when this tab heard `vkey`

  /** `vkey` is the log's key as the page names it. */
  constructor({ vkey, log, state, onChange = () => {}, platform = browser() }) {
    Object.assign(this, { vkey, log, state, onChange, platform });
    this.#keyBefore = this.kept?.vkey;
    this.doubt = null; // why the last checkpoint could not be judged
  }

  get kept() {
    return this.state.kept;
  }

  /** The key to verify by: the one that was kept, or at first the one that the page names. */
  get pinned() {
    return this.kept?.vkey ?? this.vkey;
  }

  get alarm() {
    return this.state.alarm;
  }

  /** {size, root} for hello and for statements, or null. */
  get head() {
    const { kept } = this;
    return kept && { size: kept.size, root: kept.root };
  }

  /** Asks the log which key it names now. Another one than was kept shows with the next checkpoint. */
  async learnKey() {
    try {
      await this.#askKey();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
    }
  }

  /** The kind of verdict on a checkpoint (judge.js), or null where none could be reached. */
  check(note) {
    return this.platform.lock(() => this.#guarded(() => this.#judge(note)));
  }

  /** Asks for the log's key and its newest checkpoint now: where nobody tells of them. */
  look() {
    return this.platform.lock(() =>
      this.#guarded(async () => {
        await this.#askKey();
        return this.#judge(await this.log.checkpoint());
      }),
    );
  }

  /** Asks for the newest checkpoint after a block that ends at `size`, unless that is known already. */
  follow(size) {
    this.#wanted = size;
    this.#following ??= this.#follow().finally(() => {
      this.#following = null;
    });
    return this.#following;
  }

  /**
   * A person goes on with the log as it is now: the alarm is put away, and what contradicts the log is forgotten. False,
   * and nothing changed, where the log cannot be verified now.
   */
  async accept() {
    const isAccepted = await this.platform.lock(() => this.#guarded(() => this.#accept()));
    return isAccepted ?? false;
  }

  async #follow() {
    for (let asked = null; asked !== this.#wanted; ) {
      // A block reaches everybody at once: their questions come spread over a moment.
      await this.platform.wait(this.platform.random() * SPREAD_MS);
      asked = this.#wanted;
      await this.platform.lock(() => this.#catchUp(asked));
    }
  }

  /** Where another tab was faster there is nothing to ask. */
  async #catchUp(size) {
    if (this.kept?.size === size) return;
    await this.#guarded(async () => this.#judge(await this.log.checkpoint()));
  }

  async #askKey() {
    const keyBefore = this.kept?.vkey;
    this.vkey = await this.log.key();
    this.#keyBefore = keyBefore;
  }

  async #judge(note) {
    const { kept } = this;
    // A person accepted another key in another tab: what this one was told before says nothing about that.
    const isAcceptedSince = kept && kept.vkey !== this.vkey && kept.vkey !== this.#keyBefore;
    if (isAcceptedSince) await this.#askKey();
    const { vkey } = this;
    const verdict = await judge({ kept, vkey, note }, this.log);
    const nowMs = this.platform.now();
    if (verdict.isAlarm) this.state.raise(evidenceOf(verdict, { kept, vkey, note, nowMs, page: this.platform.page() }));
    else this.state.keep(keepAfter(verdict, kept, vkey, nowMs));
    return verdict.kind;
  }

  async #accept() {
    const [vkey, note] = [await this.log.key(), await this.log.checkpoint()];
    const known = await judge({ kept: this.kept, vkey, note }, this.log);
    const found = known.isAlarm ? await judge({ kept: null, vkey, note }, this.log) : known;
    if (found.isAlarm) return false;
    if (known.isAlarm) this.state.forget();
    this.vkey = vkey;
    this.state.keep(keepAfter(found, this.kept, vkey, this.platform.now()));
    this.state.putAway();
    return true;
  }

  /** Null where nothing of the log's was heard, or this browser cannot check it; then there is doubt. */
  async #guarded(step) {
    try {
      const result = await step();
      this.doubt = null;
      return result;
    } catch (error) {
      if (!(error instanceof Unreachable || error instanceof UnsupportedError)) throw error;
      this.doubt = error;
      return null;
    } finally {
      this.onChange();
    }
  }
}

function browser() {
  return {
    now: () => Date.now(),
    random: Math.random,
    page: () => location.href,
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    // Without Web Locks (plain http:// in a local network) there is no WebCrypto either, and nothing to judge by.
    lock: (act) => (navigator.locks ? navigator.locks.request("connect.log", act) : act()),
  };
}
