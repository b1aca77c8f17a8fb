/** The drawer's words, and a receipt checked against the message on the screen. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { sentence, states, verifyCommand } from "../../../static/chat/js/proof/words.js";
import { verify } from "../../../static/chat/js/proof/verification.js";
import { openReceipt } from "../../../static/ledger/js/receipt/open.js";
import { GOLDEN, ORIGIN } from "../../../ledger/tests/js/golden.js";

const TEXT = GOLDEN.receipt;
const { parts, sealedMs } = await openReceipt(TEXT);
const { record } = parts;
const { statement } = record;
const PLACE = { room: statement.room, origin: ORIGIN };

/** The event that the receipt's entry is sent as. */
function eventOf(changes = {}) {
  const { kind, client_id, ref, sent_ms, seen, checkpoint, device } = statement;
  return {
    ...{ kind, client_id, ref, sent_ms, seen, checkpoint, device },
    seq: record.room_seq,
    hash: GOLDEN.messages[3].leaf_hash,
    author: { id: statement.author },
    signature: record.signature,
    previous: record.previous,
    received_ms: record.received_ms,
    body: parts.body,
    salt: parts.salt,
    block: 1,
    erased: false,
    ...changes,
  };
}

const check = (event, receipt = { text: TEXT, parts }) => verify(receipt, event, PLACE, GOLDEN.log_vkey);
const bad = ({ rows }) => rows.filter(({ state }) => state === "bad").map(({ name }) => name);

test("the receipt of the message on the screen proves it", async () => {
  const { rows, summary } = await check(eventOf());
  assert.deepEqual(rows.map(({ state }) => state), Array(6).fill("good"));
  assert.equal(summary.state, "good");
});

test("whatever the screen shows that was not recorded turns the leaf bad, and the byte is named", async () => {
  const changes = [
    { body: { text: "never said" } },
    { salt: "00".repeat(32) },
    { author: { id: "ff".repeat(16) } },
    { received_ms: record.received_ms + 1 },
    { sent_ms: 1 },
    { seq: 99 },
    { ref: "00".repeat(32) },
    { previous: "11".repeat(32) },
    { checkpoint: { size: 1, root: "00".repeat(32) } },
  ];
  for (const change of changes) {
    const result = await check(eventOf(change));
    assert.deepEqual(bad(result), ["leaf"], JSON.stringify(change));
    assert.match(result.rows[1].text, /Record in the receipt: bytes? /);
  }
});

test("an event from which no record can be made proves nothing", async () => {
  for (const change of [{ seq: 0 }, { salt: null }, { kind: "shout" }, { signature: "AA==" }]) {
    assert.deepEqual(bad(await check(eventOf(change))), ["leaf"], JSON.stringify(change));
  }
});

test("an erased message still has its place proven, by the commitment in the receipt", async () => {
  const result = await check(eventOf({ body: null, salt: null, erased: true }));
  assert.deepEqual(bad(result), []);
});

test("what is no receipt fails and breaks nothing", async () => {
  assert.deepEqual(bad(await check(eventOf(), { text: "hello", parts: null })), ["format"]);
});

test("states tell whose clock said what, and the last one waits or has its block", () => {
  const pending = states(eventOf({ block: null }), null);
  assert.deepEqual(pending.map(({ name, timeMs }) => [name, timeMs]), [
    ["sent", statement.sent_ms],
    ["recorded", record.received_ms],
    ["sending", null],
  ]);
  const [, , sealed] = states(eventOf({ block: 1204 }), sealedMs);
  assert.deepEqual([sealed.name, sealed.title, sealed.timeMs], ["sealed", "Sealed in block 1,204", sealedMs]);
  const [, , timeless] = states(eventOf({ block: 1204 }), null);
  assert.deepEqual([sealed.text, timeless.text, timeless.timeMs], ["by the miner's clock", "", null]);
  const [, , denied] = states(eventOf({ block: 1204 }), sealedMs, true);
  assert.deepEqual([denied.name, denied.title], ["failed", "Not proved"]);
});

test("one sentence says how far the message is", () => {
  assert.match(sentence(eventOf({ block: null }), null), /^Recorded, .* next block seals it/);
  assert.match(sentence(eventOf(), null), /^This message is sealed\. To change one letter/);
  assert.match(sentence(eventOf(), 5031), /^This message is entry 5,031 of the log\./);
  assert.match(sentence(eventOf({ kind: "edit" }), null), /^This version is sealed\. To change one letter/);
  assert.match(sentence(eventOf({ kind: "edit" }), 5031), /^This version is entry 5,031 of the log\./);
  assert.match(sentence(eventOf({ block: 1204 }), 5031, true), /^The server says that block 1,204 seals this\. .* does not prove it\.$/);
  assert.match(sentence(eventOf({ erased: true }), 5), /The server says that its words were erased; that it was there stays/);
});

test("the command can be pasted into a shell as it is", () => {
  assert.equal(verifyCommand("41-ab.tlog-proof", GOLDEN.log_vkey), `python connect_verify.py 41-ab.tlog-proof --key ${GOLDEN.log_vkey}`);
  assert.equal(verifyCommand("my receipt", "a'b$c"), "python connect_verify.py 'my receipt' --key 'a'\\''b$c'");
});
