/**
 * Message bodies and the salted commitments that let them be erased. Twin of ledger/core/bodies.py.
 *
 *     body_commitment = SHA256("connect-body/v1\n" ‖ salt[32] ‖ JCS(body))
 */

import { concat, utf8 } from "./bytes.js";
import { encodeCanonical } from "./canonical.js";
import { LedgerFormatError } from "./errors.js";
import { sha256 } from "./hashing.js";
import { findMisfit, hasShape, isBase64, isCount, isHash, isId, isText } from "./shapes.js";

const SALT_SIZE = 32;
const BODY_PREFIX = utf8("connect-body/v1\n");

const FILE = { name: isText, type: isText, size: isCount, commitment: isHash };
const FILES = { files: (value) => Array.isArray(value) && value.length > 0 && value.every(hasShape(FILE)) };
const TEXT = { text: isText };
const EMOJI = { emoji: isText };
const ROOM = { name: isText, topic: isText, access: isText };
const MEMBER = { member: isId };
const SHAPES = new Map(
  Object.entries({
    post: TEXT,
    edit: TEXT,
    delete: null,
    react: EMOJI,
    unreact: EMOJI,
    erase: { reason: isText },
    "room.create": ROOM,
    "room.update": ROOM,
    "member.join": MEMBER,
    "member.leave": MEMBER,
    "member.remove": MEMBER,
    "key.add": { public: isBase64(32), label: isText },
    "key.revoke": { device: isHash, reason: isText },
  }),
);

/** Throws unless the body has exactly the keys of its kind, each of its type. */
export function checkBody(kind, body) {
  const shape = SHAPES.get(kind);
  if (shape === undefined) throw badBody(isText(kind) ? `${kind} is unknown` : "is not text", "kind");
  if (shape === null) {
    if (body !== null) throw badBody(`${kind} has no body`, "body");
    return;
  }
  const misfit = findMisfit(body, shape, kind === "post" || kind === "edit" ? FILES : {});
  if (misfit !== null) throw badBody(`is not that of ${kind}`, misfit ? `body.${misfit}` : "body");
}

/** The commitment, 32 bytes, to a body. */
export async function commitBody(salt, body) {
  if (salt.length !== SALT_SIZE) throw badBody(`needs ${SALT_SIZE} bytes`, "salt");
  return sha256(concat(BODY_PREFIX, salt, encodeCanonical(body)));
}

function badBody(detail, field) {
  return new LedgerFormatError("bad_body", detail, field);
}
