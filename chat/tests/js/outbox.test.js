/** The outbox when the disk does not do what it should. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { memoryStorage, openOutbox, withSpare } from "../../../static/chat/js/outbox.js";

const ME = "a".repeat(32);
const item = (clientId, order, rest = {}) => ({ clientId, author: ME, order, fault: null, ...rest });

/** A disk that can be full: it then keeps and deletes nothing; or gone: it then does not even read. */
function newDisk() {
  const kept = memoryStorage();
  const disk = { isFull: false, isGone: false };
  const failing = (name, state) => async (value) => {
    if (state()) throw new DOMException(name, "QuotaExceededError");
    return kept[name](value);
  };
  const refuses = () => disk.isFull || disk.isGone;
  return Object.assign(disk, { put: failing("put", refuses), remove: failing("remove", refuses), all: failing("all", () => disk.isGone) });
}

test("what a full disk does not take is kept by the page and leaves it when it is sent", async () => {
  const disk = newDisk();
  const storage = withSpare(disk);
  await storage.put(item("one", 1));
  disk.isFull = true;
  await storage.put(item("two", 2));
  assert.deepEqual((await storage.all()).map(({ clientId }) => clientId), ["one", "two"]);
  await storage.remove("two");
  assert.deepEqual((await storage.all()).map(({ clientId }) => clientId), ["one"]);
  await storage.remove("one");
  assert.deepEqual(await storage.all(), [], "what was sent is not sent again because the disk cannot delete it");
});

test("the newer version of a message counts, wherever it is kept", async () => {
  const disk = newDisk();
  const storage = withSpare(disk);
  await storage.put(item("one", 1));
  disk.isFull = true;
  await storage.put(item("one", 1, { fault: { code: "forbidden" } }));
  assert.deepEqual(await storage.all(), [item("one", 1, { fault: { code: "forbidden" } })]);
  disk.isFull = false;
  await storage.put(item("one", 1));
  assert.deepEqual(await storage.all(), [item("one", 1)]);
});

test("a disk that was cleared under the page loses none of what is written afterwards", async () => {
  const disk = newDisk();
  const storage = withSpare(disk);
  disk.isGone = true;
  await storage.put(item("one", 1));
  assert.deepEqual(await storage.all(), [item("one", 1)]);
});

test("without any disk the outbox lives as long as the page", async () => {
  const outbox = await openOutbox(ME, { indexedDB: undefined, channel: null });
  await outbox.put(item("two", 2));
  await outbox.put(item("one", 1));
  assert.deepEqual((await outbox.items()).map(({ clientId }) => clientId), ["one", "two"]);
});
