/**
 * Checkpoints (C2SP tlog-checkpoint) and the text of receipts (C2SP tlog-proof). Twin of ledger/core/checkpoints.py.
 *
 *     connect.example/ledger                          origin
 *     15                                              tree size
 *     6RmQWBaK0h/nnQW45bjWRyTSzDQJlh3c40+NzSpN20E=    root
 */

import { parseBase64, parseDecimal } from "./bytes.js";
import { LedgerFormatError } from "./errors.js";
import { LOG_KEY_TYPE, openNote, parseNote, parseVkey } from "./notes.js";

const RECEIPT_FIRST_LINE = "c2sp.org/tlog-proof@v1";
const MAX_PROOF = 63;
const MAX_EXTRA_CHARS = 64 * 1024;

/**
 * {origin, size, root, witnesses} of a checkpoint that the log signed; `root` is bytes, `witnesses` the names of those
 * of `witnessVkeys` that cosigned. Throws when the text, the log's signature or a known cosignature is not good.
 */
export async function checkCheckpoint(noteText, vkeyText, witnessVkeys = []) {
  const note = parseNote(noteText);
  const checkpoint = parseCheckpoint(note.body);
  const vkey = await parseVkey(vkeyText);
  const verified = await openNote(note, [vkey, ...(await Promise.all(witnessVkeys.map(parseVkey)))]);
  if (vkey.type !== LOG_KEY_TYPE || !verified.some((signature) => signature.vkey === vkey)) {
    throw badCheckpoint("is not signed by the log", "signature");
  }
  if (checkpoint.origin !== vkey.name) throw badCheckpoint(`is ${checkpoint.origin}, not ${vkey.name}`, "origin");
  return { ...checkpoint, witnesses: verified.filter(({ vkey: by }) => by !== vkey).map(({ name }) => name) };
}

/** {origin, size, root} of a note body of exactly three lines. */
export function parseCheckpoint(body) {
  const lines = body.split("\n");
  if (lines.length !== 4 || lines[3] || !lines[0]) throw badCheckpoint("is not exactly three lines");
  return { origin: lines[0], size: parseDecimal(lines[1]), root: parseBase64(lines[2], 32) };
}

/** {extra, index, proof, checkpointNote} of a .tlog-proof file, nothing verified; `extra` and the proof are bytes. */
export function parseReceipt(text) {
  const split = text.indexOf("\n\n");
  const [first, extraLine, indexLine, ...hashes] = text.slice(0, Math.max(split, 0)).split("\n");
  if (first !== RECEIPT_FIRST_LINE) throw badReceipt("is not a tlog-proof of version 1");
  if (hashes.length > MAX_PROOF) throw badReceipt("is too long", "proof");
  const extra = after("extra ", extraLine);
  if (extra.length > MAX_EXTRA_CHARS) throw badReceipt(`is over ${MAX_EXTRA_CHARS} characters`, "extra");
  return {
    extra: parseBase64(extra),
    index: parseDecimal(after("index ", indexLine)),
    proof: hashes.map((line) => parseBase64(line, 32)),
    checkpointNote: text.slice(split + 2),
  };
}

function after(label, line = "") {
  if (!line.startsWith(label)) throw badReceipt("is missing", label.trim());
  return line.slice(label.length);
}

function badCheckpoint(detail, field = null) {
  return new LedgerFormatError("bad_checkpoint", detail, field);
}

function badReceipt(detail, field = null) {
  return new LedgerFormatError("bad_receipt", detail, field);
}
