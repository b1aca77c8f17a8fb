/** The rooms beside the timeline: new ones appear, others go, and what is new in them is told. */

import { fill, gettext, ngettext } from "../../base/js/i18n.js";
import { ask } from "./asking.js";
import { listRooms, reduceRooms } from "./rooms.js";

const RECOUNT_MS = 2_000;

export class Sidebar {
  #rooms = {};
  #recounted = new Set(); // ids of rooms about which the server is asked

  /** `lists` and `templates`: by kind; a list of the archived takes both. `current` is the room that is open: what is new there is in the timeline. */
  constructor({ lists, templates, current, me }) {
    Object.assign(this, { lists, templates, current, me });
    this.archived = document.querySelector("[data-archived-rooms]");
    this.mentions = document.querySelector("[data-mentions]");
    this.unread = document.querySelector("[data-all-unread]");
    this.mine = document.querySelector("[data-my-account]");
  }

  hear(frame) {
    const before = this.#rooms;
    this.#rooms = reduceRooms(before, frame, this.me);
    if (this.#rooms !== before) this.#draw(before);
    if (this.#rooms[this.current]?.archived && !before[this.current]?.archived) this.archived.open = true;
    if (frame.type === "person" && frame.person.id === this.me.id) this.#callMe(frame.person);
    for (const room of Object.values(this.#rooms)) if (room.isStale && room.id !== this.current) this.#recount(room);
  }

  get rooms() {
    return this.#rooms;
  }

  /** Once for all that is deleted in a while, and not everybody at the same moment. */
  #recount({ id, slug }) {
    if (this.#recounted.has(id)) return;
    this.#recounted.add(id);
    setTimeout(async () => {
      const answer = await ask(`/rooms/${slug}/unread`);
      this.#recounted.delete(id);
      this.hear({ type: "local/counts", room: id, answer });
    }, Math.random() * RECOUNT_MS);
  }

  /** Only what differs from `before`: a message is said in one of a thousand rooms. */
  #draw(before) {
    this.#countAll();
    for (const [kind, list] of Object.entries(this.lists)) {
      const rooms = listRooms(this.#rooms, kind);
      const ids = new Set(rooms.map(({ id }) => id));
      const nodes = new Map([...list.children].map((node) => [node.dataset.roomId, node]));
      for (const [id, node] of nodes) if (!ids.has(id)) node.remove();
      rooms.forEach((room, place) => {
        const node = nodes.get(room.id) ?? this.#make(room);
        if (room !== before[room.id] || !nodes.has(room.id)) this.#fill(node, room);
        // Only where it is not there yet: a node that is moved loses the focus.
        if (list.children[place] !== node) list.insertBefore(node, list.children[place] ?? null);
      });
    }
    this.archived.hidden = this.lists.archived.childElementCount === 0;
  }

  /** Beside what leads to all of them; as chat/pages/sidebar.py counts, but for the room that is open. */
  #countAll() {
    const others = Object.values(this.#rooms).filter((room) => room.id !== this.current);
    const loud = others.filter(({ level, archived }) => level !== "mute" && !archived);
    const sums = [[this.mentions, sum(others, "mentions")], [this.unread, sum(loud, "unread")]];
    for (const [node, count] of sums) {
      write(node, String(count));
      node.hidden = count === 0;
    }
  }

  #callMe({ name }) {
    this.mine.title = fill(gettext("%(name)s: your settings"), { name });
    write(this.mine.querySelector(".sidebar__text"), name);
  }

  #make(room) {
    const node = this.templates[room.kind].content.cloneNode(true).firstElementChild;
    node.dataset.roomId = room.id;
    const link = node.querySelector("a");
    link.href = `/rooms/${room.slug}/`;
    if (room.id === this.current) link.setAttribute("aria-current", "page");
    return node;
  }

  #fill(node, room) {
    const isOpen = room.id === this.current;
    const [unread, mentions] = isOpen ? [0, 0] : [room.unread, room.mentions];
    node.toggleAttribute("data-unread", unread > 0);
    node.querySelector("a").title = room.name;
    write(node.querySelector("[data-name]"), room.name);
    if (room.kind === "room") sign(node.querySelector("a"), room.access === "private");
    const dot = node.querySelector("[data-person]");
    if (dot) dot.dataset.person = room.person ?? "";
    const count = node.querySelector("[data-count]") ?? (unread || mentions ? this.#number(node, room) : null);
    if (!count) return;
    write(count, String(mentions || unread));
    count.hidden = unread === 0 && mentions === 0;
    count.classList.toggle("sidebar__count--mentions", mentions > 0);
    write(node.querySelector("[data-count-words]"), words(unread, mentions));
  }

  /** A line of the page has no number where nothing was unread. */
  #number(node, { kind }) {
    const parts = this.templates[kind].content.cloneNode(true).querySelectorAll("[data-count], [data-count-words]");
    node.querySelector("a").append(...parts);
    return parts[0];
  }
}

/** A lock where only those who are added see the room. */
function sign(link, isPrivate) {
  const use = link.querySelector("use");
  use.setAttribute("href", `${use.getAttribute("href").split("#")[0]}#${isPrivate ? "lock" : "room"}`);
  if (isPrivate) link.setAttribute("aria-description", gettext("Private"));
  else link.removeAttribute("aria-description");
}

const sum = (rooms, what) => rooms.reduce((all, room) => all + room[what], 0);

function words(unread, mentions) {
  if (mentions) return fill(ngettext("%(n)s mention", "%(n)s mentions", mentions), { n: mentions });
  return unread ? fill(ngettext("%(n)s unread", "%(n)s unread", unread), { n: unread }) : "";
}

function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
