/**
 * The drawer as a place: beside the timeline where there is room, else over the page. It opens at its title, Esc closes
 * it, and the focus goes back to where it came from.
 */

const WIDE = "(min-width: 1100px)";

export class Drawer {
  #opener = null;

  /** `comeBack` finds a place for the focus where the opener has left the document. */
  constructor({ node, comeBack, onClose }) {
    Object.assign(this, { node, comeBack, onClose });
    this.wide = matchMedia(WIDE);
    this.wide.addEventListener("change", () => this.isOpen && this.#place());
    node.querySelector("[data-proof-close]").addEventListener("click", () => this.close());
    node.addEventListener("click", ({ target }) => target === node && this.close()); // the backdrop
    node.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented || !this.isOpen) return;
      event.preventDefault();
      this.close();
    });
  }

  get isOpen() {
    return this.node.open;
  }

  open(opener) {
    this.#opener = opener;
    if (this.isOpen) this.node.querySelector("[autofocus]").focus();
    else this.#place();
    this.node.querySelector("[data-proof-body]").scrollTop = 0;
    if (this.wide.matches) opener.closest("article")?.scrollIntoView({ block: "nearest" });
  }

  close() {
    if (!this.isOpen) return;
    this.node.close();
    const target = this.#opener?.isConnected ? this.#opener : this.comeBack();
    // A toolbar may be seen only while its message has the focus.
    target.closest("article")?.focus({ preventScroll: true });
    target.focus({ preventScroll: true });
    this.onClose();
  }

  #place() {
    if (this.isOpen) this.node.close();
    if (this.wide.matches) this.node.show();
    else this.node.showModal();
  }
}
