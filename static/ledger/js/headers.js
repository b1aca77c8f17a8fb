/**
 * Block headers, 152 bytes. Twin of ledger/core/headers.py.
 *
 *      0  "connect-block/v1"   16        88  tree_size  u64           136  bits   u8
 *     16  SHA256(origin)       32        96  root_hash  32            137  zero   7
 *     48  height  u64                   128  time_ms    u64           144  nonce  u64
 *     56  previous block hash  32
 *
 * A header is {origin, height, previous, treeSize, root, timeMs, bits, nonce}; the nonce a BigInt. Spec: ledger.md §4.
 */

import { areEqual, concat, utf8 } from "./bytes.js";
import { LedgerFormatError } from "./errors.js";
import { sha256 } from "./hashing.js";

export const HEADER_SIZE = 152;
const MAGIC = utf8("connect-block/v1");
const MIN_BITS = 8;
const MAX_BITS = 40;

/** 152 bytes. */
export async function encodeHeader(header) {
  const { origin, height, previous, treeSize, root, timeMs, bits, nonce } = header;
  checkRanges(header);
  const tail = concat(Uint8Array.of(bits), new Uint8Array(7));
  const place = concat(u64(height), previous, u64(treeSize), root, u64(timeMs));
  return concat(MAGIC, await sha256(utf8(origin)), place, tail, u64(nonce));
}

/** The header of a block of the log named `origin`. */
export async function parseHeader(bytes, origin) {
  if (bytes.length !== HEADER_SIZE) throw badHeader(`${bytes.length} bytes instead of ${HEADER_SIZE}`);
  if (!areEqual(bytes.slice(0, 16), MAGIC)) throw badHeader("is not a block header of version 1", "magic");
  if (!areEqual(bytes.slice(16, 48), await sha256(utf8(origin)))) throw badHeader("belongs to another log", "origin");
  if (bytes.slice(137, 144).some((byte) => byte !== 0)) throw badHeader("is not zero", "padding");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const header = {
    origin,
    height: Number(view.getBigUint64(48)),
    previous: bytes.slice(56, 88),
    treeSize: Number(view.getBigUint64(88)),
    root: bytes.slice(96, 128),
    timeMs: Number(view.getBigUint64(128)),
    bits: bytes[136],
    nonce: view.getBigUint64(144),
  };
  checkRanges(header);
  return header;
}

export async function blockHash(headerBytes) {
  return sha256(headerBytes);
}

/** Whether the hash, as a number, is below 2^(256 − bits): whether its first `bits` bits are zero. */
export function meetsTarget(hash, bits) {
  const whole = Math.floor(bits / 8);
  return hash.slice(0, whole).every((byte) => byte === 0) && hash[whole] >> (8 - (bits % 8)) === 0;
}

function u64(number) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
  return bytes;
}

function checkRanges({ height, previous, treeSize, root, timeMs, bits, nonce }) {
  for (const [field, value] of Object.entries({ height, tree_size: treeSize, time_ms: timeMs })) {
    if (!Number.isSafeInteger(value) || value < 0) throw badHeader("is not in 0 … 2^53 − 1", field);
  }
  for (const [field, value] of Object.entries({ previous, root })) {
    if (value.length !== 32) throw badHeader("is not 32 bytes", field);
  }
  if (!(bits >= MIN_BITS && bits <= MAX_BITS)) throw badHeader(`is not in ${MIN_BITS} … ${MAX_BITS}`, "bits");
  if (BigInt.asUintN(64, BigInt(nonce)) !== BigInt(nonce)) throw badHeader("is not in 0 … 2^64 − 1", "nonce");
}

function badHeader(detail, field = null) {
  return new LedgerFormatError("bad_header", detail, field);
}
