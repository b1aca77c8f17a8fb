/**
 * What the drawer shows of one message: its words, its states, its way into the log, and the checks. The receipt is
 * fetched once: what is drawn, verified and downloaded are the same bytes.
 */

import { gettext } from "../../../base/js/i18n.js";
import { saveFile } from "../../../base/js/save.js";
import { history } from "../../../ledger/js/monitor/evidence.js";
import { Unreachable } from "../../../ledger/js/monitor/published.js";
import { drawReceipt } from "../../../ledger/js/receipt/drawing.js";
import { openReceipt } from "../../../ledger/js/receipt/open.js";
import { questions } from "../../../ledger/js/receipt/report.js";
import { showRows, showVerdict } from "../../../ledger/js/receipt/rows.js";
import { fullTime, stamp } from "../format.js";
import { verify } from "./verification.js";
import { Versions } from "./versions.js";
import { sentence, states, verifyCommand } from "./words.js";

const IDLE = { state: "idle", text: "" };

export class ProofView {
  #post = null; // whose proof it is
  #version = null; // which of its edits is proved; null: the post as it was written
  #event = null; // the entry that is proved
  #receipt = null; // {text, name, parts, sealedMs} of the event shown

  constructor({ node, log, watch, place }) {
    Object.assign(this, { node, log, watch, place });
    this.versions = new Versions({ node: this.#place("versions"), list: this.#place("versions-list"), slug: place.roomSlug, prove: (version) => this.#prove(version) });
    this.#place("verify").addEventListener("click", () => this.#verify());
    this.#place("retry").addEventListener("click", () => this.#load());
    this.#place("download").addEventListener("click", () => saveFile(this.#receipt.name, this.#receipt.text, "text/plain"));
  }

  get seq() {
    return this.#post?.seq ?? null;
  }

  /** Again and again: what looks the same is left as it is. `find` gives what is known of an entry of the room by its seq. */
  show(post, find = () => null) {
    if (post.hash !== this.#post?.hash || post.deleted || post.erased) this.#version = null;
    this.#post = post;
    const event = (this.#version && find(this.#version.seq)) ?? this.#version ?? post;
    this.versions.show(post, event.hash);
    const known = this.#event;
    if (["hash", "block", "erased", "deleted"].every((name) => known?.[name] === event[name])) return;
    this.#event = event;
    this.#receipt = null;
    this.#fillMessage();
    this.#fillReceipt();
    if (event.block !== null) this.#load();
  }

  /** Leaves nothing behind: what is erased later must not live on here. */
  clear() {
    this.#post = this.#version = this.#event = this.#receipt = null;
    this.versions.clear();
    for (const name of ["words", "author", "sentence", "history", "command"]) this.#place(name).textContent = "";
    for (const name of ["states", "path", "checks"]) this.#place(name).replaceChildren();
    this.#fillReceipt();
  }

  /** Once they are there: before that there may be nothing to scroll by. */
  async showVersions() {
    const event = this.#event;
    await this.versions.drawn;
    if (this.#event !== event) return;
    this.#scrollTo(this.#place("versions"), 0);
  }

  /** What is proved from now on stands at the top, and the button that was pressed is gone. */
  #prove(version) {
    this.#version = version.hash === this.#post.hash ? null : version;
    this.show(this.#post);
    this.#place("body").scrollTop = 0;
    this.node.querySelector("[autofocus]").focus({ preventScroll: true });
  }

  async #load() {
    const event = this.#event;
    this.#tell(gettext("Fetching the receipt…"));
    try {
      const found = await this.log.receipt(event.hash);
      const opened = found.text ? await openReceipt(found.text) : null;
      if (this.#event !== event) return; // another message was opened meanwhile
      if (!opened) return this.#tell(gettext("The server has no receipt for this message."), { canRetry: true });
      this.#receipt = { ...found, ...opened };
      this.#fillMessage();
      await this.#fillReceipt();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      if (this.#event === event) this.#tell(gettext("The receipt could not be fetched: the server does not answer."), { canRetry: true });
    }
  }

  #fillMessage() {
    const { author, body, erased, deleted } = this.#event;
    this.#place("avatar").src = author.avatar;
    this.#place("author").textContent = author.name;
    const gone = erased ? gettext("This message was erased.") : deleted ? gettext("This message was deleted by its author.") : null;
    // The words that the checks are about. The HTML is what the server made of them, and no hash covers it.
    this.#place("words").textContent = gone ?? body?.text ?? "";
    this.#fillStates(this.#receipt?.parts === null);
    this.#tell("");
  }

  /** `isDenied`: the server says that a block holds it, and what it gave for that does not prove it. */
  #fillStates(isDenied) {
    this.#place("sentence").textContent = sentence(this.#event, this.#receipt?.parts?.index ?? null, isDenied);
    const rows = states(this.#event, this.#receipt?.sealedMs ?? null, isDenied);
    this.#place("states").replaceChildren(...rows.map((row) => this.#state(row)));
  }

  async #fillReceipt() {
    const receipt = this.#receipt;
    this.#place("sealed").hidden = !receipt;
    showVerdict(this.#place("verdict"), IDLE);
    this.#place("history").textContent = "";
    if (!receipt) return;
    const vkey = this.watch.pinned;
    showRows(this.#place("checks"), questions({ receipt: receipt.parts, vkey }));
    const command = verifyCommand(receipt.name, vkey);
    this.#place("command").textContent = command;
    this.#place("copy").dataset.copy = command;
    const figure = this.#place("path");
    for (const name of Object.keys(figure.dataset)) if (name !== "proofPath") delete figure.dataset[name];
    const drawing = await drawReceipt(receipt.parts);
    if (this.#receipt === receipt) figure.replaceChildren(drawing);
  }

  async #verify() {
    const [event, receipt] = [this.#event, this.#receipt];
    await this.watch.learnKey();
    const { rows, summary } = await verify(receipt, event, this.place, this.watch.pinned);
    if (this.#receipt !== receipt) return;
    showRows(this.#place("checks"), rows);
    showVerdict(this.#place("verdict"), summary);
    this.#fillStates(summary.state === "bad");
    for (const { name, state } of rows) this.#place("path").dataset[name] = state;
    this.#scrollTo(this.#place("verdict"), this.#place("verify").parentElement.offsetHeight);
    if (summary.state === "bad") return;
    const kind = await this.watch.check(receipt.parts.checkpointNote);
    if (this.#receipt === receipt) this.#place("history").textContent = history(kind, this.watch);
  }

  /** Not `scrollIntoView`, which would move the page as well. */
  #scrollTo(node, covered) {
    const body = this.#place("body");
    const top = node.getBoundingClientRect().top - body.getBoundingClientRect().top;
    body.scrollBy({ top: top - covered });
  }

  #state({ name, title, timeMs, text }) {
    const node = this.node.querySelector('[data-template="state"]').content.firstElementChild.cloneNode(true);
    node.dataset.state = name;
    const use = node.querySelector("use");
    use.setAttribute("href", `${use.getAttribute("href").split("#")[0]}#${name}`);
    node.querySelector("[data-state-title]").textContent = title;
    node.querySelector("[data-state-text]").textContent = text;
    const time = node.querySelector("time");
    time.hidden = timeMs === null;
    if (timeMs === null) return node;
    time.dateTime = new Date(timeMs).toISOString();
    time.title = fullTime(timeMs);
    time.textContent = stamp(timeMs);
    return node;
  }

  #tell(problem, { canRetry = false } = {}) {
    const node = this.#place("problem");
    node.textContent = problem;
    node.hidden = !problem;
    this.#place("retry").hidden = !canRetry;
  }

  #place(name) {
    return this.node.querySelector(`[data-proof-${name}]`);
  }
}
