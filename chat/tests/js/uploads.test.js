/** Files on their way to the server. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Uploads } from "../../../static/chat/js/files/uploads.js";

const LIMITS = { file: 1000, files: 3 };
const file = (name, size = 10) => ({ name, size });

/** A server that answers when the test says so. */
function scene(limits = LIMITS) {
  const sent = [];
  const transfer = (given, { signal, onProgress }) =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject({ code: "aborted", detail: "" }));
      sent.push({ name: given.name, onProgress, signal, resolve: (name = given.name) => resolve({ id: given.name, name }), reject });
    });
  let changes = 0;
  const uploads = new Uploads({ transfer, limits: () => limits, onChange: () => (changes += 1) });
  return { uploads, sent, changes: () => changes, states: () => uploads.items.map(({ state }) => state) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("two go at once, the others wait for their turn", async () => {
  const { uploads, sent, states } = scene();
  assert.equal(uploads.add([file("a"), file("b"), file("c")]), "");
  assert.deepEqual(states(), ["sending", "sending", "waiting"]);
  sent[0].onProgress(0.5);
  assert.equal(uploads.items[0].sent, 0.5);
  sent[0].resolve();
  await settled();
  assert.deepEqual(states(), ["done", "sending", "sending"]);
  assert.equal(uploads.isBusy, true);
  sent[1].resolve();
  sent[2].resolve();
  await settled();
  assert.deepEqual([uploads.isBusy, uploads.names], [false, "a, b, c"]);
});

test("what is taken is forgotten", async () => {
  const { uploads, sent } = scene();
  uploads.add([file("a")]);
  sent[0].resolve();
  await settled();
  assert.deepEqual(uploads.take(), [{ id: "a", name: "a" }]);
  assert.deepEqual([uploads.items, uploads.ready], [[], []]);
});

test("a message has room for so many files", () => {
  const { uploads, states } = scene();
  assert.match(uploads.add([1, 2, 3, 4].map((name) => file(`${name}`))), /up to 3 files/);
  assert.equal(states().length, 3);
  assert.match(uploads.add([file("another")]), /up to 3 files/);
});

test("a file that is too large is never sent", () => {
  const { uploads, sent } = scene();
  uploads.add([file("large", 1001), file("fits", 1000)]);
  assert.deepEqual(sent.map(({ name }) => name), ["fits"]);
  assert.deepEqual(uploads.items[0].problem, "Larger than 1 kB.");
  assert.deepEqual([uploads.hasFailed, uploads.items[0].canRetry], [true, false]);
});

test("an empty file is never sent, and only what could go another time is worth another try", async () => {
  const { uploads, sent } = scene();
  uploads.add([file("nothing", 0), file("a")]);
  assert.deepEqual(sent.map(({ name }) => name), ["a"]);
  const [{ key, problem, canRetry }] = uploads.items;
  assert.deepEqual([problem, canRetry, uploads.hasRefused], ["This file is empty.", false, true]);
  uploads.remove(key);
  sent[0].reject({ code: "server", detail: "no" });
  await settled();
  assert.deepEqual([uploads.hasFailed, uploads.hasRefused], [true, false]);
});

test("removing stops the transfer and lets the next one go", async () => {
  const { uploads, sent, states } = scene();
  uploads.add([file("a"), file("b"), file("c")]);
  uploads.remove(uploads.items[0].key);
  assert.equal(sent[0].signal.aborted, true);
  await settled();
  assert.deepEqual([sent.map(({ name }) => name), states()], [["a", "b", "c"], ["sending", "sending"]]);
});

test("a refusal is told in the server's words and can be tried again where that may help", async () => {
  const { uploads, sent, states } = scene();
  uploads.add([file("a"), file("b")]);
  sent[0].reject({ code: "rate_limited", detail: "Too many files at once." });
  sent[1].reject({ code: "quota", detail: "Enough for today." });
  await settled();
  assert.deepEqual(uploads.items.map(({ problem, canRetry }) => [problem, canRetry]), [
    ["Too many files at once.", true],
    ["Enough for today.", false],
  ]);
  uploads.retry(uploads.items[0].key);
  assert.deepEqual(states(), ["sending", "failed"]);
  sent[2].resolve();
  await settled();
  assert.deepEqual([states(), uploads.items[0].problem], [["done", "failed"], ""]);
});

test("what the connection broke off goes on by itself when it is back, and nothing else does", async () => {
  const { uploads, sent, states } = scene();
  uploads.add([file("a"), file("b")]);
  sent[0].reject({ code: "network", detail: "lost" });
  sent[1].reject({ code: "server", detail: "no" });
  await settled();
  uploads.resume();
  assert.deepEqual(states(), ["sending", "failed"]);
});

test("files of a draft come back once", () => {
  const { uploads } = scene();
  const infos = [{ id: "1", name: "a", size: 1 }];
  uploads.restore(infos);
  uploads.restore(infos);
  assert.deepEqual([uploads.ready, uploads.names], [infos, "a"]);
});

test("a name is shown without what would turn its direction, and then as the server calls it", async () => {
  const { uploads, sent } = scene();
  uploads.add([file("photo\u202egpj.exe"), file("م\u200cن.txt")]);
  assert.deepEqual(uploads.items.map(({ name }) => name), ["photogpj.exe", "م\u200cن.txt"]);
  sent[0].resolve("cut.exe");
  await settled();
  assert.equal(uploads.items[0].name, "cut.exe");
});
