import assert from "node:assert/strict";
import { test } from "node:test";

import { toHex } from "../../../static/ledger/js/bytes.js";
import { blockHash, encodeHeader, meetsTarget, parseHeader } from "../../../static/ledger/js/headers.js";
import { bytes, corruptions, GOLDEN, orRefused, ORIGIN, refused } from "./golden.js";

const BLOCKS = GOLDEN.blocks;
const HEADERS = await Promise.all(BLOCKS.map(({ header }) => parseHeader(bytes(header), ORIGIN)));

test("the golden headers parse, encode, hash and work", async () => {
  for (const [i, { header, hash, height, nonce, tree_size, root }] of BLOCKS.entries()) {
    const parsed = HEADERS[i];
    assert.equal(toHex(await encodeHeader(parsed)), header);
    assert.equal(toHex(await blockHash(bytes(header))), hash);
    assert.deepEqual([parsed.height, parsed.nonce, parsed.treeSize], [height, BigInt(nonce), tree_size]);
    assert.equal(toHex(parsed.root), root);
    assert.equal(meetsTarget(bytes(hash), parsed.bits), true);
  }
});

test("every corrupted byte is refused or another header", async () => {
  const original = bytes(BLOCKS[2].header);
  for (const corrupted of corruptions(original)) {
    const header = await orRefused(() => parseHeader(corrupted, ORIGIN));
    if (header === null) continue;
    assert.notDeepEqual(header, HEADERS[2]);
    assert.deepEqual(await encodeHeader(header), corrupted);
  }
});

test("a header belongs to its log", async () => {
  await assert.rejects(parseHeader(bytes(BLOCKS[1].header), "another"), refused("bad_header"));
});

test("work is counted in leading zero bits", () => {
  for (let bits = 8; bits <= 40; bits += 1) {
    const least = new Uint8Array(32);
    least[Math.floor((bits - 1) / 8)] = 0x80 >> ((bits - 1) % 8);
    assert.equal(meetsTarget(least, bits), false, `bit ${bits - 1} set`);
    assert.equal(meetsTarget(least, bits - 1), true);
    assert.equal(meetsTarget(new Uint8Array(32), bits), true);
    assert.equal(meetsTarget(new Uint8Array(32).fill(255), bits), false);
  }
});

test("no header is out of range", async () => {
  const wrong = [{ height: -1 }, { height: 2 ** 53 }, { treeSize: 0.5 }, { timeMs: -1 }, { bits: 7 }, { bits: 41 }];
  wrong.push({ nonce: -1n }, { nonce: 2n ** 64n }, { previous: new Uint8Array(31) }, { root: new Uint8Array(33) });
  for (const change of wrong) await assert.rejects(encodeHeader({ ...HEADERS[1], ...change }), refused("bad_header"));
});
