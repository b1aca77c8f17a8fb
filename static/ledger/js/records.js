/**
 * Statement, record and leaf: from a message to the 34 bytes that the tree holds. Twin of ledger/core/records.py.
 *
 *     statement = {v, log, kind, room, author, client_id, ref, body, sent_ms, seen, checkpoint, device}
 *     record    = {statement, signature, room_seq, previous, received_ms}
 *     leaf_data = 0x01 ‖ kind_byte ‖ SHA256(JCS(record))
 *
 * A record is here the plain JSON object, once `checkRecord` has passed it. Spec: docs/specs/ledger.md §2–4.
 */

import { commitBody } from "./bodies.js";
import { concat, parseHex, toHex } from "./bytes.js";
import { encodeCanonical } from "./canonical.js";
import { LedgerFormatError } from "./errors.js";
import { sha256 } from "./hashing.js";
import { leafHash } from "./merkle.js";
import { findMisfit, hasShape, isBase64, isCount, isHash, isId, isPositive, isText, orNull } from "./shapes.js";

export const VERSION = 1;
export const KIND_BYTES = new Map([
  ["key.add", 0x02],
  ["key.revoke", 0x02],
  ["room.create", 0x03],
  ["room.update", 0x03],
  ["member.join", 0x03],
  ["member.leave", 0x03],
  ["member.remove", 0x03],
  ["post", 0x10],
  ["edit", 0x10],
  ["delete", 0x10],
  ["react", 0x10],
  ["unreact", 0x10],
  ["erase", 0x20],
]);

const STATEMENT = {
  v: (value) => value === VERSION,
  log: isText,
  kind: (value) => KIND_BYTES.has(value),
  room: isId,
  author: isId,
  client_id: isId,
  ref: orNull(isHash),
  body: orNull(isHash),
  sent_ms: isCount,
  seen: orNull(hasShape({ seq: isPositive, hash: isHash })),
  checkpoint: orNull(hasShape({ size: isPositive, root: isHash })),
  device: orNull(isHash),
};
const RECORD = {
  statement: (value) => typeof value === "object",
  signature: orNull(isBase64(64)),
  room_seq: isPositive,
  previous: isHash,
  received_ms: isCount,
};

/** Throws unless the object is a record of version 1, exactly. */
export function checkRecord(record) {
  const misfit = findMisfit(record, RECORD) ?? findMisfit(record.statement, STATEMENT);
  if (misfit !== null) throw badRecord("has the wrong form", misfit || "record");
  const { statement, signature } = record;
  if ((statement.body === null) !== (statement.kind === "delete")) {
    throw badRecord("is absent from a delete and from nothing else", "body");
  }
  if ((signature === null) !== (statement.device === null)) throw badRecord("and device come together", "signature");
}

/** JCS(record). */
export function encodeRecord(record) {
  checkRecord(record);
  return encodeCanonical(record);
}

/** The 34 bytes of the record's leaf. */
export async function recordLeafData(record) {
  const jcs = encodeRecord(record);
  return leafData(KIND_BYTES.get(record.statement.kind), jcs);
}

/** The leaf hash, 32 bytes: what `hash`, `previous`, `ref` and `seen` name. */
export async function recordHash(record) {
  return leafHash(await recordLeafData(record));
}

/**
 * The record of an event as docs/specs/protocol.md sends it. An erased entry has no body to commit to: its record needs
 * the commitment itself, as `body_commitment`.
 */
export async function recordFromEvent(event, room, origin) {
  const { kind, client_id, ref, sent_ms, seen, checkpoint, device, signature, previous, received_ms } = event;
  const stated = { kind, room, author: event.author.id, client_id, ref, sent_ms, seen, checkpoint, device };
  const statement = { v: VERSION, log: origin, ...stated, body: await eventCommitment(event) };
  const record = { statement, signature, room_seq: event.seq, previous, received_ms };
  checkRecord(record);
  return record;
}

async function leafData(kindByte, bytes) {
  return concat(Uint8Array.of(VERSION, kindByte), await sha256(bytes));
}

async function eventCommitment({ kind, body, salt, body_commitment = null }) {
  if (body !== null) return toHex(await commitBody(parseHex(salt, 32), body));
  if (kind !== "delete" && body_commitment === null) throw badRecord("is erased, its commitment not given", "body");
  return body_commitment;
}

function badRecord(detail, field) {
  return new LedgerFormatError("bad_record", detail, field);
}
