/**
 * The platform's SHA-256 and Ed25519 (WebCrypto). The only module that touches them.
 */

import { gettext } from "../../base/js/i18n.js";
import { toHex } from "./bytes.js";
import { UnsupportedError } from "./errors.js";

const PRIME = 2n ** 255n - 19n;
// y coordinates of the eight points whose order divides 8: two of order 1 and 2, one of order 4, and a pair of order 8.
const ORDER_8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
const SMALL_ORDER = [0n, 1n, PRIME - 1n, ORDER_8, PRIME - ORDER_8];

/** 32 bytes. */
export async function sha256(bytes) {
  return new Uint8Array(await subtle().digest("SHA-256", bytes));
}

/**
 * Whether the signature, 64 bytes, by the raw public key, 32 bytes, is good. Small-order keys never are: with them one
 * signature fits many messages.
 */
export async function verifyEd25519(publicKey, message, signature) {
  if (isOfSmallOrder(publicKey)) return false;
  let key;
  try {
    key = await subtle().importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    if (error.name === "NotSupportedError") throw new UnsupportedError(gettext("this browser cannot check Ed25519 signatures"));
    return false;
  }
  return subtle().verify({ name: "Ed25519" }, key, signature, message);
}

/** A coordinate that has a second, smaller spelling counts as well. */
function isOfSmallOrder(publicKey) {
  const y = BigInt.asUintN(255, BigInt(`0x${toHex(publicKey.slice().reverse())}`));
  return y >= PRIME || SMALL_ORDER.includes(y);
}

function subtle() {
  const found = globalThis.crypto?.subtle;
  if (!found) throw new UnsupportedError(gettext("hashing needs HTTPS or localhost"));
  return found;
}
