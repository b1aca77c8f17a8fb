/**
 * A receipt's way through the tree, hash by hash, for drawing. Everything but the siblings is computed here; nothing is
 * compared, that is what the checks do.
 */

import { fill, gettext, grouped, ngettext } from "../../../base/js/i18n.js";
import { parseHex, toHex } from "../bytes.js";
import { parseCheckpoint } from "../checkpoints.js";
import { blockHash, HEADER_SIZE } from "../headers.js";
import { parseNote } from "../notes.js";
import { inclusionPath } from "../proofs.js";
import { recordHash } from "../records.js";

const SIBLING = { left: gettext("sibling, joins from the left"), right: gettext("sibling, joins from the right") };

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
    ...(path.length ? [box("leaf", fill(gettext("leaf %(index)s"), { index: grouped(index) }), first)] : []), // alone in its tree it is the root
    ...nodes.map((hash, row) => box("node", fill(gettext("hash %(number)s of %(count)s on the way"), { number: row + 1, count: nodes.length }), hash)),
    box("root", gettext("root"), root ?? first),
    box("block", fill(gettext("block %(height)s"), { height: grouped(block.height) }), toHex(await blockHash(parseHex(block.header, HEADER_SIZE)))),
    box("checkpoint", gettext("checkpoint"), entries(size), checkpointNote),
  ];
  const siblings = path.map(({ sibling, side }) => box("sibling", SIBLING[side], toHex(sibling)));
  return { sides: path.map(({ side }) => side), spine, siblings };
}

function box(kind, name, hash, copies = hash) {
  return { kind, name, hash, copies };
}

const entries = (count) => fill(ngettext("%(count)s entry", "%(count)s entries", count), { count: grouped(count) });
