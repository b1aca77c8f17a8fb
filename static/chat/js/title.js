/** The page's title: how much came while nobody looked, and what the room is called. */

export class Title {
  #count = 0;

  constructor(name) {
    this.name = name;
  }

  rename(name) {
    this.name = name;
    this.#show();
  }

  count(count) {
    this.#count = count;
    this.#show();
  }

  #show() {
    const title = `${this.name} · Connect`;
    const count = this.#count > 99 ? "99+" : this.#count;
    document.title = count ? `(${count}) ${title}` : title;
  }
}
