import assert from "node:assert/strict";
import { test } from "node:test";

import { toHex } from "../../../static/ledger/js/bytes.js";
import { LedgerFormatError } from "../../../static/ledger/js/errors.js";
import { nodeHash } from "../../../static/ledger/js/merkle.js";
import { checkConsistency, inclusionPath, inclusionRoot } from "../../../static/ledger/js/proofs.js";
import { bytes, DirectTree, GOLDEN, refused } from "./golden.js";

const TREE = new DirectTree(600);
const OTHER = new Uint8Array(32);
const CORRUPTED_TO = 17; // Python goes to 130

/** The proof with each hash corrupted. */
function corrupted(proof) {
  return proof.map((hash, i) => proof.with(i, Uint8Array.of(hash[0] ^ 1, ...hash.slice(1))));
}

/** The proof with each hash dropped, doubled or cut, and with one too many. */
function misshapen(proof) {
  const each = proof.flatMap((hash, i) =>
    [[], [hash, hash], [hash.slice(1)]].map((hashes) => [...proof.slice(0, i), ...hashes, ...proof.slice(i + 1)]),
  );
  return [...each, [...proof, OTHER], [OTHER, ...proof]];
}

/** Throws, as a receipt's check does, unless the proof leads to the root. */
async function checkInclusion(leaf, index, size, proof, root) {
  if (toHex(await inclusionRoot(leaf, index, size, proof)) !== toHex(root)) throw new LedgerFormatError("bad_proof", "another root");
}

test("the golden roots", () => {
  for (const [size, root] of Object.entries(GOLDEN.tree.roots)) {
    assert.equal(toHex(TREE.root(0, Number(size))), root);
  }
});

test("the golden inclusion proofs", async () => {
  for (const { index, size, proof } of GOLDEN.tree.inclusion) {
    assert.deepEqual(TREE.inclusion(index, 0, size).map(toHex), proof);
    await checkInclusion(TREE.leaves[index], index, size, proof.map(bytes), TREE.root(0, size));
  }
});

test("the golden consistency proofs", async () => {
  for (const { from, to, proof } of GOLDEN.tree.consistency) {
    assert.deepEqual(TREE.consistency(from, 0, to).map(toHex), proof);
    await checkConsistency(from, TREE.root(0, from), to, TREE.root(0, to), proof.map(bytes));
  }
});

test("inclusion of every leaf in every size to 130, and in none with a hash corrupted", async () => {
  for (let size = 1; size <= 130; size += 1) {
    const root = TREE.root(0, size);
    for (let index = 0; index < size; index += 1) {
      const proof = TREE.inclusion(index, 0, size);
      await checkInclusion(TREE.leaves[index], index, size, proof, root);
      if (size > CORRUPTED_TO) continue;
      for (const wrong of [...corrupted(proof), ...misshapen(proof)]) {
        await assert.rejects(checkInclusion(TREE.leaves[index], index, size, wrong, root), refused("bad_proof"));
      }
      await assert.rejects(checkInclusion(OTHER, index, size, proof, root), refused("bad_proof"));
      for (let other = 0; other < size; other += 1) {
        if (other === index) continue;
        await assert.rejects(checkInclusion(TREE.leaves[index], other, size, proof, root), refused("bad_proof"));
      }
    }
  }
});

test("consistency of every pair of sizes to 130, and of none with a hash corrupted", async () => {
  for (let size = 1; size <= 130; size += 1) {
    for (let old = 1; old <= size; old += 1) {
      const [oldRoot, root] = [TREE.root(0, old), TREE.root(0, size)];
      const proof = TREE.consistency(old, 0, size);
      await checkConsistency(old, oldRoot, size, root, proof);
      if (size > CORRUPTED_TO) continue;
      for (const wrong of [...corrupted(proof), ...misshapen(proof)]) {
        await assert.rejects(checkConsistency(old, oldRoot, size, root, wrong), refused("bad_proof"));
      }
      await assert.rejects(checkConsistency(old, OTHER, size, root, proof), refused("bad_proof"));
      await assert.rejects(checkConsistency(old, oldRoot, size, OTHER, proof), refused("bad_proof"));
    }
  }
});

test("no proof of another shape passes, even where its hashes lead to the root", async () => {
  const [a, b, c, d] = TREE.leaves;
  const short = b.slice(1);
  const inclusions = [
    [0, 2, [b, c], await nodeHash(c, await nodeHash(a, b))],
    [0, 4, [b], await nodeHash(a, b)],
    [0, 1, [b], await nodeHash(b, a)],
    [0, 2, [short], await nodeHash(a, short)],
  ];
  for (const [index, size, proof, root] of inclusions) {
    await assert.rejects(checkInclusion(a, index, size, proof, root), refused("bad_proof"));
  }
  const [oldRoot, newRoot] = [await nodeHash(c, a), await nodeHash(c, await nodeHash(a, b))];
  await checkConsistency(3, oldRoot, 4, newRoot, [a, b, c]);
  const consistencies = [
    [1, a, 4, await nodeHash(a, b), [b]],
    [3, await nodeHash(d, oldRoot), 4, await nodeHash(d, newRoot), [a, b, c, d]],
    [1, a, 2, await nodeHash(a, short), [short]],
    [3, await nodeHash(c, short), 4, await nodeHash(c, await nodeHash(short, d)), [short, d, c]],
    [3, oldRoot, 4, newRoot, []],
    [2, oldRoot, 4, newRoot, []],
  ];
  for (const claim of consistencies) await assert.rejects(checkConsistency(...claim), refused("bad_proof"));
});

test("the path to be drawn joins each sibling on its side", async () => {
  const path = await inclusionPath(TREE.leaves[299], 299, 600, TREE.inclusion(299, 0, 600));
  let hash = TREE.leaves[299];
  for (const { sibling, side, parent } of path) {
    assert.deepEqual(parent, await (side === "left" ? nodeHash(sibling, hash) : nodeHash(hash, sibling)));
    hash = parent;
  }
  assert.deepEqual(hash, TREE.root(0, 600));
  assert.deepEqual(await inclusionPath(OTHER, 0, 1, []), []);
  assert.deepEqual(await inclusionRoot(OTHER, 0, 1, []), OTHER);
});

test("sizes beyond 32 bits are climbed whole", async () => {
  const size = 2 ** 40 + 1;
  const left = Array.from({ length: 40 }, () => OTHER);
  let root = TREE.leaves[0];
  for (const sibling of left) root = await nodeHash(root, sibling);
  root = await nodeHash(root, OTHER);
  assert.deepEqual(await inclusionRoot(TREE.leaves[0], 0, size, [...left, OTHER]), root);
  assert.deepEqual(await inclusionRoot(OTHER, 2 ** 40, size, [OTHER]), await nodeHash(OTHER, OTHER));
  await assert.rejects(inclusionRoot(TREE.leaves[0], 0, size, left), refused("bad_proof"));
});

test("impossible sizes and indices are refused", async () => {
  for (const [index, size] of [[0, 0], [1, 1], [-1, 5], [5, 5], [0.5, 5], [0, 2 ** 53], ["0", 5]]) {
    await assert.rejects(checkInclusion(OTHER, index, size, [], OTHER), refused("bad_proof"));
  }
  for (const [old, size] of [[0, 0], [0, 1], [2, 1], [-1, 1], [1, 2 ** 53], [1.5, 2]]) {
    await assert.rejects(checkConsistency(old, OTHER, size, OTHER, []), refused("bad_proof"));
  }
});
