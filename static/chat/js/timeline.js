/**
 * The list of messages in the document: keyed rows, a bounded range of the log, and a view that never moves by itself.
 * The scroller is a reversed column, so that its bottom stays where it is while things grow above it.
 */

import { apply } from "./acts.js";
import { dayOf } from "./format.js";
import { fill, gettext, ngettext } from "../../base/js/i18n.js";
import { fillRow } from "./message.js";
import { around, downwards, fits, grown, newestRange, slice, upwards } from "./range.js";
import { isShown, sameRow, toRows } from "./rows.js";

const NEAR_PX = 900;
const BOTTOM_PX = 8;

/** Its places in the page; `find` gives the one with a data- attribute. */
export function placesOf(find) {
  const templates = [...document.querySelectorAll("[data-template]")].map((node) => [node.dataset.template, node]);
  const names = ["list", "newer", "loading", "beginning", "empty"];
  return {
    ...Object.fromEntries(names.map((name) => [name, find(name)])),
    scroller: find("timeline"),
    newerText: find("newer-text"),
    templates: Object.fromEntries(templates),
  };
}

export class Timeline {
  #rows = new Map(); // key → {node, row}
  #range = null;
  #height = 0; // of the scroller, as it was last
  #seen = null; // newest seq that stood on the screen while it showed the end

  /** `nodes`: scroller, list, templates, newer, newerText, loading, beginning, empty. `onTop` asks for older entries,
   * `onBottom` for newer ones of a window further back, `onPresent` for leaving it. */
  constructor({ nodes, onTop, onBottom, onPresent }) {
    Object.assign(this, { nodes, onTop, onBottom, onPresent });
    for (const node of nodes.list.querySelectorAll("[data-key]")) this.#rows.set(node.dataset.key, { node, row: {} });
    nodes.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    nodes.newer.addEventListener("click", () => this.toEnd());
    nodes.list.addEventListener("toggle", ({ target }) => target.scrollIntoView({ block: "nearest" }), { capture: true });
    this.#height = nodes.scroller.clientHeight;
    new ResizeObserver(() => this.#resized()).observe(nodes.scroller);
  }

  get isAtBottom() {
    return this.#range?.to === null && Math.abs(this.nodes.scroller.scrollTop) <= BOTTOM_PX;
  }

  show(view) {
    this.view = view;
    const isKept = this.#range !== null && fits(this.#range, view.log);
    const atBottom = this.isAtBottom || !isKept;
    this.#range = isKept ? grown(this.#range, view.log, atBottom) : newestRange(view.log);
    this.#seen ??= view.log.cursor;
    this.#draw();
    this.#scrolled();
  }

  toEnd() {
    if (this.view.log.isPast) this.onPresent();
    this.#range = newestRange(this.view.log);
    this.#draw();
    this.nodes.scroller.scrollTop = 0;
    this.#countNewer();
  }

  /** Brings an entry into view and flashes it; false where what is shown does not reach so far yet. */
  jump(seq) {
    const { first, cursor, isPast } = this.view.log;
    if (seq < first || (isPast && seq > cursor)) return false;
    if (!document.getElementById(`m${seq}`)) {
      this.#range = around(seq, this.view.log);
      this.#draw();
    }
    const node = document.getElementById(`m${seq}`) ?? this.#nearest(seq);
    if (!node) return true; // entries without a row
    node.scrollIntoView({ block: "center" });
    node.focus({ preventScroll: true });
    node.classList.remove("message--flash");
    requestAnimationFrame(() => node.classList.add("message--flash"));
    return true;
  }

  /** The first message after an entry that has no row of its own. */
  #nearest(seq) {
    return [...this.nodes.list.querySelectorAll("article[id]")].find(({ id }) => Number(id.slice(1)) > seq);
  }

  rowOf(node) {
    return this.#rows.get(node?.closest("[data-key]")?.dataset.key)?.row ?? null;
  }

  #scrolled() {
    const { scroller } = this.nodes;
    const above = scroller.scrollHeight - scroller.clientHeight + scroller.scrollTop;
    if (above < NEAR_PX) this.#move(upwards) || this.onTop();
    else if (-scroller.scrollTop < NEAR_PX) this.#move(downwards) || (this.view.log.isPast && this.onBottom());
    this.#countNewer();
  }

  #move(direction) {
    const range = direction(this.#range, this.view.log);
    if (!range) return false;
    this.#range = range;
    this.#draw();
    return true;
  }

  #draw() {
    const { log, unsent, acts, me, blocks, isLoading, newFrom } = this.view;
    const atEnd = this.#range.to === null;
    const events = slice(this.#range, log).map((event) => apply(event, acts));
    const rows = toRows({ events, unsent: atEnd ? unsent : [], me, dayOf, today: dayOf(Date.now()), atEnd, newFrom });
    const restore = this.isAtBottom ? () => {} : this.#hold(rows);
    const follow = this.#holdFocus();
    this.#reconcile(rows, blocks);
    this.nodes.loading.hidden = !isLoading;
    this.nodes.beginning.hidden = log.first > 1 || this.#range.from > log.first;
    this.nodes.empty.hidden = log.isPast || !atEnd || rows.some(({ kind }) => kind === "message");
    restore();
    follow();
    this.#countNewer();
  }

  /** Remembers what has the focus and can be seen, and returns what keeps it so where its row has become taller. */
  #holdFocus() {
    const focused = document.activeElement;
    const row = this.nodes.list.contains(focused) ? focused.closest("article") : null;
    const { top, bottom } = this.nodes.scroller.getBoundingClientRect();
    const place = focused?.getBoundingClientRect();
    if (!row || place.bottom <= top || place.top >= bottom) return () => {};
    const height = row.offsetHeight;
    return () => row.offsetHeight === height || focused.scrollIntoView({ block: "nearest" });
  }

  /** What comes above the composer pushes everything up: what has the focus and could be seen stays in sight. */
  #resized() {
    const { scroller, list } = this.nodes;
    const lost = this.#height - scroller.clientHeight;
    this.#height = scroller.clientHeight;
    const focused = document.activeElement;
    if (lost <= 0 || !list.contains(focused)) return;
    const { top } = focused.getBoundingClientRect();
    const edge = scroller.getBoundingClientRect().top;
    if (top < edge && top + lost >= edge) focused.scrollIntoView({ block: "nearest" });
  }

  /** Remembers where a row that stays is on the screen, and returns what puts it back there. */
  #hold(rows) {
    const { scroller } = this.nodes;
    const top = scroller.getBoundingClientRect().top;
    const anchor = rows
      .map(({ kind, key }) => kind !== "day" && kind !== "new" && this.#rows.get(key)?.node)
      .find((node) => node && node.getBoundingClientRect().bottom > top);
    const before = anchor?.getBoundingClientRect().top;
    return () => {
      if (anchor) scroller.scrollTop += anchor.getBoundingClientRect().top - before;
    };
  }

  #reconcile(rows, blocks) {
    const keys = new Set(rows.map(({ key }) => key));
    for (const [key, { node }] of this.#rows) {
      if (keys.has(key)) continue;
      node.remove();
      this.#rows.delete(key);
    }
    let next = this.nodes.list.firstElementChild;
    for (const row of rows) {
      const node = this.#nodeOf(row, blocks);
      if (node === next) next = next.nextElementSibling;
      else this.nodes.list.insertBefore(node, next);
    }
  }

  #nodeOf(row, blocks) {
    const known = this.#rows.get(row.key);
    if (known && sameRow(known.row, row)) return known.node;
    const node = known?.node ?? this.nodes.templates[row.kind].content.firstElementChild.cloneNode(true);
    fillRow(node, row, this.view.me, blocks);
    node.dataset.key = row.key;
    this.#rows.set(row.key, { node, row });
    return node;
  }

  #countNewer() {
    const { log, me } = this.view;
    if (log.isPast) return this.#offerNewest("", false);
    if (this.isAtBottom) this.#seen = log.cursor;
    const others = (event) => event.seq > this.#seen && isShown(event) && event.author.id !== me.id;
    const count = this.isAtBottom ? 0 : log.events.slice(-1000).filter(others).length;
    const isNear = this.#range.to === null && -this.nodes.scroller.scrollTop < this.nodes.scroller.clientHeight;
    const news = count ? fill(ngettext("%(count)s new", "%(count)s new", count), { count }) : "";
    this.#offerNewest(news, count === 0 && isNear);
  }

  #offerNewest(news, isHidden) {
    const words = news || gettext("Newest");
    if (this.nodes.newerText.textContent !== words) this.nodes.newerText.textContent = words;
    this.nodes.newer.classList.toggle("newer--new", Boolean(news));
    this.nodes.newer.hidden = isHidden;
  }
}
