/** The drawn way: each sibling on the side where RFC 9162 joins it, boxes apart, links from box to box. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { parseReceipt } from "../../../static/ledger/js/checkpoints.js";
import { inclusionPath } from "../../../static/ledger/js/proofs.js";
import { layoutPath, WIDTH } from "../../../static/ledger/js/receipt/path.js";
import { tracePath } from "../../../static/ledger/js/receipt/trace.js";
import { readReceipt } from "../../../static/ledger/js/receipts.js";
import { GOLDEN, refused } from "./golden.js";

const ANY = new Uint8Array(32);
const LARGE = [
  [0, 2 ** 20],
  [2 ** 20 - 1, 2 ** 20],
  [2 ** 20, 2 ** 20 + 1],
  [777_777, 1_000_000],
  [999_999, 1_000_000],
  [2 ** 40 + 12_345, 2 ** 41 - 7],
];

/** RFC 9162 §2.1.3.1 by the letter, sides instead of hashes. */
function sidesOf(index, size) {
  if (size === 1) return [];
  let k = 1;
  while (2 * k < size) k *= 2;
  return index < k ? [...sidesOf(index, k), "right"] : [...sidesOf(index - k, size - k), "left"];
}

const middle = ({ x, width }) => x + width / 2;
const bottom = ({ y, height }) => y + height;

function checkLayout(sides) {
  const { width, height, spine, siblings, joints, links } = layoutPath(sides);
  assert.equal(spine.length, sides.length + 3);
  assert.equal(links.length, spine.length - 1 + sides.length);
  for (const [row, box] of spine.entries()) {
    assert.equal(middle(box), width / 2);
    assert.ok(box.x >= 0 && box.x + box.width <= width && box.y >= 0 && bottom(box) <= height);
    if (row > 0) assert.ok(bottom(box) < spine[row - 1].y, "every box stands above the one before");
  }
  for (const [row, side] of sides.entries()) {
    const [box, beside] = [siblings[row], spine[row]];
    assert.equal(middle(box) < middle(beside) ? "left" : "right", side);
    assert.ok(side === "left" ? box.x + box.width < beside.x : beside.x + beside.width < box.x, "boxes stand apart");
    assert.ok(box.x >= 0 && box.x + box.width <= width);
    assert.equal(box.y, beside.y);
    assert.ok(joints[row].y < beside.y && joints[row].y > bottom(spine[row + 1]), "the join lies between two rows");
    const elbow = links[spine.length - 1 + row];
    assert.ok(elbow.startsWith(`M${middle(box)} ${box.y}V`) && elbow.endsWith(`H${WIDTH / 2}`), elbow);
  }
}

test("in every tree to 130 each sibling is drawn on the side where it joins", async () => {
  for (let size = 1; size <= 130; size += 1) {
    for (let index = 0; index < size; index += 1) checkLayout(sidesOf(index, size));
  }
});

test("the sides are those of the verified path", async () => {
  const small = Array.from({ length: 40 }, (_, i) => i + 1).flatMap((size) => Array.from({ length: size }, (_, i) => [i, size]));
  for (const [index, size] of [...small, ...LARGE]) {
    const sides = sidesOf(index, size);
    const path = await inclusionPath(ANY, index, size, sides.map(() => ANY));
    assert.deepEqual(path.map(({ side }) => side), sides, `${index} of ${size}`);
    checkLayout(sides);
  }
});

test("a receipt's way begins at its leaf and ends at its checkpoint", async () => {
  const { sides, spine, siblings } = await tracePath(readReceipt(GOLDEN.receipt));
  assert.deepEqual(sides, sidesOf(5, 10));
  assert.deepEqual(spine.map(({ kind }) => kind), ["leaf", "node", "node", "node", "root", "block", "checkpoint"]);
  assert.equal(spine[0].copies, GOLDEN.messages[3].leaf_hash);
  assert.deepEqual([spine[4].copies, spine[5].copies], [GOLDEN.blocks[1].root, GOLDEN.blocks[1].hash]);
  assert.equal(spine[6].copies, GOLDEN.blocks[1].checkpoint);
  assert.deepEqual([spine[0].name, spine[5].name, spine[6].hash], ["leaf 5", "block 1", "10 entries"]);
  assert.equal(siblings.length, parseReceipt(GOLDEN.receipt).proof.length);
});

test("a leaf that is alone in its tree is the root", async () => {
  const receipt = readReceipt(GOLDEN.receipt);
  const checkpointNote = receipt.checkpointNote.replace("\n10\n", "\n1\n");
  const { sides, spine } = await tracePath({ ...receipt, index: 0, proof: [], checkpointNote });
  assert.deepEqual([sides, spine.map(({ kind }) => kind)], [[], ["root", "block", "checkpoint"]]);
  assert.equal(layoutPath(sides).spine.length, spine.length);
});

test("a receipt whose parts fit no tree has no way to draw", async () => {
  const receipt = readReceipt(GOLDEN.receipt);
  await assert.rejects(tracePath({ ...receipt, proof: receipt.proof.slice(1) }), refused("bad_proof"));
  await assert.rejects(tracePath({ ...receipt, index: 10 }), refused("bad_proof"));
});
