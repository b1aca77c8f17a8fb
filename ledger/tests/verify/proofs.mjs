/**
 * The browser's verdict on each proof of a file: node proofs.mjs FILE → a JSON list of booleans.
 *
 * A case is {kind: "inclusion", leaf, index, size, proof, root} or {kind: "consistency", old, oldRoot, size, root, proof},
 * hashes in hex.
 */

import { readFile } from "node:fs/promises";

import { areEqual, parseHex } from "../../../static/ledger/js/bytes.js";
import { LedgerFormatError } from "../../../static/ledger/js/errors.js";
import { checkConsistency, inclusionRoot } from "../../../static/ledger/js/proofs.js";

const hash = (hex) => parseHex(hex, 32);

/** As a page does: the root that the proof leads to against the one that is signed. */
async function checkInclusion(leaf, index, size, path, root) {
  if (!areEqual(await inclusionRoot(leaf, index, size, path), root)) {
    throw new LedgerFormatError("the proof leads to another root");
  }
}

function check({ kind, leaf, index, old, oldRoot, size, root, proof }) {
  const path = proof.map(hash);
  return kind === "inclusion"
    ? checkInclusion(hash(leaf), index, size, path, hash(root))
    : checkConsistency(old, hash(oldRoot), size, hash(root), path);
}

async function isTaken(proof) {
  try {
    await check(proof);
    return true;
  } catch (error) {
    if (error instanceof LedgerFormatError) return false;
    throw error;
  }
}

const cases = JSON.parse(await readFile(process.argv[2], "utf8"));
const verdicts = [];
for (const proof of cases) verdicts.push(await isTaken(proof));
console.log(JSON.stringify(verdicts));
