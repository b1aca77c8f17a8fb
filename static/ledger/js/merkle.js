/**
 * The Merkle tree of RFC 6962/9162. Twin of ledger/core/merkle.py, without tiles.
 *
 *     leaf_hash(d) = SHA256(0x00 ‖ d)      node_hash(l, r) = SHA256(0x01 ‖ l ‖ r)
 */

import { concat } from "./bytes.js";
import { sha256 } from "./hashing.js";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export async function leafHash(leafData) {
  return sha256(concat(LEAF, leafData));
}

export async function nodeHash(left, right) {
  return sha256(concat(NODE, left, right));
}

/** The root over all leaf hashes: pair neighbours level by level, an odd last one rises unchanged. */
export async function rootHash(leafHashes) {
  let level = leafHashes;
  while (level.length > 1) {
    const pairs = Array.from({ length: Math.ceil(level.length / 2) }, (_, i) => level.slice(2 * i, 2 * i + 2));
    level = await Promise.all(pairs.map(([left, right]) => (right ? nodeHash(left, right) : left)));
  }
  return level[0] ?? sha256(new Uint8Array());
}
