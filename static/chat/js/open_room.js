/** The room that is open, as it changes: its name, its topic, who sees it, whether it takes messages, what one may do in it. */

import { readAccess } from "./notes.js";

export class OpenRoom {
  #seen;

  /** `cursor` is the newest entry that the page knows; `composer` and `closed`: one of them is shown. */
  constructor({ room, me, cursor, nodes, title }) {
    Object.assign(this, { room, me, nodes, title });
    this.#seen = cursor;
  }

  /** Also by `sync`: what was missed while the connection was lost. */
  hear(frame) {
    if (frame.room !== this.room) return;
    if (frame.type === "standing") this.#stand(frame);
    if (frame.type !== "events") return;
    for (const event of frame.events) {
      if (event.kind === "room.update" && event.seq > this.#seen) this.#update(event);
    }
  }

  /** As the sidebar knows it. */
  rename(name) {
    if (name === undefined || name === this.title.name) return;
    this.title.rename(name);
    this.nodes.name.textContent = name;
  }

  /** What somebody may do here is another thing now. */
  #stand({ moderates, pins }) {
    this.me.moderates = moderates;
    this.nodes.main.toggleAttribute("data-may-pin", pins);
  }

  #update({ seq, body }) {
    this.#seen = seq;
    const { main, topic, lock, composer, closed } = this.nodes;
    const { access, archived } = readAccess(body);
    topic.textContent = body.topic;
    topic.hidden = body.topic === "";
    lock.hidden = access !== "private";
    main.toggleAttribute("data-archived", archived);
    composer.hidden = archived;
    closed.hidden = !archived;
  }
}
