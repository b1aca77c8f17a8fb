/**
 * Everything that the room's page does about proof: follows the log, warns when it contradicts itself, and shows the
 * proof of one message in the drawer.
 */

import { watchCopyButtons } from "../../../ledger/js/explorer/copy.js";
import { Alarm } from "../../../ledger/js/monitor/alarm.js";
import { PublishedLog } from "../../../ledger/js/monitor/published.js";
import { LogState } from "../../../ledger/js/monitor/state.js";
import { Watch } from "../../../ledger/js/monitor/watch.js";
import { Drawer } from "./drawer.js";
import { Hint } from "./hint.js";
import { ProofView } from "./view.js";

export class Proof {
  #sealed = null; // the size of the log at the last block heard of

  /** `find` gives the place with a data- attribute, `place` is {room, origin, vkey}, `comeBack` a node to focus. */
  constructor({ find, place, me, comeBack }) {
    const log = new PublishedLog();
    this.watch = new Watch({ vkey: place.vkey, log, state: new LogState(), onChange: () => this.alarm.show() });
    this.alarm = new Alarm({ watch: this.watch, banner: find("alarm"), dialog: find("alarm-dialog") });
    this.view = new ProofView({ node: find("proof"), log, watch: this.watch, place });
    this.drawer = new Drawer({
      node: find("proof"),
      comeBack: () => comeBack(this.view.seq),
      onClose: () => this.view.clear(),
    });
    this.hint = new Hint({ node: find("hint"), me, onOpen: (event) => this.open(event, comeBack(event.seq)) });
    watchCopyButtons(find("proof"));
    addEventListener("storage", () => this.alarm.show()); // another tab heard it
    document.addEventListener("visibilitychange", () => this.#follow());
    this.alarm.show();
  }

  /** The newest checkpoint that this browser verified, for hello and for statements. */
  get head() {
    return this.watch.head;
  }

  /** What frames tell of the log. */
  hear(frame) {
    if (!this.watch.vkey) return; // there was no log yet when the page was made
    if (frame.type === "welcome" && frame.checkpoint) this.watch.check(frame.checkpoint);
    if (frame.type !== "sealed") return;
    this.#sealed = frame.block.tree_size;
    this.#follow();
  }

  /** `atVersions`: where its versions stand. */
  open(event, opener, { atVersions = false } = {}) {
    this.hint.settle();
    this.view.show(event);
    this.drawer.open(opener);
    if (atVersions) this.view.showVersions();
  }

  /** After the room's log has changed. */
  update(log) {
    this.hint.look(log);
    if (!this.drawer.isOpen) return;
    const find = (seq) => log.events[seq - log.first];
    const post = find(this.view.seq);
    if (post) this.view.show(post, find);
  }

  /** Nobody looks at a hidden page: it catches up when it is shown. */
  #follow() {
    if (this.#sealed !== null && !document.hidden) this.watch.follow(this.#sealed);
  }
}
