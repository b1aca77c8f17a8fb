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
