/** The files of the message that is being written: one row each, with preview, progress, what went wrong and a way out. */

import { fill, gettext } from "../../../base/js/i18n.js";
import { sizeWords } from "./shown.js";

const PREVIEWS = ["image/png", "image/jpeg", "image/gif", "image/webp"];

export class Tray {
  #nodes = new Map(); // key → node
  #states = new Map(); // key → the state that was said last

  constructor({ list, status, onRemove, onRetry, onEmptied }) {
    Object.assign(this, { list, status, onRemove, onRetry, onEmptied });
  }

  show(items) {
    const keys = new Set(items.map(({ key }) => key));
    for (const [key, node] of this.#nodes) if (!keys.has(key)) this.#drop(key, node);
    for (const item of items) this.#fill(this.#nodes.get(item.key) ?? this.#make(item), item);
    this.list.hidden = items.length === 0;
  }

  #make(item) {
    const node = document.querySelector("[data-template=upload]").content.firstElementChild.cloneNode(true);
    const place = (name) => node.querySelector(`[data-upload-${name}]`);
    place("remove").addEventListener("click", () => this.onRemove(item.key));
    place("retry").addEventListener("click", () => this.onRetry(item.key));
    place("progress").setAttribute("aria-label", fill(gettext("Uploading %(name)s"), item));
    const image = place("image");
    image.addEventListener("error", () => (image.hidden = true)); // what is no picture keeps the sign of a file
    if (PREVIEWS.includes(item.file?.type)) preview(image, URL.createObjectURL(item.file));
    this.list.append(node);
    this.#nodes.set(item.key, node);
    return node;
  }

  #fill(node, item) {
    const place = (name) => node.querySelector(`[data-upload-${name}]`);
    node.dataset.state = item.state;
    const image = place("image");
    if (item.info?.thumb && !image.hasAttribute("src")) preview(image, item.info.thumb);
    place("name").textContent = item.name; // the server may call it otherwise
    place("name").title = item.name;
    place("remove").setAttribute("aria-label", fill(gettext("Remove %(name)s"), item));
    place("about").textContent = item.problem || this.#words(item);
    place("progress").hidden = item.state !== "sending" && item.state !== "waiting";
    place("progress").value = item.sent;
    place("retry").hidden = !item.canRetry || item.state !== "failed";
    this.#say(item);
  }

  #words({ state, size, sent }) {
    if (state === "waiting") return gettext("Waiting…");
    if (state === "sending") return fill(gettext("%(share)s of %(size)s"), { share: `${Math.floor(sent * 100)} %`, size: sizeWords(size) });
    return sizeWords(size);
  }

  /** Once for each end of an upload: whoever does not see the bar hears of it. */
  #say({ key, state, name, problem }) {
    if (this.#states.get(key) === state) return;
    this.#states.set(key, state);
    if (state === "done") this.status.textContent = fill(gettext("%(name)s is uploaded."), { name });
    if (state === "failed") this.status.textContent = `${name}: ${problem}`;
  }

  #drop(key, node) {
    const image = node.querySelector("[data-upload-image]");
    if (image.src.startsWith("blob:")) URL.revokeObjectURL(image.src);
    const hadFocus = node.contains(document.activeElement);
    const next = (node.nextElementSibling ?? node.previousElementSibling)?.querySelector("[data-upload-remove]");
    node.remove();
    this.#nodes.delete(key);
    this.#states.delete(key);
    if (hadFocus) next ? next.focus() : this.onEmptied();
  }
}

function preview(image, address) {
  image.hidden = false;
  image.src = address;
}
