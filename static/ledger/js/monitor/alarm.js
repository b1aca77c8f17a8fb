/** Loud when false: the banner over the whole page, the evidence as a file, and a person's decision to go on. */

import { saveFile } from "../../../base/js/save.js";
import { evidenceName, tell } from "./evidence.js";
import { PublishedLog } from "./published.js";
import { Watch } from "./watch.js";

/** Of a page that does not follow the log: it judges the log only when a person goes on with it. */
export function openAlarm(state) {
  const [banner, dialog] = ["alarm", "alarm-dialog"].map((name) => document.querySelector(`[data-${name}]`));
  const watch = new Watch({ vkey: null, log: new PublishedLog(), state, onChange: () => alarm.show() });
  const alarm = new Alarm({ watch, banner, dialog });
  return alarm;
}

export class Alarm {
  constructor({ watch, banner, dialog }) {
    Object.assign(this, { watch, banner, dialog });
    this.problem = dialog.querySelector("[data-alarm-problem]");
    banner.querySelector("[data-alarm-save]").addEventListener("click", () => this.#save());
    banner.querySelector("[data-alarm-accept]").addEventListener("click", () => {
      this.problem.hidden = true;
      dialog.showModal();
    });
    dialog.querySelector("[data-alarm-confirm]").addEventListener("click", () => this.#accept());
  }

  show() {
    const { alarm } = this.watch;
    this.banner.hidden = !alarm;
    if (!alarm) return;
    const { title, text } = tell(alarm);
    setText(this.banner.querySelector("[data-alarm-title]"), title);
    setText(this.banner.querySelector("[data-alarm-text]"), text);
  }

  #save() {
    const { alarm } = this.watch;
    saveFile(evidenceName(alarm), `${JSON.stringify(alarm, null, 2)}\n`, "application/json");
  }

  async #accept() {
    const isAccepted = await this.watch.accept();
    this.problem.hidden = isAccepted;
    if (isAccepted) this.dialog.close();
  }
}

/** An alert speaks on every change: the same words are not set again. */
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
