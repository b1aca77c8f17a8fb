/**
 * Messages that the server has not acknowledged, in the order they were written. They live in IndexedDB, so that a
 * reload keeps them and every tab of the browser sees the same list.
 *
 * An item: {clientId, author, room, order, frame, files, quote, fault} — `frame` is the send frame as it first was,
 * `files` what the server told of those it names, `fault` {code, detail} once the server refused it for good.
 */

const STORE = "outbox";

/** Opens the outbox of one person; without IndexedDB (private windows) it lives as long as the page. */
export async function openOutbox(author, { indexedDB = globalThis.indexedDB, channel = newChannel() } = {}) {
  const storage = await openStorage(indexedDB).then(withSpare, memoryStorage);
  return new Outbox(author, storage, channel);
}

class Outbox {
  #queue = Promise.resolve();

  constructor(author, storage, channel) {
    Object.assign(this, { author, storage, channel });
    this.onChange = () => {};
    if (channel) channel.onmessage = () => this.onChange();
  }

  async put(item) {
    await this.#inOrder(() => this.storage.put(item));
    this.#announce();
  }

  async remove(clientId) {
    await this.#inOrder(() => this.storage.remove(clientId));
    this.#announce();
  }

  /** Everything, oldest first. */
  async items() {
    const all = await this.#inOrder(() => this.storage.all());
    return all.filter((item) => item.author === this.author).sort((a, b) => a.order - b.order);
  }

  /** A read that was asked for after a write sees what was written. */
  #inOrder(step) {
    this.#queue = this.#queue.then(step, step);
    return this.#queue;
  }

  #announce() {
    this.channel?.postMessage("changed");
    this.onChange();
  }
}

function openStorage(indexedDB) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("connect", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "clientId" });
    request.onerror = () => reject(request.error);
    request.onsuccess = () => resolve(databaseStorage(request.result));
  });
}

function databaseStorage(database) {
  const run = (mode, act) =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode, { durability: "strict" });
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  return {
    put: (item) => run("readwrite", (store) => store.put(item)),
    remove: (clientId) => run("readwrite", (store) => store.delete(clientId)),
    all: () => run("readonly", (store) => store.getAll()),
  };
}

/** A disk that is full, or was cleared under the page, keeps nobody from writing: the page's memory stands in. */
export function withSpare(disk, spare = memoryStorage()) {
  const removed = new Set(); // never sent again, even where the disk cannot let go of them
  return {
    put: (item) => disk.put(item).then(() => spare.remove(item.clientId), () => spare.put(item)),
    remove(clientId) {
      removed.add(clientId);
      return Promise.allSettled([disk.remove(clientId), spare.remove(clientId)]);
    },
    async all() {
      const [kept, newer] = [await disk.all().catch(() => []), await spare.all()];
      const passed = new Set([...removed, ...newer.map(({ clientId }) => clientId)]);
      return [...kept.filter(({ clientId }) => !passed.has(clientId)), ...newer];
    },
  };
}

export function memoryStorage() {
  const items = new Map();
  return {
    put: async (item) => void items.set(item.clientId, item),
    remove: async (clientId) => void items.delete(clientId),
    all: async () => [...items.values()],
  };
}

function newChannel() {
  return globalThis.BroadcastChannel ? new BroadcastChannel("connect.outbox") : null;
}
