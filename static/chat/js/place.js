/** The room that is open, as it changes: its name, its topic, and whether it takes messages. */

import { readAccess } from "./notes.js";

export class Place {
  #seen = 0;

  /** `composer` and `closed`: one of them is shown. */
  constructor({ room, nodes }) {
    Object.assign(this, { room, nodes });
  }

  hear(frame) {
    if (frame.type !== "events" || frame.room !== this.room || frame.re) return;
    for (const event of frame.events) {
      if (event.kind === "room.update" && event.seq > this.#seen) this.#update(event);
    }
  }

  #update({ seq, body }) {
    this.#seen = seq;
    const { name, topic, composer, closed } = this.nodes;
    const { archived } = readAccess(body);
    document.title = document.title.replace(name.textContent, () => body.name);
    name.textContent = body.name;
    topic.textContent = body.topic;
    topic.hidden = body.topic === "";
    composer.hidden = archived;
    closed.hidden = !archived;
  }
}
