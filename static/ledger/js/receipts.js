/**
 * A receipt checked step by step: body → leaf → root → block → work → signature. Spec: docs/specs/ledger.md §6.
 *
 * Nothing in the receipt is believed that was not recomputed from its bytes. A step is {name, ok, expected, got}, both
 * as text; `ok` is null where nothing can be said: the receipt has no body and calls it erased, which it cannot prove, or
 * the browser lacks the algorithm.
 */

import { checkBody, commitBody } from "./bodies.js";
import { parseHex, toHex } from "./bytes.js";
import { isObject, parseCanonical } from "./canonical.js";
import { checkCheckpoint, parseCheckpoint, parseReceipt } from "./checkpoints.js";
import { LedgerFormatError, UnsupportedError } from "./errors.js";
import { blockHash, HEADER_SIZE, meetsTarget, parseHeader } from "./headers.js";
import { parseNote, parseVkey } from "./notes.js";
import { inclusionRoot } from "./proofs.js";
import { recordHash } from "./records.js";
import { findMisfit, isBoolean, isCount, isHash, isHex, orNull } from "./shapes.js";

export const ABSENT = "not in this receipt"; // what is found of a body that is called erased
export const STEPS = ["body", "leaf", "root", "block", "work", "signature"];

const isAnything = () => true;
const isCommitment = orNull(isHash);
const EXTRA = { record: isObject, salt: orNull(isHex(32)), body: isAnything, block: isAnything, erased: isBoolean };
const BLOCK = { height: isCount, header: isHex(HEADER_SIZE) };

/**
 * All six steps; or one step "format" when the text is no receipt at all. `leafHash` (hex) is the message's hash as the
 * reader knows it; `witnesses` are vkeys whose cosignatures, where there are any, must be good too.
 */
export async function checkReceipt(text, vkeyText, { leafHash = null, witnesses = [] } = {}) {
  const format = await take("format", async () => ({ receipt: readReceipt(text), ok: true, ...same("a receipt") }));
  if (!format.ok) return [format];
  const receipt = format.receipt;
  const checks = {
    body: () => checkBodyStep(receipt),
    leaf: () => checkLeafStep(receipt, vkeyText, leafHash),
    root: () => checkRootStep(receipt),
    block: () => checkBlockStep(receipt),
    work: () => checkWorkStep(receipt),
    signature: () => checkSignatureStep(receipt, vkeyText, witnesses),
  };
  return Promise.all(STEPS.map((name) => take(name, checks[name])));
}

/** The parts of a receipt, nothing verified: {record, salt, body, block, erased, index, proof, checkpointNote}. */
export function readReceipt(text) {
  const { extra, ...proof } = parseReceipt(text);
  const fields = parseCanonical(extra);
  const misfit = findMisfit(fields, EXTRA) ?? findMisfit(fields.block, BLOCK);
  if (misfit !== null) throw new LedgerFormatError("bad_receipt", "has the wrong form", `extra.${misfit}`);
  return { ...fields, ...proof };
}

async function checkBodyStep({ record, salt, body, erased }) {
  const { kind, body: expected = null } = record.statement ?? {};
  if (!isCommitment(expected)) throw new LedgerFormatError("bad_record", "is no commitment", "body");
  if (erased) {
    const isGone = salt === null && body === null && kind !== "delete";
    return { ok: isGone ? null : false, expected, got: isGone ? ABSENT : "called erased, yet here" };
  }
  checkBody(kind, body);
  if (body === null) return salt === null ? compare("none", expected ?? "none") : compare("none", "a salt alone");
  return compare(expected, toHex(await commitBody(parseHex(salt, 32), body)));
}

async function checkLeafStep({ record }, vkeyText, leafHash) {
  const got = toHex(await recordHash(record));
  const { name } = await parseVkey(vkeyText);
  return record.statement.log === name ? compare(leafHash ?? got, got) : compare(name, record.statement.log);
}

async function checkRootStep({ record, index, proof, checkpointNote }) {
  const { size, root } = readCheckpoint(checkpointNote);
  return compare(toHex(root), toHex(await inclusionRoot(await recordHash(record), index, size, proof)));
}

async function checkBlockStep({ block, checkpointNote }) {
  const { origin, size, root } = readCheckpoint(checkpointNote);
  const header = await parseHeader(parseHex(block.header, HEADER_SIZE), origin);
  return compare(
    `block ${block.height}, size ${size}, root ${toHex(root)}`,
    `block ${header.height}, size ${header.treeSize}, root ${toHex(header.root)}`,
  );
}

async function checkWorkStep({ block, checkpointNote }) {
  const bytes = parseHex(block.header, HEADER_SIZE);
  const { bits } = await parseHeader(bytes, readCheckpoint(checkpointNote).origin);
  const hash = await blockHash(bytes);
  return { ok: meetsTarget(hash, bits), expected: `${bits} leading zero bits`, got: toHex(hash) };
}

async function checkSignatureStep({ checkpointNote }, vkeyText, witnesses) {
  const checkpoint = await checkCheckpoint(checkpointNote, vkeyText, witnesses);
  return same([checkpoint.origin, ...checkpoint.witnesses].join(", "));
}

function readCheckpoint(noteText) {
  return parseCheckpoint(parseNote(noteText).body);
}

function same(text) {
  return compare(text, text);
}

function compare(expected, got) {
  return { ok: expected === got, expected, got };
}

/** Runs one check; what it throws is the step's verdict, unless it is a defect of ours. */
async function take(name, check) {
  try {
    return { name, ...(await check()) };
  } catch (error) {
    if (error instanceof UnsupportedError) return { name, ok: null, expected: null, got: error.message };
    if (error instanceof LedgerFormatError) return { name, ok: false, expected: null, got: error.message };
    throw error;
  }
}
