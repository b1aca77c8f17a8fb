/** Who is here: a dot at every place that names a person, `data-person`, with the state in words. */

import { gettext } from "../../base/js/i18n.js";

const WORDS = { online: "online", idle: "idle" };

/** Pure: the states after a frame; who is offline is not among them. */
export function present(states, frame) {
  if (frame.type === "welcome") return { ...(frame.presence ?? {}) };
  if (frame.type !== "presence") return states;
  const { [frame.user]: _, ...others } = states;
  return frame.state === "offline" ? others : { ...others, [frame.user]: frame.state };
}

export class Presence {
  #states = {};

  /** To be told of a frame after what shows people has been: a new place is painted, too. */
  hear(frame) {
    const states = present(this.#states, frame);
    if (states === this.#states) return;
    this.#states = states;
    for (const node of document.querySelectorAll("[data-person]")) this.#paint(node);
  }

  #paint(node) {
    const state = this.#states[node.dataset.person] ?? "offline";
    if (node.dataset.presence === state) return;
    node.dataset.presence = state;
    node.textContent = state in WORDS ? gettext(WORDS[state]) : "";
  }
}
