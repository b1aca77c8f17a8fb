/**
 * What a checkpoint means to someone who verified an earlier one. No storage, no clock, no document: the log's answers
 * come in through `log`.
 *
 *     no checkpoint kept, signed by the log's key              first
 *     same size, same root                                     same
 *     larger, and the kept tree is its beginning               extended
 *     smaller, and the beginning of the kept tree              late        a process that lags behind: no harm
 *     smaller, and the log cannot show the kept tree any more  rollback
 *     neither tree is the beginning of the other               fork
 *     signed by another key than the one kept                  key
 *     not signed by any key of the log                         forged
 *
 * The last four are alarms. What cannot be asked (`Unreachable`, `UnsupportedError`) is thrown: it is no verdict.
 */

import { parseHex, toHex } from "../bytes.js";
import { checkCheckpoint } from "../checkpoints.js";
import { LedgerFormatError } from "../errors.js";
import { checkConsistency } from "../proofs.js";
import { Unreachable } from "./published.js";

const ALARMS = ["rollback", "fork", "key", "forged"];

/**
 * {kind, isAlarm, head, asked, servedVkey}. `kept` is {vkey, note, size, root} or null, `vkey` the key that the page
 * names, `note` the checkpoint in question; `head` is {note, size, root} of it where its signature is good, `asked` the
 * consistency proof with its sizes.
 */
export async function judge({ kept, vkey, note }, log) {
  const pinned = kept?.vkey ?? vkey;
  if (pinned !== vkey) return verdict("key", { servedVkey: vkey });
  const head = await open(note, pinned);
  if (!head) return judgeStranger(pinned, log);
  if (!kept) return verdict("first", { head });
  if (head.size === kept.size) return verdict(head.root === kept.root ? "same" : "fork", { head });
  return compare(kept, head, log);
}

/** What is kept after a sound verdict. The size never goes down, the key never changes. */
export function keepAfter({ kind, head }, kept, vkey, nowMs) {
  if (kind === "first") return { vkey, ...head, sinceMs: nowMs, checkedMs: nowMs };
  if (kind === "extended") return { ...kept, ...head, checkedMs: nowMs };
  if (kind === "same") return { ...kept, checkedMs: nowMs };
  return kept;
}

async function open(note, vkey) {
  try {
    const { size, root } = await checkCheckpoint(note, vkey);
    return { note, size, root: toHex(root) };
  } catch (error) {
    if (error instanceof LedgerFormatError) return null;
    throw error;
  }
}

/** Not signed by the key that was kept: whether the log says so itself by now. */
async function judgeStranger(pinned, log) {
  try {
    const servedVkey = await log.key();
    return verdict(servedVkey === pinned ? "forged" : "key", { servedVkey });
  } catch (error) {
    if (error instanceof Unreachable) return verdict("forged");
    throw error;
  }
}

async function compare(kept, head, log) {
  const grows = head.size > kept.size;
  const [old, now] = grows ? [kept, head] : [head, kept];
  const asked = { from: old.size, to: now.size, ...(await log.consistency(old.size, now.size)) };
  if (asked.status !== 200) return verdict(grows ? "fork" : "rollback", { head, asked });
  const isConsistent = await leadsOn(old, now, asked.answer?.proof);
  return verdict(isConsistent ? (grows ? "extended" : "late") : "fork", { head, asked });
}

async function leadsOn(old, now, hashes) {
  try {
    const proof = (Array.isArray(hashes) ? hashes : []).map((hash) => parseHex(hash, 32));
    await checkConsistency(old.size, parseHex(old.root, 32), now.size, parseHex(now.root, 32), proof);
    return true;
  } catch (error) {
    if (error instanceof LedgerFormatError) return false;
    throw error;
  }
}

function verdict(kind, { head = null, asked = null, servedVkey = null } = {}) {
  return { kind, isAlarm: ALARMS.includes(kind), head, asked, servedVkey };
}
