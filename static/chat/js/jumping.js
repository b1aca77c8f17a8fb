/** Brings an entry into view, wherever in the room's history it is: what is missing is asked for until it is there. */

const PAGE = 200;

export class Jumping {
  #target = null;

  /** `logs()` gives the room's log and what its timeline shows; `dispatch` asks. */
  constructor({ room, timeline, logs, dispatch }) {
    Object.assign(this, { room, timeline, logs, dispatch });
  }

  to(seq) {
    this.#target = seq;
    this.go();
  }

  /** Again and again, until it is there: page by page where it is near, else with what surrounds it. */
  go() {
    if (this.#target === null) return;
    const { room } = this;
    const [seq, { live, shown }] = [this.#target, this.logs()];
    if (seq > live.cursor || this.timeline.jump(seq)) this.#target = null;
    else if (shown.isPast && seq >= live.first) this.dispatch({ type: "local/present", room });
    else if (seq < shown.first && shown.first - seq <= PAGE) this.dispatch({ type: "local/older", room });
    else this.dispatch({ type: "local/around", room, seq });
  }

  /** Offers the way to the line before what is new, where it is further up than the screen. */
  offer(newFrom, { line, scroller, button }) {
    if (!line && newFrom >= this.logs().shown.first) return; // since then there are only one's own
    const top = line?.getBoundingClientRect().top ?? -1;
    if (top >= scroller.getBoundingClientRect().top) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      button.hidden = true;
      this.to(newFrom);
    });
  }
}
