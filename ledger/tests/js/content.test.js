/** What the page shows of a receipt's entry, however odd the receipt. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { contentOf } from "../../../static/ledger/js/receipt/content.js";
import { readReceipt } from "../../../static/ledger/js/receipts.js";
import { GOLDEN } from "./golden.js";

const SOUND = readReceipt(GOLDEN.receipt);

test("a sound receipt tells its kind, number, time and words", () => {
  const { kind, number, time, text } = contentOf(SOUND);
  assert.deepEqual([kind, number, text], ["post", SOUND.record.room_seq, SOUND.body.text]);
  assert.equal(time, `${new Date(SOUND.record.received_ms).toISOString().slice(0, 19).replace("T", " ")} UTC.`);
  assert.equal(contentOf({ ...SOUND, body: { emoji: "👍" } }).text, "👍");
  assert.equal(contentOf({ ...SOUND, body: null }).text, "");
});

test("what has not its form is left out", () => {
  const nothing = { kind: null, number: null, time: "", text: "" };
  for (const odd of [{ toString: 1, valueOf: 1 }, [], [1], null, true, -1]) {
    const record = { statement: { kind: odd }, room_seq: odd, received_ms: odd };
    assert.deepEqual(contentOf({ record, body: { text: odd, emoji: odd } }), nothing);
    assert.deepEqual(contentOf({ record: { statement: odd }, body: odd }), nothing);
  }
  assert.equal(contentOf({ ...SOUND, record: { ...SOUND.record, received_ms: 2 ** 53 - 1 } }).time, "");
});
