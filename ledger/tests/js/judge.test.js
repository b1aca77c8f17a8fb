/** What a checkpoint means to who verified an earlier one: every verdict, and no alarm without cause. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { UnsupportedError } from "../../../static/ledger/js/errors.js";
import { judge, keepAfter } from "../../../static/ledger/js/monitor/judge.js";
import { Unreachable } from "../../../static/ledger/js/monitor/published.js";
import { GOLDEN } from "./golden.js";
import { KEY, MemoryLog, OTHER_KEY } from "./logs.js";

const HONEST = new MemoryLog(70);

async function keptOf(size, log = HONEST) {
  const verdict = await judge({ kept: null, vkey: log.signer.vkey, note: log.note(size) }, log);
  return keepAfter(verdict, null, log.signer.vkey, 1_000);
}

const ask = async (kept, note, log, vkey = KEY.vkey) => judge({ kept, vkey, note }, log);
const kindOf = async (...question) => (await ask(...question)).kind;

test("the keys of these tests are the vectors'", () => {
  assert.equal(KEY.vkey, GOLDEN.log_vkey);
  assert.notEqual(OTHER_KEY.vkey, KEY.vkey);
});

test("the first visit pins key and checkpoint, without a question", async () => {
  const log = new MemoryLog(9);
  const verdict = await ask(null, log.note(), log);
  assert.deepEqual([verdict.kind, verdict.isAlarm, log.questions.length], ["first", false, 0]);
  const kept = keepAfter(verdict, null, KEY.vkey, 5);
  assert.deepEqual([kept.vkey, kept.size, kept.note, kept.sinceMs, kept.checkedMs], [KEY.vkey, 9, log.note(), 5, 5]);
});

test("the same checkpoint again is the same, without a question", async () => {
  const log = new MemoryLog(9);
  const kept = await keptOf(9, log);
  assert.equal(await kindOf(kept, log.note(), log), "same");
  assert.deepEqual(log.questions, []);
});

test("every larger tree extends every smaller one, every smaller one is late, and nothing is an alarm", async () => {
  for (let old = 1; old <= 34; old += 1) {
    const kept = await keptOf(old);
    for (let now = 1; now <= 34; now += 1) {
      const verdict = await ask(kept, HONEST.note(now), HONEST);
      assert.equal(verdict.kind, now > old ? "extended" : now < old ? "late" : "same", `${old} → ${now}`);
      assert.equal(verdict.isAlarm, false);
    }
  }
});

test("what is kept only grows", async () => {
  const kept = await keptOf(20);
  const extended = keepAfter(await ask(kept, HONEST.note(33), HONEST), kept, KEY.vkey, 2_000);
  assert.deepEqual([extended.size, extended.vkey, extended.sinceMs, extended.checkedMs], [33, KEY.vkey, 1_000, 2_000]);
  assert.equal(extended.note, HONEST.note(33));
  assert.equal(keepAfter(await ask(kept, HONEST.note(7), HONEST), kept, KEY.vkey, 2_000), kept);
  assert.deepEqual(keepAfter(await ask(kept, HONEST.note(20), HONEST), kept, KEY.vkey, 2_000), { ...kept, checkedMs: 2_000 });
});

test("a log that was cut off is a rollback", async () => {
  const kept = await keptOf(20);
  for (const size of [1, 7, 16, 19]) {
    const verdict = await ask(kept, HONEST.note(size), new MemoryLog(size));
    assert.deepEqual([verdict.kind, verdict.isAlarm, verdict.head.size], ["rollback", true, size]);
    assert.deepEqual([verdict.asked.from, verdict.asked.to, verdict.asked.status], [size, 20, 404]);
  }
});

test("another history is a fork, whatever its size, with the log's own proof as evidence", async () => {
  const kept = await keptOf(20);
  for (const common of [1, 12, 19]) {
    const forked = new MemoryLog(40, { common });
    for (const size of [20, 21, 32, 40]) {
      const verdict = await ask(kept, forked.note(size), forked);
      assert.deepEqual([verdict.kind, verdict.isAlarm], ["fork", true], `${common}, ${size}`);
      assert.equal(verdict.asked?.status ?? null, size === 20 ? null : 200);
    }
    const behind = await ask(kept, forked.note(common + 1), forked);
    assert.equal(behind.kind, "fork", "smaller, and not a beginning");
    assert.equal(keepAfter(behind, kept, KEY.vkey, 9_000), kept);
  }
});

test("a larger log that gives no proof of the kept one is a fork", async () => {
  const kept = await keptOf(20);
  assert.equal(await kindOf(kept, HONEST.note(40), new MemoryLog(30)), "fork");
  for (const proof of [undefined, "nonsense", [], ["00"], [7], Array(5).fill("00".repeat(32))]) {
    const lying = Object.assign(new MemoryLog(40), { consistency: async () => ({ status: 200, answer: { proof } }) });
    assert.equal(await kindOf(kept, HONEST.note(40), lying), "fork");
  }
});

test("another key is told by the page, or by the log when a signature does not fit", async () => {
  const kept = await keptOf(20);
  const taken = new MemoryLog(40, { key: OTHER_KEY });
  const byPage = await ask(kept, taken.note(), taken, OTHER_KEY.vkey);
  assert.deepEqual([byPage.kind, byPage.servedVkey], ["key", OTHER_KEY.vkey]);
  const byLog = await ask(kept, taken.note(), taken);
  assert.deepEqual([byLog.kind, byLog.isAlarm, byLog.servedVkey], ["key", true, OTHER_KEY.vkey]);
  assert.equal(await kindOf(null, taken.note(), taken), "key", "the page named one key, the log another");
});

test("what no key of the log signed is forged, each byte of it", async () => {
  const kept = await keptOf(20);
  const note = HONEST.note(33);
  for (const text of ["", "hello", note.replace("33", "34"), note.replace(/.{6}\n$/, "AAAAA=\n"), `x${note}`]) {
    assert.deepEqual([await kindOf(kept, text, HONEST), await kindOf(null, text, HONEST)], ["forged", "forged"], text);
  }
  for (let i = 0; i < note.length; i += 1) {
    const corrupted = note.slice(0, i) + String.fromCharCode(note.charCodeAt(i) ^ 1) + note.slice(i + 1);
    assert.equal(await kindOf(kept, corrupted, HONEST), "forged", corrupted);
  }
});

test("a network that fails is no verdict, save on what is forged already", async () => {
  const kept = await keptOf(20);
  const away = Object.assign(new MemoryLog(40), { isReachable: false });
  await assert.rejects(ask(kept, HONEST.note(40), away), Unreachable);
  await assert.rejects(ask(kept, HONEST.note(10), away), Unreachable);
  assert.equal(await kindOf(kept, "made up", away), "forged");
});

test("a browser without Ed25519 gives no verdict", async (t) => {
  const { subtle } = globalThis.crypto;
  t.mock.method(subtle, "importKey", async () => {
    throw new DOMException("Unrecognized algorithm name", "NotSupportedError");
  });
  await assert.rejects(ask(null, HONEST.note(5), HONEST), UnsupportedError);
});
