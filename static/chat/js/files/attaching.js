/** The ways in which files come to a message: picked, pasted, dropped. Hands them to Uploads and shows them in the tray. */

import { transferTo } from "./transfer.js";
import { Tray } from "./tray.js";
import { Uploads } from "./uploads.js";

/**
 * Pure: whether files are to be pasted. What was copied from a document comes as words and as a picture of them: the words
 * are meant. Beside a file that was copied macOS puts its name.
 */
export function meansFiles(clipboard) {
  const names = [...clipboard.files].map(({ name }) => name.normalize());
  const lines = clipboard.getData("text/plain").normalize().split(/[\r\n]+/).filter(Boolean);
  return names.length > 0 && lines.every((line) => names.includes(line));
}

export class Attaching {
  /** `dropZone` shows that files may be dropped; `onChange` hears whenever something becomes ready, fails or goes. */
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
    // An upload ends with its page; the browser asks whether that is meant.
    addEventListener("beforeunload", (event) => this.uploads.isBusy && event.preventDefault());
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
      if (!meansFiles(event.clipboardData)) return;
      event.preventDefault();
      this.add(event.clipboardData.files);
    });
    this.#listenForDrops(dropZone);
  }

  /** Anywhere: beside the zone the browser would leave the page for the file. */
  #listenForDrops(zone) {
    let depth = 0; // every element that the pointer passes tells of entering and leaving
    const mark = (change) => {
      depth = Math.max(0, depth + change);
      zone.classList.toggle("room--drop", depth > 0);
    };
    const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
    document.addEventListener("dragenter", (event) => holdsFiles(event) && mark(1));
    document.addEventListener("dragleave", (event) => holdsFiles(event) && mark(-1));
    document.addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault());
    document.addEventListener("drop", (event) => {
      mark(-depth);
      if (!holdsFiles(event)) return;
      event.preventDefault();
      this.add(event.dataTransfer.files);
    });
  }
}
