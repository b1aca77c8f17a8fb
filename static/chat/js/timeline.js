/**
 * The list of messages in the document: keyed rows, a bounded range of the log, and a view that never moves by itself.
 * The scroller is a reversed column, so that its bottom stays where it is while things grow above it.
 */

import { dayOf } from "./format.js";
import { fillRow } from "./message.js";
import { around, downwards, grown, newestRange, slice, upwards } from "./range.js";
import { isShown, sameRow, toRows } from "./rows.js";

const NEAR_PX = 900;
const BOTTOM_PX = 8;

export class Timeline {
  #rows = new Map(); // key → {node, row}
  #range = null;
  #seen = null; // newest seq that stood on the screen while it showed the end

  /** `nodes`: scroller, list, templates, newer, newerText, loading, beginning, empty. `onTop` asks for older entries. */
  constructor({ nodes, onTop }) {
    Object.assign(this, { nodes, onTop });
    for (const node of nodes.list.querySelectorAll("[data-key]")) this.#rows.set(node.dataset.key, { node, row: {} });
    nodes.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    nodes.newer.addEventListener("click", () => this.toEnd());
  }

  get isAtBottom() {
    return this.#range?.to === null && Math.abs(this.nodes.scroller.scrollTop) <= BOTTOM_PX;
  }

  show(view) {
    this.view = view;
    const atBottom = this.isAtBottom || !this.#range;
    this.#range = this.#range ? grown(this.#range, view.log, atBottom) : newestRange(view.log);
    this.#seen ??= view.log.cursor;
    this.#draw();
    this.#scrolled();
  }

  toEnd() {
    this.#range = newestRange(this.view.log);
    this.#draw();
    this.nodes.scroller.scrollTop = 0;
    this.#countNewer();
  }

  /** Brings an entry into view and flashes it; false where the log does not reach back so far yet. */
  jump(seq) {
    if (seq < this.view.log.first) return false;
    if (!document.getElementById(`m${seq}`)) {
      this.#range = around(seq, this.view.log);
      this.#draw();
    }
    const node = document.getElementById(`m${seq}`);
    if (!node) return true; // an entry without a row
    node.scrollIntoView({ block: "center" });
    node.focus({ preventScroll: true });
    node.classList.remove("message--flash");
    requestAnimationFrame(() => node.classList.add("message--flash"));
    return true;
  }

  rowOf(node) {
    return this.#rows.get(node?.closest("[data-key]")?.dataset.key)?.row ?? null;
  }

  #scrolled() {
    const { scroller } = this.nodes;
    const above = scroller.scrollHeight - scroller.clientHeight + scroller.scrollTop;
    if (above < NEAR_PX) this.#move(upwards) || this.onTop();
    else if (-scroller.scrollTop < NEAR_PX) this.#move(downwards);
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
    const { log, unsent, me, blocks, isLoading } = this.view;
    const atEnd = this.#range.to === null;
    const rows = toRows({ events: slice(this.#range, log), unsent: atEnd ? unsent : [], me, dayOf, atEnd });
    const restore = this.isAtBottom ? () => {} : this.#hold(rows);
    this.#reconcile(rows, blocks);
    this.nodes.loading.hidden = !isLoading;
    this.nodes.beginning.hidden = log.first > 1 || this.#range.from > log.first;
    this.nodes.empty.hidden = rows.length > 0;
    restore();
    this.#countNewer();
  }

  /** Remembers where a row that stays is on the screen, and returns what puts it back there. */
  #hold(rows) {
    const { scroller } = this.nodes;
    const top = scroller.getBoundingClientRect().top;
    const anchor = rows
      .map(({ kind, key }) => kind !== "day" && this.#rows.get(key)?.node)
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
    fillRow(node, row, blocks);
    node.dataset.key = row.key;
    this.#rows.set(row.key, { node, row });
    return node;
  }

  #countNewer() {
    const { log, me } = this.view;
    if (this.isAtBottom) this.#seen = log.cursor;
    const others = (event) => event.seq > this.#seen && isShown(event) && event.author.id !== me.id;
    const count = this.isAtBottom ? 0 : log.events.slice(-1000).filter(others).length;
    this.nodes.newerText.textContent = count ? `${count} new` : "Newest";
    this.nodes.newer.classList.toggle("newer--new", count > 0);
    this.nodes.newer.hidden = count === 0 && this.#range.to === null && -this.nodes.scroller.scrollTop < this.nodes.scroller.clientHeight;
  }
}
