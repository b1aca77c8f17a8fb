/**
 * The platform's SHA-256 and Ed25519 (WebCrypto). The only module that touches them.
 */

import { gettext } from "../../base/js/i18n.js";
import { UnsupportedError } from "./errors.js";

/** 32 bytes. */
export async function sha256(bytes) {
  return new Uint8Array(await subtle().digest("SHA-256", bytes));
}

/** Whether the signature, 64 bytes, by the raw public key, 32 bytes, is good. */
export async function verifyEd25519(publicKey, message, signature) {
  let key;
  try {
    key = await subtle().importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    if (error.name === "NotSupportedError") throw new UnsupportedError(gettext("this browser cannot check Ed25519 signatures"));
    return false;
  }
  return subtle().verify({ name: "Ed25519" }, key, signature, message);
}

function subtle() {
  const found = globalThis.crypto?.subtle;
  if (!found) throw new UnsupportedError(gettext("hashing needs HTTPS or localhost"));
  return found;
}
