/** What somebody can do to one message, by toolbar, menu, letter or reaction. */

import { gettext } from "../../base/js/i18n.js";
import { drawPinned } from "./sheet.js";

export class Acting {
  /** `rowOf(node)` is the row of a node; `post(address, fields)` sends a form; `tell(words)` says what came of it. */
  constructor(parts) {
    Object.assign(this, parts);
  }

  /** By the name on the button. */
  do(name, node) {
    const row = this.rowOf(node);
    if (!this.isOpen && CHANGES.includes(name)) return;
    if (row && Object.hasOwn(ACTS, name)) ACTS[name](this, row, node.closest("article"), node);
  }

  /** An archived room is read only: what is there can be looked at, copied, proved. */
  get isOpen() {
    return this.place.archived === undefined;
  }

  items({ event, isMine, isGone, canErase, block }) {
    const mayPin = this.isOpen && this.place.mayPin !== undefined && !isGone;
    return {
      edit: this.isOpen && isMine && !isGone,
      delete: this.isOpen && isMine && !isGone,
      erase: canErase,
      pin: mayPin && !this.pins.has(event),
      unpin: mayPin && this.pins.has(event),
      copyText: !isGone,
      copyLink: true,
      copyReceipt: block !== null,
      unread: true,
      proof: Boolean(event),
    };
  }

  /** My newest message that can be edited. */
  editLast() {
    const mine = [...this.list.querySelectorAll("article[id]")].reverse().find((node) => {
      const row = this.rowOf(node);
      return row?.event && row.isMine && !row.isGone;
    });
    if (mine) this.do("edit", mine);
  }

  openPins() {
    this.sheet.open(gettext("Pinned messages"), this.pins.address, drawPinned((event, what) => {
      if (what === "unpin") return this.unpin(event);
      this.sheet.close();
      return this.jump(event.seq);
    }));
  }

  toggle(event, emoji) {
    const isIn = event.reactions?.find((each) => each.emoji === emoji)?.by.some(({ id }) => id === this.me.id);
    this.writing.act(isIn ? "unreact" : "react", event, { emoji });
  }

  address(event, rest = "") {
    return `/rooms/${this.place.roomSlug}/${rest || `?at=${event.seq}`}`;
  }

  async copy(text, said) {
    try {
      await navigator.clipboard.writeText(text);
      this.tell(said);
    } catch {
      this.tell(gettext("This browser does not let pages copy."));
    }
  }

  pin(event) {
    return this.#form(event, "pin", gettext("Pinned. Everybody finds it under the pin at the top."));
  }

  unpin(event) {
    return this.#form(event, "unpin", gettext("Unpinned."));
  }

  async #form(event, act, said) {
    const isDone = await this.post(this.address(event, `m/${event.hash}/`), { act });
    this.tell(isDone ? said : gettext("This could not be done. Try again later."));
  }
}

const CHANGES = ["reply", "react", "toggle", "edit", "delete", "pin", "unpin"];
const ACTS = {
  reply: (acting, { event }) => event && acting.reply(event),
  proof: (acting, { event }, message, node) => event && acting.prove(event, node),
  more: (acting, row, message, node) => row.event && acting.menu.open(row, node === message ? message.querySelector("[data-act=more]") : node),
  react(acting, { event, isGone }, message, node) {
    if (!event || isGone) return;
    const opener = node === message ? message.querySelector("[data-act=react]") : node;
    acting.picker.open(opener, (emoji) => acting.toggle(event, emoji));
  },
  toggle: (acting, { event }, message, node) => acting.toggle(event, node.dataset.emoji),
  versions: (acting, { event }, message, node) => acting.prove(event, node, { atVersions: true }),
  edit: (acting, { event, isMine, isGone }, message) => isMine && !isGone && acting.editor.open(message, event),
  async delete(acting, { event }, message) {
    if ((await acting.confirm()) !== "delete") return;
    acting.writing.act("delete", event);
    message.focus({ preventScroll: true });
  },
  erase: (acting, { event }) => location.assign(acting.address(event, `erase/${event.hash}/`)),
  pin: (acting, { event }) => acting.pin(event),
  unpin: (acting, { event }) => acting.unpin(event),
  copyText: (acting, { event }) => acting.copy((event.edited ?? event.body).text, gettext("The text is copied.")),
  copyLink: (acting, { event }) => acting.copy(`${location.origin}${acting.address(event)}`, gettext("The link is copied.")),
  copyReceipt: (acting, { event }) => acting.copy(`${location.origin}/log/receipt/${event.hash}`, gettext("The link to the receipt is copied.")),
  async unread(acting, { event }) {
    acting.reading.hold();
    const isDone = await acting.post(acting.address(event, "unread"), { seq: event.seq });
    acting.tell(isDone ? gettext("Unread from here on, when you come back.") : gettext("This could not be done. Try again later."));
  },
  again: (acting, { item }) => acting.writeAgain(item),
  discard: (acting, { item }) => acting.discard(item),
};

/** Sends a form with its token; whether it was done. */
export async function postForm(address, fields) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const body = new URLSearchParams({ ...fields, csrfmiddlewaretoken: token });
  try {
    // What was done is told by no redirection: that is the way to the log-in.
    return (await fetch(address, { method: "POST", body, redirect: "error", headers: { Accept: "application/json" } })).ok;
  } catch {
    return false;
  }
}

