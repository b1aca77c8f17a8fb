/** The outbox and the one that empties it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Flusher } from "../../../static/chat/js/flusher.js";
import { openOutbox } from "../../../static/chat/js/outbox.js";

const ME = "a".repeat(32);
const item = (clientId, order, rest = {}) => ({ clientId, author: ME, room: "r", order, frame: { id: clientId, client_id: clientId }, fault: null, ...rest });

/** A lock as the browser's: one holder at a time, for all tabs that share it. */
function newLock() {
  let tail = Promise.resolve();
  return (_name, act) => (tail = tail.then(act, act));
}

async function newTab({ outboxFrom, lock = newLock(), answer }) {
  const outbox = outboxFrom ?? (await openOutbox(ME, { indexedDB: undefined, channel: null }));
  const tab = { outbox, sent: [], live: true, waits: [] };
  tab.flusher = new Flusher({
    outbox,
    newId: () => "f".repeat(32),
    isLive: () => tab.live,
    transmit: (frame) => {
      if (!tab.live) return false;
      tab.sent.push(frame.client_id);
      const verdict = answer(frame.client_id, tab.sent.length, tab);
      if (verdict) queueMicrotask(() => tab.flusher.settle(frame.client_id, verdict));
      return true;
    },
    platform: { later: () => 0, cancel: () => {}, wait: async (ms) => void tab.waits.push(ms), lock },
  });
  return tab;
}

const recorded = () => ({ type: "recorded" });

test("messages go out once each, in the order in which they were written", async () => {
  const tab = await newTab({ answer: recorded });
  for (const [id, order] of [["three", 3], ["one", 1], ["two", 2]]) await tab.outbox.put(item(id, order));
  await Promise.all([tab.flusher.flush(), tab.flusher.flush()]);
  assert.deepEqual(tab.sent, ["one", "two", "three"]);
  assert.deepEqual(await tab.outbox.items(), []);
});

test("two tabs flush one outbox once", async () => {
  const lock = newLock();
  const left = await newTab({ answer: recorded, lock });
  const right = await newTab({ answer: recorded, lock, outboxFrom: left.outbox });
  for (let i = 1; i <= 5; i += 1) await left.outbox.put(item(`m${i}`, i));
  await Promise.all([left.flusher.flush(), right.flusher.flush()]);
  assert.deepEqual([...left.sent, ...right.sent].sort(), ["m1", "m2", "m3", "m4", "m5"]);
});

test("what was written while a flush ran goes out with it", async () => {
  const tab = await newTab({ answer: (id, _count, self) => {
    if (id === "m1") self.outbox.put(item("m2", 2)).then(() => self.flusher.flush());
    return recorded();
  } });
  await tab.outbox.put(item("m1", 1));
  await tab.flusher.flush();
  while ((await tab.outbox.items()).length) await tab.flusher.flush();
  assert.deepEqual(tab.sent, ["m1", "m2"]);
});

test("what is written at whatever moment of a flush, its last one too, is not left behind", async () => {
  const moments = async (count) => {
    for (let i = 0; i < count; i += 1) await null;
  };
  for (const [before, between] of Array.from({ length: 600 }, (_, i) => [i % 60, Math.floor(i / 60)])) {
    const tab = await newTab({ answer: recorded, lock: (_name, act) => act() });
    await tab.outbox.put(item("m1", 1));
    tab.flusher.flush();
    await moments(before);
    tab.outbox.put(item("m2", 2));
    await moments(between);
    tab.flusher.flush();
    await new Promise(setImmediate);
    assert.deepEqual(tab.sent, ["m1", "m2"], `after ${before} and ${between}`);
  }
});

test("busy sends the same again after the wait that the server named", async () => {
  const tab = await newTab({ answer: (_id, count) => (count < 3 ? { type: "same", afterMs: 700 } : recorded()) });
  await tab.outbox.put(item("m", 1));
  await tab.flusher.flush();
  assert.deepEqual(tab.sent, ["m", "m", "m"]);
  assert.deepEqual(tab.waits, [700, 700]);
});

test("an id that was taken is replaced, and nothing else of the message", async () => {
  const tab = await newTab({ answer: (id) => (id === "m" ? { type: "new" } : recorded()) });
  await tab.outbox.put(item("m", 1));
  await tab.flusher.flush();
  assert.deepEqual(tab.sent, ["m", "f".repeat(32)]);
});

test("a refusal stays with its reason and holds up nothing behind it", async () => {
  const tab = await newTab({ answer: (id) => (id === "bad" ? { type: "no", code: "forbidden", detail: "no" } : recorded()) });
  await tab.outbox.put(item("bad", 1));
  await tab.outbox.put(item("good", 2));
  await tab.flusher.flush();
  assert.deepEqual((await tab.outbox.items()).map(({ clientId, fault }) => [clientId, fault]), [["bad", { code: "forbidden", detail: "no" }]]);
  assert.deepEqual(tab.sent, ["bad", "good"]);
});

test("a cut connection keeps the message, and the next one sends the same again", async () => {
  const tab = await newTab({ answer: (_id, count) => (count === 1 ? null : recorded()) });
  await tab.outbox.put(item("m", 1));
  const flush = tab.flusher.flush();
  while (!tab.sent.length) await new Promise(setImmediate);
  tab.live = false;
  tab.flusher.disconnected();
  await flush;
  assert.equal((await tab.outbox.items()).length, 1);
  tab.live = true;
  await tab.flusher.flush();
  assert.deepEqual(tab.sent, ["m", "m"]);
});

test("an acknowledgement that comes by another way empties the outbox too", async () => {
  const tab = await newTab({ answer: recorded });
  await tab.outbox.put(item("m", 1));
  tab.flusher.settle("m", { type: "recorded" });
  assert.deepEqual(await tab.outbox.items(), []);
});

test("another person's messages in the same browser are neither shown nor sent", async () => {
  const tab = await newTab({ answer: recorded });
  await tab.outbox.put({ ...item("theirs", 1), author: "b".repeat(32) });
  await tab.flusher.flush();
  assert.deepEqual(tab.sent, []);
  assert.deepEqual(await tab.outbox.items(), []);
});

test("a socket that is closing is left alone until it is closed", async () => {
  const tab = await newTab({ answer: recorded });
  let tries = 0;
  tab.flusher.transmit = () => {
    tries += 1;
    if (tries > 100) throw new Error("it goes on without an end");
    return false;
  };
  await tab.outbox.put(item("one", 1));
  await tab.flusher.flush();
  assert.equal(tries, 1);
  assert.equal((await tab.outbox.items()).length, 1);
});
