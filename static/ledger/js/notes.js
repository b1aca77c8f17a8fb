/**
 * Signed notes, verifier keys and cosignatures (C2SP signed-note, tlog-cosignature). Twin of ledger/core/notes.py.
 *
 *     connect.example/ledger
 *     15
 *     6RmQWBaK0h/nnQW45bjWRyTSzDQJlh3c40+NzSpN20E=
 *
 *     — connect.example/ledger QYxKWUnNuGy5gHDs8xtTguxUQGYraC/XDDFCdvA6GeFr1kKIlnoA9rWPkYZjfloDYcB0oWUJCkhj0hOi+yrib…
 *
 * Signatures by keys that the reader does not know are ignored; one by a known key must be good.
 */

import { concat, parseBase64, parseHex, toHex, utf8 } from "./bytes.js";
import { LedgerFormatError } from "./errors.js";
import { sha256, verifyEd25519 } from "./hashing.js";

export const LOG_KEY_TYPE = 0x01;
export const WITNESS_KEY_TYPE = 0x04;
const KEY_ID_SIZE = 4;
const MAX_NOTE_CHARS = 1_000_000;
const MAX_SIGNATURES = 100;

// Unicode's White_Space; \s would forget U+0085 and add U+FEFF.
const NAME = /^[^+\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/u;
const CONTROL = /[\x00-\x09\x0b-\x1f]|\p{Surrogate}/u;
const SIGNATURE_LINE = /^— ([^ \n]+) ([A-Za-z0-9+/=]+)$/u;

/** {name, keyId, type, publicKey} of `name+hex(key id)+base64(type ‖ public key)`; throws unless the key id fits. */
export async function parseVkey(text) {
  const [name, idHex, ...rest] = text.split("+");
  if (!rest.length) throw badNote("is not name+id+key", "vkey");
  if (!isName(name)) throw badNote("is empty or holds a space, plus or control character", "name");
  const key = parseBase64(rest.join("+"), 33);
  if (key[0] !== LOG_KEY_TYPE && key[0] !== WITNESS_KEY_TYPE) throw badNote(`type ${key[0]} is unknown`, "vkey");
  const keyId = parseHex(idHex, KEY_ID_SIZE);
  const digest = await sha256(concat(utf8(name), utf8("\n"), key));
  if (toHex(keyId) !== toHex(digest.slice(0, KEY_ID_SIZE))) {
    throw badNote("does not follow from name, type and public key", "key_id");
  }
  return { name, keyId, type: key[0], publicKey: key.slice(1) };
}

/** {body, signatures: [{name, keyId, data}]}, nothing verified. */
export function parseNote(text) {
  if (text.length > MAX_NOTE_CHARS && [...text].length > MAX_NOTE_CHARS) throw badNote("is too long", "note");
  const split = text.lastIndexOf("\n\n");
  const [body, tail] = [text.slice(0, split + 1), text.slice(split + 2)];
  if (split < 0 || !tail.endsWith("\n")) throw badNote("has no signatures", "note");
  if (CONTROL.test(body)) throw badNote("holds a control character", "body");
  const lines = tail.slice(0, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) throw badNote("has too many signatures", "note");
  return { body, signatures: lines.map(parseSignature) };
}

/**
 * The signatures by these keys, the first of each, all good, each with its `vkey`; throws when one is bad or there is
 * none.
 */
export async function openNote(note, vkeys) {
  const verified = new Map();
  for (const signature of note.signatures) {
    const vkey = vkeys.find(({ name, keyId }) => name === signature.name && toHex(keyId) === toHex(signature.keyId));
    if (!vkey) continue;
    if (!(await isGood(vkey, signature.data, note.body))) {
      throw badNote(`signature by ${vkey.name} is not good`, "signature");
    }
    if (!verified.has(vkey)) verified.set(vkey, { ...signature, vkey });
  }
  if (!verified.size) throw badNote("carries no signature by a known key", "signature");
  return [...verified.values()];
}

/** What a witness signs. */
export function cosignatureMessage(timeS, body) {
  return utf8(`cosignature/v1\ntime ${timeS}\n${body}`);
}

/** {timeS, signature} of a witness's 72 bytes. */
export function parseCosignature(data) {
  if (data.length !== 72) throw badNote(`${data.length} bytes instead of 72`, "cosignature");
  const timeS = Number(new DataView(data.buffer, data.byteOffset).getBigUint64(0));
  if (!Number.isSafeInteger(timeS)) throw badNote("is beyond 2^53", "cosignature.time");
  return { timeS, signature: data.slice(8) };
}

async function isGood({ type, publicKey }, data, body) {
  if (type === LOG_KEY_TYPE) return data.length === 64 && verifyEd25519(publicKey, utf8(body), data);
  const { timeS, signature } = parseCosignature(data);
  return verifyEd25519(publicKey, cosignatureMessage(timeS, body), signature);
}

function parseSignature(line) {
  const [, name, text] = line.match(SIGNATURE_LINE) ?? [];
  if (!name || !isName(name)) throw badNote("line is malformed", "signature");
  const data = parseBase64(text);
  if (data.length <= KEY_ID_SIZE) throw badNote("is too short", "signature");
  return { name, keyId: data.slice(0, KEY_ID_SIZE), data: data.slice(KEY_ID_SIZE) };
}

function isName(name) {
  return NAME.test(name) && !CONTROL.test(name);
}

function badNote(detail, field) {
  return new LedgerFormatError("bad_note", detail, field);
}
