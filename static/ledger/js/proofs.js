/**
 * Checks of inclusion and consistency proofs (RFC 9162 §2.1.3.2, §2.1.4.2). Twin of ledger/core/proofs.py.
 *
 * Sizes go up to 2^53, so they are halved by division: bit operators would cut them to 32 bits.
 */

import { areEqual } from "./bytes.js";
import { LedgerFormatError } from "./errors.js";
import { nodeHash } from "./merkle.js";

const half = (number) => Math.floor(number / 2);
const isOdd = (number) => number % 2 === 1;

/** The root that the proof leads to. */
export async function inclusionRoot(leaf, index, size, proof) {
  const path = await inclusionPath(leaf, index, size, proof);
  return path.length ? path.at(-1).parent : leaf;
}

/**
 * The way from the leaf to the root, to be drawn: for each hash of the proof {sibling, side, parent}, where `side` says
 * on which side the sibling joins. Throws when the proof has not exactly the hashes that index and size ask for.
 */
export async function inclusionPath(leaf, index, size, proof) {
  const sides = inclusionSides(index, size);
  if (proof.length !== sides.length) throw badProof(`has ${proof.length} hashes, not ${sides.length}`, "proof");
  const path = [];
  let hash = leaf;
  for (const [i, sibling] of proof.entries()) {
    checkHash(sibling);
    hash = await (sides[i] === "left" ? nodeHash(sibling, hash) : nodeHash(hash, sibling));
    path.push({ sibling, side: sides[i], parent: hash });
  }
  return path;
}

/** Throws unless the proof shows the old tree as a prefix of the new one: nothing in between was rewritten. */
export async function checkConsistency(oldSize, oldRoot, newSize, newRoot, proof) {
  if (!(isSize(oldSize) && isSize(newSize) && 1 <= oldSize && oldSize <= newSize)) {
    throw badProof(`no consistency proof leads from ${oldSize} to ${newSize}`, "size");
  }
  if (oldSize === newSize) {
    if (proof.length) throw badProof("trees of one size need no proof", "proof");
    if (!areEqual(oldRoot, newRoot)) throw badProof("trees of one size have different roots", "root");
    return;
  }
  const found = await consistencyRoots(oldSize, oldRoot, newSize, proof);
  if (!areEqual(found.old, oldRoot)) throw badProof("the proof leads to another old root", "old_root");
  if (!areEqual(found.new, newRoot)) throw badProof("the proof leads to another new root", "new_root");
}

/** For each hash of an inclusion proof the side on which it joins. */
function inclusionSides(index, size) {
  if (!(isSize(index) && isSize(size) && index < size)) throw badProof(`is ${index} in a tree of ${size}`, "index");
  return climb(index, size - 1);
}

/** Both roots that the proof leads to. A complete old tree is itself the first hash, and is not sent. */
async function consistencyRoots(oldSize, oldRoot, newSize, proof) {
  let [node, last] = [oldSize - 1, newSize - 1];
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  const path = node === 0 ? [oldRoot, ...proof] : proof;
  const sides = climb(node, last);
  if (!proof.length || path.length !== sides.length + 1) throw badProof("the proof has another length", "proof");
  path.forEach(checkHash);
  const found = { old: path[0], new: path[0] };
  for (const [i, side] of sides.entries()) {
    const sibling = path[i + 1];
    if (side === "left") found.old = await nodeHash(sibling, found.old);
    found.new = await (side === "left" ? nodeHash(sibling, found.new) : nodeHash(found.new, sibling));
  }
  return found;
}

/** From node number `node` of a level whose last is `last` to the root: the side of each sibling on the way. */
function climb(node, last) {
  const sides = [];
  while (last > 0) {
    const joinsLeft = isOdd(node) || node === last;
    sides.push(joinsLeft ? "left" : "right");
    if (joinsLeft) while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    [node, last] = [half(node), half(last)];
  }
  return sides;
}

function isSize(value) {
  return Number.isSafeInteger(value) && value >= 0;
}

function checkHash(hash) {
  if (hash.length !== 32) throw badProof("a hash of the proof is not 32 bytes", "proof");
}

function badProof(detail, field) {
  return new LedgerFormatError("bad_proof", detail, field);
}
