import assert from "node:assert/strict";
import { test } from "node:test";

import { parseUtf8, toHex, utf8 } from "../../../static/ledger/js/bytes.js";
import { parseCanonical } from "../../../static/ledger/js/canonical.js";
import { leafHash } from "../../../static/ledger/js/merkle.js";
import {
  checkRecord,
  encodeRecord,
  recordFromEvent,
  recordHash,
  recordLeafData,
} from "../../../static/ledger/js/records.js";
import { bytes, corruptions, GOLDEN, orRefused, ORIGIN, refused } from "./golden.js";

const SIGNED = GOLDEN.messages.at(-1);

/** The message as protocol.md sends it; what a client needs not for the record is there too. */
function asEvent({ record, body, salt, leaf_hash }) {
  const { statement, signature, room_seq, previous, received_ms } = record;
  const { kind, author, client_id, ref, sent_ms, seen, checkpoint, device } = statement;
  const entry = { seq: room_seq, hash: leaf_hash, previous, kind, author: { id: author, name: "A" }, client_id, ref };
  const shown = { reply: null, html: "<p></p>", leaf_index: null, block: null, erased: false };
  return { ...entry, body, salt, sent_ms, received_ms, seen, checkpoint, device, signature, ...shown };
}

/** Whether the event hashes to what it says. */
async function hashes(event, room, origin) {
  return toHex(await recordHash(await recordFromEvent(event, room, origin))) === event.hash;
}

test("the golden records have the golden bytes, leaves and hashes", async () => {
  for (const { record, record_jcs, leaf_data, leaf_hash } of GOLDEN.messages) {
    assert.equal(parseUtf8(encodeRecord(record)), record_jcs);
    assert.equal(toHex(await recordLeafData(record)), leaf_data);
    assert.equal(toHex(await recordHash(record)), leaf_hash);
    assert.equal(toHex(await leafHash(bytes(leaf_data))), leaf_hash);
  }
});

test("a record is rebuilt from an event, and its hash checked", async () => {
  for (const message of GOLDEN.messages) {
    const event = asEvent(message);
    const { room } = message.record.statement;
    assert.deepEqual(await recordFromEvent(event, room, ORIGIN), message.record);
    assert.equal(await hashes(event, room, ORIGIN), true);
    assert.equal(await hashes(event, "0".repeat(32), ORIGIN), false);
    assert.equal(await hashes(event, room, "another.example"), false);
  }
});

test("an event with any part changed no longer has its hash", async () => {
  const event = asEvent(SIGNED);
  const { room } = SIGNED.record.statement;
  const changes = {
    seq: event.seq + 1,
    hash: "00".repeat(32),
    previous: "00".repeat(32),
    kind: "edit",
    author: { id: "0".repeat(32) },
    client_id: "0".repeat(32),
    ref: "00".repeat(32),
    body: { ...event.body, text: "Signed" },
    salt: "00".repeat(32),
    sent_ms: event.sent_ms + 1,
    received_ms: event.received_ms + 1,
    seen: null,
    checkpoint: { size: 1, root: "00".repeat(32) },
    device: "00".repeat(32),
    signature: `${"A".repeat(86)}==`,
  };
  for (const [key, value] of Object.entries(changes)) {
    assert.equal(await hashes({ ...event, [key]: value }, room, ORIGIN), false, key);
  }
});

test("an erased entry is rebuilt from its commitment, and not without", async () => {
  const { record } = GOLDEN.messages[0];
  const erased = { ...asEvent(GOLDEN.messages[0]), body: null, salt: null, erased: true };
  await assert.rejects(recordFromEvent(erased, record.statement.room, ORIGIN), refused("bad_record"));
  const whole = { ...erased, body_commitment: record.statement.body };
  assert.deepEqual(await recordFromEvent(whole, record.statement.room, ORIGIN), record);
});

test("every corrupted byte of a record is refused or another leaf", async () => {
  for (const { record_jcs, leaf_hash } of [GOLDEN.messages[6], SIGNED]) {
    for (const corrupted of corruptions(utf8(record_jcs))) {
      const hash = await orRefused(async () => toHex(await recordHash(parseCanonical(corrupted))));
      assert.notEqual(hash, leaf_hash);
    }
  }
});

const BAD_HASHES = ["", "ab", "AB".repeat(32), "ab".repeat(33), 1, true, [], {}];
const BAD_NUMBERS = [-1, 2 ** 53, 0.5, -0, "1", null, true, []];
const BAD_IDS = [null, "", 1, "AB".repeat(16), "ab".repeat(15), "00000000-0000-0000-0000-000000000000"];
const BAD_RECORD = {
  signature: ["", "A".repeat(88), `${"A".repeat(86)}==\n`, "A".repeat(84), 1, null],
  room_seq: [...BAD_NUMBERS, 0],
  previous: [...BAD_HASHES, null],
  received_ms: BAD_NUMBERS,
  statement: [null, [], "a", {}],
  more: [1, null],
};
const BAD_STATEMENT = {
  v: [0, 2, true, "1", null],
  log: [null, 1, "\ud800"],
  kind: [null, 1, "", "Post", "genesis", "delete", "toString"],
  room: BAD_IDS,
  author: BAD_IDS,
  client_id: BAD_IDS,
  ref: BAD_HASHES,
  body: [...BAD_HASHES, null],
  sent_ms: BAD_NUMBERS,
  seen: [[], {}, "", { seq: 1 }, { seq: 0, hash: "ab".repeat(32) }, { seq: 1, hash: "ab".repeat(32), more: 1 }],
  checkpoint: [[], {}, { size: 0, root: "ab".repeat(32) }, { size: 1, root: "AB".repeat(32) }],
  device: [...BAD_HASHES, null],
  more: [1, null],
};

test("a wrong, absent or unknown key is refused wherever it stands", () => {
  checkRecord(SIGNED.record);
  const { record } = SIGNED;
  const without = (object, name) => Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
  const wrong = [null, undefined, [], "", {}];
  for (const [key, values] of Object.entries(BAD_RECORD)) {
    wrong.push(...values.map((value) => ({ ...record, [key]: value })));
    if (key !== "more") wrong.push(without(record, key));
  }
  for (const [key, values] of Object.entries(BAD_STATEMENT)) {
    const statements = values.map((value) => ({ ...record.statement, [key]: value }));
    if (key !== "more") statements.push(without(record.statement, key));
    wrong.push(...statements.map((statement) => ({ ...record, statement })));
  }
  for (const value of wrong) assert.throws(() => encodeRecord(value), refused(), JSON.stringify(value));
});
