/** What no entry tells: what is pinned, what one may do, how people are called. Who missed the frames asks for it. */

import { ask } from "./asking.js";
import { namedIn } from "./naming.js";

const AT_ONCE = 100; // people

export class Missed {
  #welcomes = 0;

  /** `address` is the room's; `logs()` what names people on the page; what is found is dispatched like frames. */
  constructor({ room, address, logs, dispatch, asks = ask }) {
    Object.assign(this, { room, address, logs, dispatch, asks });
  }

  /** The page itself tells all this; `welcome` comes again where the connection was lost. */
  hear(frame) {
    if (frame.type !== "welcome") return;
    this.#welcomes += 1;
    if (this.#welcomes === 1) return;
    this.#catchUp();
    this.#callAnew([...new Set([frame.me.id, ...this.#named().map(({ id }) => id)])]);
  }

  async #catchUp() {
    const { room } = this;
    const answer = await this.asks(`${this.address}pins/`);
    if (!answer) return;
    this.dispatch({ type: "pins", room, pinned: answer.pinned });
    this.dispatch({ type: "standing", room, ...answer.standing });
  }

  async #callAnew(ids) {
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const query = ids.slice(at, at + AT_ONCE).map((id) => `id=${id}`).join("&");
      const { people = [] } = (await this.asks(`${this.address}people?${query}`)) ?? {};
      const shown = this.#named();
      const isOld = (person) => shown.some(({ id, name }) => id === person.id && name !== person.name);
      // My own name stands elsewhere, too.
      for (const person of people) if (person.id === ids[0] || isOld(person)) this.dispatch({ type: "person", person });
    }
  }

  #named() {
    return this.logs().flatMap(({ events }) => events.flatMap(namedIn));
  }
}
