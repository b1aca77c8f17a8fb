/**
 * A receipt's way through the tree, hash by hash, for drawing. Everything but the siblings is computed here; nothing is
 * compared, that is what the checks do.
 */

import { parseHex, toHex } from "../bytes.js";
import { parseCheckpoint } from "../checkpoints.js";
import { blockHash, HEADER_SIZE } from "../headers.js";
import { parseNote } from "../notes.js";
import { inclusionPath } from "../proofs.js";
import { recordHash } from "../records.js";

/**
 * {sides, spine, siblings}: `spine` from the leaf up to the checkpoint, each {kind, name, hash, copies}. Throws
 * LedgerFormatError where the receipt's parts fit no tree.
 */
export async function tracePath({ record, index, proof, block, checkpointNote }) {
  const { size } = parseCheckpoint(parseNote(checkpointNote).body);
  const leaf = await recordHash(record);
  const path = await inclusionPath(leaf, index, size, proof);
  const [first, ...nodes] = [leaf, ...path.map(({ parent }) => parent)].map(toHex);
  const root = nodes.pop();
  const spine = [
    ...(path.length ? [box("leaf", `leaf ${number(index)}`, first)] : []), // alone in its tree it is the root
    ...nodes.map((hash, row) => box("node", `hash ${row + 1} of ${nodes.length} on the way`, hash)),
    box("root", "root", root ?? first),
    box("block", `block ${number(block.height)}`, toHex(await blockHash(parseHex(block.header, HEADER_SIZE)))),
    box("checkpoint", "checkpoint", `${number(size)} entries`, checkpointNote),
  ];
  const siblings = path.map(({ sibling, side }) => box("sibling", `sibling, joins from the ${side}`, toHex(sibling)));
  return { sides: path.map(({ side }) => side), spine, siblings };
}

function box(kind, name, hash, copies = hash) {
  return { kind, name, hash, copies };
}

const number = (value) => value.toLocaleString("en");
