/**
 * Bytes and their one spelling as hex, base64 and decimals. Parsers take only what formats to the same text again.
 */

import { LedgerFormatError } from "./errors.js";

const HEX = /^(?:[0-9a-f]{2})*$/;
const DECIMAL = /^(?:0|[1-9][0-9]{0,15})$/;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function utf8(text) {
  if (typeof text !== "string") throw notCanonical("not text");
  if (/\p{Surrogate}/u.test(text)) throw notCanonical("text holds a lone surrogate");
  return encoder.encode(text);
}

export function parseUtf8(bytes) {
  try {
    return decoder.decode(bytes);
  } catch {
    throw notCanonical("not UTF-8");
  }
}

export function concat(...parts) {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

export function areEqual(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** `size` bytes from lower-case hex. */
export function parseHex(text, size) {
  if (typeof text !== "string" || text.length !== 2 * size || !HEX.test(text)) {
    throw notCanonical(`not ${size} bytes in lower-case hex`);
  }
  return Uint8Array.from({ length: size }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

export function toBase64(bytes) {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** Bytes from standard padded base64 whose unused bits are zero; exactly `size` of them where it is given. */
export function parseBase64(text, size = null) {
  let bytes;
  try {
    bytes = Uint8Array.from(atob(typeof text === "string" ? text : "?"), (char) => char.charCodeAt(0));
  } catch {
    throw notCanonical("not base64");
  }
  if (toBase64(bytes) !== text) throw notCanonical("base64 is not canonical");
  if (size !== null && bytes.length !== size) throw notCanonical(`not ${size} bytes in base64`);
  return bytes;
}

/** A decimal below 2^53 without sign or leading zeros. */
export function parseDecimal(text) {
  if (!DECIMAL.test(text) || !Number.isSafeInteger(Number(text))) {
    throw notCanonical("not a canonical decimal below 2^53");
  }
  return Number(text);
}

function notCanonical(detail) {
  return new LedgerFormatError("not_canonical", detail);
}
