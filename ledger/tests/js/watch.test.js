/** Following the log: what is kept, shared by tabs, said and saved. Time, waiting and locks are the test's. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { evidenceName, history, tell } from "../../../static/ledger/js/monitor/evidence.js";
import { LogState, memoryStorage } from "../../../static/ledger/js/monitor/state.js";
import { Watch } from "../../../static/ledger/js/monitor/watch.js";
import { KEY, MemoryLog, OTHER_KEY } from "./logs.js";

const HONEST = new MemoryLog(70);

function open(log, { storage = memoryStorage(), vkey = log.signer.vkey, nowMs = 1_790_000_000_000 } = {}) {
  const changes = { count: 0 };
  let last = Promise.resolve();
  const platform = {
    now: () => nowMs,
    random: () => 0.5,
    page: () => "https://connect.test/",
    wait: async () => {},
    lock: (act) => (last = last.then(act, act)),
  };
  const watch = new Watch({ vkey, log, state: new LogState(storage), onChange: () => (changes.count += 1), platform });
  return { watch, changes, storage };
}

/** A browser that verified `size` entries of the honest log. */
async function known(size) {
  const { watch, storage } = open(HONEST);
  assert.equal(await watch.check(HONEST.note(size)), "first");
  return storage;
}

test("what was verified is the head of hello and of statements", async () => {
  const { watch } = open(HONEST);
  assert.equal(watch.head, null);
  await watch.check(HONEST.note(5));
  await watch.check(HONEST.note(9));
  await watch.check(HONEST.note(7));
  assert.equal(watch.head.size, 9);
  assert.match(watch.head.root, /^[0-9a-f]{64}$/);
  assert.deepEqual(Object.keys(watch.head), ["size", "root"]);
});

test("a sealed block is followed up once, and not where another tab was faster", async () => {
  const log = new MemoryLog(12);
  const { watch, storage } = open(log);
  await Promise.all([watch.follow(12), watch.follow(12), watch.follow(12)]);
  assert.deepEqual([watch.head.size, log.questions], [12, ["checkpoint"]]);
  const tab = open(log, { storage });
  await tab.watch.follow(12);
  assert.deepEqual(log.questions, ["checkpoint"]);
});

test("a block that is sealed while one asks is asked for again", async () => {
  const log = new MemoryLog(20);
  const { watch } = open(log);
  log.checkpoint = async () => {
    log.questions.push("checkpoint");
    if (log.questions.length > 1) return log.note(20);
    watch.follow(20);
    return log.note(12);
  };
  await watch.follow(12);
  assert.equal(watch.head.size, 20);
});

test("a sealed block of a log that was cut off is a rollback, too", async () => {
  const { watch } = open(new MemoryLog(8), { storage: await known(20) });
  await watch.follow(8);
  assert.equal(watch.alarm.kind, "rollback");
});

test("a page that is told nothing asks for the key and the checkpoint itself", async () => {
  const { watch } = open(new MemoryLog(8), { storage: await known(20), vkey: null });
  assert.equal(await watch.look(), "rollback");
  assert.equal(watch.alarm.kind, "rollback");
  const other = open(new MemoryLog(70, { key: OTHER_KEY }), { storage: await known(20), vkey: null });
  assert.equal(await other.watch.look(), "key");
});

test("tabs never take the size back, nor the key", async () => {
  const storage = await known(30);
  const state = new LogState(storage);
  const { kept } = state;
  state.keep({ ...kept, size: 20 });
  state.keep({ ...kept, size: 40, vkey: OTHER_KEY.vkey });
  assert.deepEqual(state.kept, kept);
});

test("nonsense in the storage is no checkpoint", async () => {
  for (const text of ["", "{", "7", "null", "[]", '{"vkey":1}', '{"size":-1}']) {
    const storage = memoryStorage([["connect.log", text], ["connect.log.alarm", text]]);
    const { watch } = open(HONEST, { storage });
    assert.deepEqual([watch.kept, watch.alarm, watch.pinned], [null, null, KEY.vkey]);
    assert.equal(await watch.check(HONEST.note(5)), "first");
    assert.equal(watch.head.size, 5);
  }
});

test("a full storage lets what is kept live as long as the page", async () => {
  const storage = await known(5);
  storage.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const { watch } = open(HONEST, { storage });
  assert.equal(await watch.check(HONEST.note(9)), "extended");
  assert.equal(watch.head.size, 9);
});

test("without a network there is doubt and no alarm, and the next checkpoint settles it", async () => {
  const log = new MemoryLog(40);
  const { watch, changes } = open(log, { storage: await known(20) });
  log.isReachable = false;
  assert.equal(await watch.check(log.note()), null);
  await watch.follow(40);
  await watch.learnKey();
  assert.deepEqual([watch.alarm, watch.head.size, watch.doubt.message], [null, 20, "no network"]);
  assert.match(history(null, watch), /could not be compared .* no network/);
  log.isReachable = true;
  assert.equal(await watch.check(log.note()), "extended");
  assert.deepEqual([watch.doubt, watch.head.size], [null, 40]);
  assert.equal(changes.count, 3);
});

test("an alarm keeps its evidence whole, and the first one stands", async () => {
  const { watch } = open(new MemoryLog(40, { common: 3 }), { storage: await known(20) });
  const note = watch.log.note();
  assert.equal(await watch.check(note), "fork");
  const { alarm } = watch;
  assert.deepEqual([alarm.kept.note, alarm.shown.note], [HONEST.note(20), note]);
  assert.deepEqual([alarm.proof.from, alarm.proof.to, alarm.proof.status], [20, 40, 200]);
  assert.ok(alarm.proof.answer.proof.length > 0);
  assert.deepEqual([alarm.kept.vkey, alarm.shown.vkey, alarm.page], [KEY.vkey, KEY.vkey, "https://connect.test/"]);
  assert.deepEqual([alarm.seen, alarm.kept.checked], Array(2).fill("2026-09-21T14:13:20.000Z"));
  assert.equal(evidenceName(alarm), "connect-evidence-fork-2026-09-21T14-13-20-000Z.json");
  await watch.check("made up");
  assert.equal(watch.alarm.kind, "fork");
  assert.equal(watch.head.size, 20, "what was verified stays the head");
});

test("every alarm is told in words with its numbers", async () => {
  const cut = open(new MemoryLog(7), { storage: await known(20) });
  await cut.watch.check(HONEST.note(7));
  assert.match(tell(cut.watch.alarm).text, /shows a log of 7 entries and cannot show the 20 entries/);
  const forked = open(new MemoryLog(40, { common: 3 }), { storage: await known(20) });
  await forked.watch.check(forked.watch.log.note());
  assert.match(tell(forked.watch.alarm).text, /\(40 entries\) does not agree with the 20 entries .* September 21, 2026/);
  const taken = open(new MemoryLog(40, { key: OTHER_KEY }), { storage: await known(20) });
  await taken.watch.check(taken.watch.log.note());
  assert.match(tell(taken.watch.alarm).text, new RegExp(`Since September 21, 2026 .* key ${KEY.vkey.split("+")[1]}`));
  const forged = open(HONEST, { storage: await known(20) });
  await forged.watch.check("made up");
  assert.match(tell(forged.watch.alarm).title, /did not sign/);
});

test("a key that the log names now, other than the kept one, shows with the next checkpoint", async () => {
  const { watch } = open(new MemoryLog(40, { key: OTHER_KEY }), { storage: await known(20), vkey: KEY.vkey });
  await watch.learnKey();
  assert.equal(await watch.check(HONEST.note(20)), "key");
  assert.deepEqual([watch.pinned, watch.alarm.shown.vkey], [KEY.vkey, OTHER_KEY.vkey]);
});

test("a person may go on with another history, and the browser follows that one", async () => {
  const log = new MemoryLog(40, { common: 3, key: OTHER_KEY });
  const { watch } = open(log, { storage: await known(20) });
  await watch.check(log.note());
  assert.equal(await watch.accept(), true);
  assert.deepEqual([watch.alarm, watch.head.size, watch.pinned], [null, 40, OTHER_KEY.vkey]);
  assert.equal(await watch.check(log.note()), "same");
});

/** Two tabs of a browser that followed the honest log until the site began another one under another key. */
async function twoTabs() {
  const storage = await known(20);
  const log = new MemoryLog(40, { key: OTHER_KEY });
  const tabs = [1, 2].map(() => open(log, { storage, vkey: KEY.vkey }).watch);
  return { log, storage, tabs };
}

test("a key that a person accepted in one tab is no alarm in the others", async () => {
  const { log, tabs: [here, there] } = await twoTabs();
  assert.equal(await here.check(log.note()), "key");
  assert.equal(await here.accept(), true);
  assert.equal(await there.check(log.note()), "same");
  assert.deepEqual([there.alarm, there.vkey, there.head.size], [null, OTHER_KEY.vkey, 40]);
  assert.equal(await here.check(log.note()), "same");
});

test("on a first visit as well", async () => {
  const storage = memoryStorage();
  const log = new MemoryLog(40, { key: OTHER_KEY });
  const [here, there] = [1, 2].map(() => open(log, { storage, vkey: KEY.vkey }).watch);
  assert.equal(await here.check(HONEST.note(20)), "first");
  assert.equal(await here.check(log.note()), "key");
  assert.equal(await here.accept(), true);
  assert.deepEqual([await there.check(log.note()), there.alarm], ["same", null]);
});

test("the other tab asks the log, and without an answer there is no verdict", async () => {
  const { log, tabs: [here, there] } = await twoTabs();
  await here.accept();
  log.isReachable = false;
  assert.deepEqual([await there.check(log.note()), there.alarm], [null, null]);
  log.isReachable = true;
  log.questions.length = 0;
  assert.equal(await there.check(log.note()), "same");
  assert.equal(await there.check(log.note()), "same");
  assert.deepEqual(log.questions, ["key"], "once");
});

test("a key that nobody accepted is an alarm in every tab, whatever was accepted before", async () => {
  const { storage, tabs: [here, there] } = await twoTabs();
  await here.accept();
  there.log = HONEST; // names the first key again
  assert.equal(await there.check(HONEST.note()), "key");
  assert.deepEqual([there.alarm.kept.vkey, there.alarm.shown.vkey], [OTHER_KEY.vkey, KEY.vkey]);
  there.state.putAway();
  assert.equal(await there.check(HONEST.note()), "key", "again");
  there.state.putAway();
  const reloaded = open(new MemoryLog(40, { key: OTHER_KEY }), { storage, vkey: KEY.vkey }).watch;
  assert.equal(await reloaded.check(reloaded.log.note()), "key", "a page that names it, whatever the log says");
  assert.deepEqual([reloaded.log.questions, reloaded.alarm.shown.vkey], [[], KEY.vkey]);
});

test("where the log is whole again, going on forgets nothing", async () => {
  const storage = await known(20);
  const { watch } = open(new MemoryLog(7), { storage });
  await watch.check(HONEST.note(7));
  const { watch: later } = open(HONEST, { storage });
  assert.equal(await later.accept(), true);
  assert.deepEqual([later.alarm, later.head.size], [null, 70]);
});

test("the warning stays where the log does not answer or is not what it says", async () => {
  const log = new MemoryLog(7);
  const { watch } = open(log, { storage: await known(20) });
  await watch.check(log.note());
  log.key = async () => OTHER_KEY.vkey;
  assert.equal(await watch.accept(), false);
  log.isReachable = false;
  delete log.key;
  assert.equal(await watch.accept(), false);
  assert.deepEqual([watch.alarm.kind, watch.head.size], ["rollback", 20]);
});
