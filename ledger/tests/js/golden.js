/** The golden vectors that Python passes too, ways to corrupt things, and plain recursive trees as the oracle. */

import assert from "node:assert/strict";
import { createHash, createPrivateKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";

import { parseHex } from "../../../static/ledger/js/bytes.js";

export const GOLDEN = JSON.parse(readFileSync(new URL("../vectors/ledger-v1.json", import.meta.url), "utf8"));
export const ORIGIN = GOLDEN.origin;

export const bytes = (hex) => parseHex(hex, hex.length / 2);

/** Every byte with its lowest, case and highest bit flipped; one byte less at either end; one more. */
export function* corruptions(data) {
  for (let offset = 0; offset < data.length; offset += 1) {
    for (const bit of [0x01, 0x20, 0x80]) {
      const changed = Uint8Array.from(data);
      changed[offset] ^= bit;
      yield changed;
    }
  }
  yield data.slice(0, -1);
  yield data.slice(1);
  yield Uint8Array.of(...data, 10);
  yield Uint8Array.of(...data, 0);
}

/** As `corruptions`, of those that are UTF-8 at all. */
export function* textCorruptions(text) {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  for (const data of corruptions(new TextEncoder().encode(text))) {
    try {
      yield decoder.decode(data);
    } catch {
      // not text
    }
  }
}

/** By the log's key. */
export function signAsLog(message) {
  const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), bytes(GOLDEN.log_seed)]);
  return new Uint8Array(sign(null, message, createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" })));
}

export const refused = (code) => (error) => {
  assert.equal(error.name, "LedgerFormatError", error.stack);
  if (code) assert.equal(error.code, code);
  return true;
};

/** What the function gives, or null where it refuses; any other error is a defect. */
export async function orRefused(attempt) {
  try {
    return await attempt();
  } catch (error) {
    assert.equal(error.name, "LedgerFormatError", error.stack);
    return null;
  }
}

const hash = (...parts) => {
  const digest = createHash("sha256");
  parts.forEach((part) => digest.update(part));
  return new Uint8Array(digest.digest());
};

/** RFC 9162 §2.1 by the letter, over the vectors' leaves; subtrees are remembered. */
export class DirectTree {
  constructor(size) {
    this.leaves = Array.from({ length: size }, (_, i) => {
      const number = Buffer.alloc(4);
      number.writeUInt32BE(i);
      return hash(Uint8Array.of(0, 1, 0x10), hash(number));
    });
    this.known = new Map();
  }

  root(start, end) {
    if (start === end) return hash();
    if (end - start === 1) return this.leaves[start];
    const key = `${start}-${end}`;
    if (!this.known.has(key)) {
      const middle = start + split(end - start);
      this.known.set(key, hash(Uint8Array.of(1), this.root(start, middle), this.root(middle, end)));
    }
    return this.known.get(key);
  }

  inclusion(index, start, end) {
    if (end - start === 1) return [];
    const middle = start + split(end - start);
    return index < middle
      ? [...this.inclusion(index, start, middle), this.root(middle, end)]
      : [...this.inclusion(index, middle, end), this.root(start, middle)];
  }

  consistency(old, start, end, isKnown = true) {
    if (old === end - start) return isKnown ? [] : [this.root(start, end)];
    const k = split(end - start);
    return old <= k
      ? [...this.consistency(old, start, start + k, isKnown), this.root(start + k, end)]
      : [...this.consistency(old - k, start + k, end, false), this.root(start, start + k)];
  }
}

function split(size) {
  let k = 1;
  while (2 * k < size) k *= 2;
  return k;
}
