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
import { concat, parseBase64, parseHex, toHex, utf8 } from "./bytes.js";
import { encodeCanonical } from "./canonical.js";
import { LedgerFormatError } from "./errors.js";
import { sha256, verifyEd25519 } from "./hashing.js";
import { leafHash } from "./merkle.js";
import { findMisfit, hasShape, isBase64, isCount, isHash, isId, isPositive, isText, orNull } from "./shapes.js";

export const VERSION = 1;
const GENESIS_KIND = 0x00;
const BLOCK_KIND = 0x01;
const SIGNING_PREFIX = utf8("connect-core/v1\n");
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

/** The bytes that an author's device signs. */
export function statementSigningInput(statement) {
  return concat(SIGNING_PREFIX, encodeCanonical(statement));
}

/** Whether the record was signed by the device with this raw public key. */
export async function isSignedBy(record, publicKey) {
  checkRecord(record);
  if (record.signature === null || toHex(await deviceId(publicKey)) !== record.statement.device) return false;
  return verifyEd25519(publicKey, statementSigningInput(record.statement), parseBase64(record.signature, 64));
}

/** The key id, 32 bytes, of a raw Ed25519 public key. */
export async function deviceId(publicKey) {
  if (publicKey.length !== 32) throw badRecord("is not 32 bytes", "public");
  return sha256(publicKey);
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

/** Whether the event hashes to what it says. */
export async function checkEvent(event, room, origin) {
  return toHex(await recordHash(await recordFromEvent(event, room, origin))) === event.hash;
}

/** Leaf 0: what the log promises about itself. */
export async function genesisLeafData(origin, createdMs, minBits, vkey) {
  const genesis = { v: VERSION, log: origin, created_ms: createdMs, min_bits: minBits, key: vkey };
  return leafData(GENESIS_KIND, encodeCanonical(genesis));
}

/** The first leaf of a block: the header, 152 bytes, of the block before it. */
export async function blockLeafData(header) {
  return leafData(BLOCK_KIND, header);
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
