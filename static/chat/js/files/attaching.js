/** The ways in which files come to a message: picked, pasted, dropped. Hands them to Uploads and shows them in the tray. */

import { transferTo } from "./transfer.js";
import { Tray } from "./tray.js";
import { Uploads } from "./uploads.js";

export class Attaching {
  /** `dropZone` is where files may be dropped; `onChange` hears whenever something becomes ready, fails or goes. */
  constructor({ form, dropZone, limits }) {
    const token = () => form.querySelector("[name=csrfmiddlewaretoken]").value;
    this.onChange = () => {};
    this.onRefused = () => {};
    this.uploads = new Uploads({
      transfer: transferTo(`${form.getAttribute("action")}files/`, token),
      limits,
      onChange: () => this.#changed(),
    });
    this.tray = new Tray({
      list: form.querySelector("[data-tray]"),
      status: form.querySelector("[data-tray-status]"),
      onRemove: (key) => this.uploads.remove(key),
      onRetry: (key) => this.uploads.retry(key),
      onEmptied: () => form.querySelector("[data-text]").focus(),
    });
    this.#listen(form, dropZone);
  }

  add(files) {
    this.onRefused(this.uploads.add(files));
  }

  #changed() {
    this.tray.show(this.uploads.items);
    this.onChange();
  }

  #listen(form, dropZone) {
    const input = form.querySelector("[data-file-input]");
    form.querySelector("[data-attach]").addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      this.add(input.files);
      input.value = ""; // the same file may be picked again
      form.querySelector("[data-text]").focus();
    });
    form.querySelector("[data-text]").addEventListener("paste", (event) => {
      const { files, types } = event.clipboardData;
      // What was copied from a document comes as words and as a picture of them: the words are meant.
      if (files.length === 0 || types.includes("text/plain")) return;
      event.preventDefault();
      this.add(files);
    });
    this.#listenForDrops(dropZone);
  }

  #listenForDrops(zone) {
    let depth = 0; // every element that the pointer passes tells of entering and leaving
    const mark = (change) => {
      depth = Math.max(0, depth + change);
      zone.classList.toggle("room--drop", depth > 0);
    };
    const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
    zone.addEventListener("dragenter", (event) => holdsFiles(event) && mark(1));
    zone.addEventListener("dragleave", (event) => holdsFiles(event) && mark(-1));
    zone.addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault());
    zone.addEventListener("drop", (event) => {
      mark(-depth);
      if (!holdsFiles(event)) return;
      event.preventDefault();
      this.add(event.dataTransfer.files);
    });
  }
}
