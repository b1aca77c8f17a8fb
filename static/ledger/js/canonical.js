/**
 * Canonical JSON: RFC 8785 (JCS), restricted to ASCII keys, strings, booleans, null and integers |n| < 2^53.
 *
 *     {b: 1, a: "é\n"}   →   {"a":"é\n","b":1}
 *
 * Text is never Unicode-normalised. Twin of ledger/core/canonical.py; spec: docs/specs/ledger.md §1.
 */

import { areEqual, parseUtf8, utf8 } from "./bytes.js";
import { LedgerFormatError } from "./errors.js";

const MAX_DEPTH = 64;
const ASCII = /^[\x00-\x7f]*$/;

/** JCS, as bytes. */
export function encodeCanonical(value) {
  return utf8(format(value, MAX_DEPTH));
}

/** The value that encodes to exactly these bytes. */
export function parseCanonical(bytes) {
  const text = parseUtf8(bytes);
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw notCanonical("not JSON");
  }
  if (!areEqual(encodeCanonical(value), bytes)) throw notCanonical("JSON is not canonical");
  return value;
}

export function isObject(value) {
  return typeof value === "object" && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));
}

function format(value, depth) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return formatString(value);
  if (typeof value === "number") return formatNumber(value);
  if (depth === 0) throw notCanonical(`nested deeper than ${MAX_DEPTH}`);
  if (Array.isArray(value)) return `[${Array.from(value, (item) => format(item, depth - 1)).join(",")}]`;
  if (isObject(value)) return `{${formatMembers(value, depth - 1)}}`;
  throw notCanonical(`${typeof value} has no canonical form`);
}

function formatMembers(object, depth) {
  const keys = Object.keys(object).sort();
  if (!keys.every((key) => ASCII.test(key))) throw notCanonical("a key is not ASCII");
  return keys.map((key) => `${JSON.stringify(key)}:${format(object[key], depth)}`).join(",");
}

function formatString(text) {
  if (/\p{Surrogate}/u.test(text)) throw notCanonical("text holds a lone surrogate");
  return JSON.stringify(text);
}

function formatNumber(number) {
  if (!Number.isSafeInteger(number) || Object.is(number, -0)) throw notCanonical("not an integer below 2^53");
  return String(number);
}

function notCanonical(detail) {
  return new LedgerFormatError("not_canonical", detail);
}
