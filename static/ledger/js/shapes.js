/**
 * Checks of JSON values against exact shapes: `check(value)` is true or false, nothing is converted.
 */

import { parseBase64, parseHex } from "./bytes.js";
import { isObject } from "./canonical.js";

export const isText = (value) => typeof value === "string";
export const isBoolean = (value) => typeof value === "boolean";
export const isCount = (value) => Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0);
export const isPositive = (value) => isCount(value) && value > 0;
export const isHex = (size) => (value) => passes(() => parseHex(value, size));
export const isBase64 = (size) => (value) => passes(() => parseBase64(value, size));
export const isHash = isHex(32);
export const isId = isHex(16);
export const orNull = (check) => (value) => value === null || check(value);
export const hasShape = (shape) => (value) => findMisfit(value, shape) === null;

/** The first key that is absent, unknown or of the wrong form; "" when the value is no object; null when it fits. */
export function findMisfit(value, shape, optional = {}) {
  if (!isObject(value)) return "";
  const known = { ...shape, ...optional };
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(known, key));
  if (unknown !== undefined) return unknown;
  const misfit = Object.entries(known).find(
    ([key, check]) => (Object.hasOwn(value, key) || Object.hasOwn(shape, key)) && !check(value[key]),
  );
  return misfit ? misfit[0] : null;
}

function passes(parse) {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}
