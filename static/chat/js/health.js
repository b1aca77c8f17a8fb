/** What people are told about the connection: a word at once, a strip after five seconds, a dialog when logged out. */

import { fill, gettext, ngettext } from "../../base/js/i18n.js";
import { CLOSE } from "./protocol.js";

const STRIP_AFTER_MS = 5_000;
const UPDATING_MS = 30_000;
const WORDS = {
  live: gettext("Live"),
  connecting: gettext("Connecting…"),
  updating: gettext("Updating…"),
  offline: gettext("Offline"),
  ended: gettext("Logged out"),
  forbidden: gettext("Account closed"),
};

export class Health {
  #since = Date.now();
  #mood = "connecting";

  constructor({ nodes, unsentCount }) {
    Object.assign(this, { nodes, unsentCount });
    setInterval(() => this.show(), 1_000);
  }

  connection(state, code) {
    if (state === "live") this.#since = null;
    else this.#since ??= Date.now();
    this.#mood = mood(state, code);
    if (code === CLOSE.NOT_LOGGED_IN && state === "closed" && !this.nodes.ended.open) this.nodes.ended.showModal();
    this.show();
  }

  show() {
    const away = this.#since === null ? 0 : Date.now() - this.#since;
    const calm = this.#mood === "updating" && away < UPDATING_MS;
    const isLate = away >= STRIP_AFTER_MS && !calm;
    const seen = isLate && (this.#mood === "connecting" || this.#mood === "updating") ? "offline" : this.#mood;
    for (const node of this.nodes.health) {
      node.dataset.health = seen;
      setText(node.querySelector("[data-health-text]"), WORDS[seen]);
    }
    this.nodes.strip.hidden = !isLate || seen === "ended";
    setText(this.nodes.strip, seen === "forbidden" ? gettext("This account was closed. Nothing more is sent or received.") : offlineText(this.unsentCount()));
  }
}

function mood(state, code) {
  if (state === "live") return "live";
  if (code === CLOSE.NOT_LOGGED_IN) return "ended";
  if (code === CLOSE.NOT_ALLOWED) return "forbidden";
  if (code === CLOSE.RESTARTING) return "updating";
  return state === "connecting" ? "connecting" : "offline";
}

function offlineText(count) {
  if (count === 0) return gettext("No connection. What you write is kept and sent when it is back.");
  const words = ngettext(
    "No connection. %(n)s message is kept here and will be sent when it is back.",
    "No connection. %(n)s messages are kept here and will be sent when it is back.",
    count,
  );
  return fill(words, { n: count });
}

/** A live region speaks on every change: the same words are not set again. */
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
