/**
 * Which bytes differ between what should be and what is. Pure. Two texts of hex digits count as the bytes that they
 * spell, all others as UTF-8.
 */

import { fill, gettext, grouped } from "../../../base/js/i18n.js";

const HEX = /^(?:[0-9a-f]{2})+$/;
const encoder = new TextEncoder();

/**
 * Null for equal texts, else {first, last, expected, got}: the first and last byte of `got` that differ (`last` before
 * `first` where bytes are missing), and both texts cut into [before, differing, after].
 */
export function findDifference(expected, got) {
  if (expected === got) return null;
  const isHex = HEX.test(expected) && HEX.test(got);
  const [a, b] = [expected, got].map((text) => (isHex ? text.match(/../g) : [...text]));
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const cut = (units) =>
    [units.slice(0, start), units.slice(start, units.length - end), units.slice(units.length - end)].map((part) => part.join(""));
  const [before, differing] = cut(b);
  const first = size(before, isHex);
  return { first, last: first + size(differing, isHex) - 1, expected: cut(a), got: cut(b) };
}

/** "Byte 14 differs." · "Bytes 0 to 31 differ." · "Bytes are missing from byte 14 on." */
export function differenceInWords({ first, last }) {
  const values = { first: grouped(first), last: grouped(last) };
  if (last < first) return fill(gettext("Bytes are missing from byte %(first)s on."), values);
  if (last === first) return fill(gettext("Byte %(first)s differs."), values);
  return fill(gettext("Bytes %(first)s to %(last)s differ."), values);
}

function size(text, isHex) {
  return isHex ? text.length / 2 : encoder.encode(text).length;
}
