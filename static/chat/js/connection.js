/**
 * One WebSocket that is kept alive: hello, heartbeat, reconnect. Knows frames only as far as the heartbeat needs them.
 *
 * States: connecting → live → waiting → connecting …; closed where trying again makes no sense. Time, randomness and
 * the socket come in, so that `node --test` can drive them.
 */

import { backoff, mayReconnect } from "./backoff.js";
import { CLOSE, hello, parse, ping } from "./protocol.js";

const SILENCE_MS = 8_000;
const ANSWER_MS = 3_000; // what a ping gets at least
const TICK_MS = 1_000;
const OPEN = 1; // WebSocket.OPEN

export class Connection {
  #socket = null;
  #attempt = 0;
  #retryMs = null;
  #heardAt = 0;
  #deadline = null; // when an unanswered ping means that the connection is dead
  #pings = 0;
  #pingedAt = 0;
  #ticked = 0;
  #timer = null;

  /** `me` is whose page this is; `checkpoint` gives the newest one that this browser verified, or null. */
  constructor({ url, me, cursors, checkpoint, onFrame, onState, pingMs = () => 4_000, platform = browser() }) {
    Object.assign(this, { url, me, cursors, checkpoint, onFrame, onState, pingMs, platform });
    this.state = "waiting";
    this.code = null;
  }

  start() {
    this.#ticked = this.platform.now();
    this.platform.every(TICK_MS, () => this.#tick());
    this.#connect();
  }

  /** Sends a frame; false when there is nobody to hear it. */
  send(frame) {
    return this.state === "live" && this.#transmit(frame);
  }

  /** The network or the person came back: ask at once, whatever the heartbeat had planned. */
  wake() {
    if (this.state === "live") this.#ping(this.platform.now() + ANSWER_MS);
    else if (this.state === "waiting" || this.code === CLOSE.NOT_LOGGED_IN) this.#connect();
  }

  #connect() {
    this.platform.cancel(this.#timer);
    const socket = this.platform.open(this.url);
    this.#socket = socket;
    this.#heardAt = this.platform.now();
    this.#deadline = this.#heardAt + SILENCE_MS;
    this.#enter("connecting");
    socket.onopen = () => socket.send(JSON.stringify(hello(this.cursors(), this.checkpoint())));
    socket.onmessage = ({ data }) => this.#socket === socket && this.#hear(data);
    socket.onclose = ({ code }) => this.#socket === socket && this.#lose(code);
  }

  #hear(data) {
    this.#heardAt = this.platform.now();
    // Until it is welcomed nobody pings: what is heard before does not end the wait, it begins it anew.
    this.#deadline = this.state === "live" ? null : this.#heardAt + SILENCE_MS;
    const frame = parse(data);
    if (!frame) return;
    if (frame.type === "bye") this.#retryMs = frame.retry_ms ?? null;
    // Somebody else has logged in in this browser: what this page holds is not theirs to say.
    if (frame.type === "welcome" && frame.me.id !== this.me) return this.#abandon(CLOSE.NOT_LOGGED_IN);
    if (frame.type === "welcome") {
      this.#deadline = null;
      this.#attempt = 0;
      this.#retryMs = null;
      this.code = null;
    }
    this.onFrame(frame);
    if (frame.type === "welcome") this.#enter("live");
  }

  #lose(code) {
    this.#socket = null;
    this.#deadline = null;
    // A restart is several attempts long; the reason of the first one is the one to tell.
    this.code = this.code === CLOSE.RESTARTING && code === 1006 ? this.code : code;
    if (!mayReconnect(code)) return this.#enter("closed");
    const delay = backoff(this.code, this.#attempt, this.#retryMs, this.platform.random);
    this.#attempt += 1;
    this.#timer = this.platform.later(delay, () => this.#connect());
    return this.#enter("waiting");
  }

  #tick() {
    const now = this.platform.now();
    const slept = now - this.#ticked > 3 * TICK_MS || now < this.#ticked; // or the clock was set back
    this.#ticked = now;
    if (this.#deadline !== null && now >= this.#deadline) this.#abandon(1006);
    else if (slept) this.wake();
    else if (this.state === "live" && now - this.#pingedAt >= this.pingMs()) {
      this.#ping(Math.max(this.#heardAt + SILENCE_MS, now + ANSWER_MS));
    }
  }

  #ping(deadline) {
    this.#deadline = Math.min(this.#deadline ?? deadline, deadline);
    this.#pingedAt = this.platform.now();
    this.#pings += 1;
    this.#transmit(ping(this.#pings));
  }

  /** False when the socket is closing, of which `onclose` tells once the peer has agreed. */
  #transmit(frame) {
    if (this.#socket.readyState !== OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** A dead peer answers no closing handshake either: do not wait for it. */
  #abandon(code) {
    const socket = this.#socket;
    this.#lose(code);
    socket.close();
  }

  #enter(state) {
    this.state = state;
    this.onState(state, this.code);
  }
}

function browser() {
  return {
    now: () => Date.now(),
    random: Math.random,
    open: (url) => new WebSocket(url),
    later: (ms, action) => setTimeout(action, ms),
    every: (ms, action) => setInterval(action, ms),
    cancel: (timer) => clearTimeout(timer),
  };
}
