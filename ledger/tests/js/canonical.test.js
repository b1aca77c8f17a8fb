import assert from "node:assert/strict";
import { test } from "node:test";

import {
  parseBase64,
  parseDecimal,
  parseHex,
  parseUtf8,
  toBase64,
  toHex,
  utf8,
} from "../../../static/ledger/js/bytes.js";
import { encodeCanonical, parseCanonical } from "../../../static/ledger/js/canonical.js";
import { corruptions, GOLDEN, orRefused, refused } from "./golden.js";

const text = (value) => parseUtf8(encodeCanonical(value));

test("the golden values have the golden spelling and parse back", () => {
  const pairs = [[GOLDEN.genesis, GOLDEN.genesis_jcs]];
  for (const { body, body_jcs, record, record_jcs } of GOLDEN.messages) {
    pairs.push([record, record_jcs]);
    if (body) pairs.push([body, body_jcs]);
  }
  for (const [value, jcs] of pairs) {
    assert.equal(text(value), jcs);
    assert.deepEqual(parseCanonical(utf8(jcs)), value);
  }
});

test("keys are sorted, numbers plain, text as it is", () => {
  const value = { b: [1, -1, true, null], a: { "10": 1, "9": 2, "": 3 } };
  assert.equal(text(value), '{"a":{"":3,"10":1,"9":2},"b":[1,-1,true,null]}');
  assert.equal(text(Number.MAX_SAFE_INTEGER), "9007199254740991");
  assert.notEqual(text("\u00e9"), text("e\u0301"));
  assert.equal(text("\u0000\b\t\n\f\r\u001f\u007f\"\\/"), '"\\u0000\\b\\t\\n\\f\\r\\u001f\u007f\\"\\\\/"');
  assert.equal(text(parseCanonical(utf8('{"__proto__":{"a":1}}'))), '{"__proto__":{"a":1}}');
});

test("what has no canonical form is refused", () => {
  const values = [0.5, Number.NaN, Infinity, 2 ** 53, -(2 ** 53), -0, "\ud800", "a\udfff", 1n, undefined, Symbol("a")];
  for (const value of [...values, () => 1, { é: 1 }, new Date(0), new Map(), new Uint8Array(1), [, 1]]) {
    for (const wrapped of [value, [value], { key: value }]) {
      assert.throws(() => encodeCanonical(wrapped), refused("not_canonical"));
    }
  }
});

test("other spellings are refused", () => {
  const spellings = [
    "", " 1", "1 ", "01", "-0", "+1", "1.0", "1e3", "9007199254740992", "99999999999999999999", "NaN", "tru", '"a',
    "'a'",
    '"\\/"', '"\\u0061"', '"\\u001F"', '"\\u000a"', '"\\ud800"', '"\\ud83d\\ude80"', '"\u0001"', '\ufeff"a"', "[1,]",
    "[1, 2]", "[1]\n", "1 2", '{"a":1,"a":1}', '{"b":1,"a":1}', '{"a" :1}', '{"é":1}',
  ];
  for (const spelling of spellings) {
    assert.throws(() => parseCanonical(utf8(spelling)), refused("not_canonical"), spelling);
  }
  for (const data of [[0x22, 0xff, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22]]) {
    assert.throws(() => parseCanonical(Uint8Array.from(data)), refused("not_canonical"));
  }
});

test("depth is limited, as in Python, and never a crash", () => {
  const nested = (depth) => utf8("[".repeat(depth) + "]".repeat(depth));
  assert.deepEqual(encodeCanonical(parseCanonical(nested(64))), nested(64));
  for (const depth of [65, 1000, 100_000]) assert.throws(() => parseCanonical(nested(depth)), refused("not_canonical"));
});

test("every corrupted byte is refused or changes the value", async () => {
  const jcs = utf8(GOLDEN.messages.at(-1).record_jcs);
  const original = parseCanonical(jcs);
  for (const corrupted of corruptions(jcs)) {
    const value = await orRefused(() => parseCanonical(corrupted));
    if (value === null) continue;
    assert.notDeepEqual(value, original);
    assert.deepEqual(encodeCanonical(value), corrupted);
  }
});

test("hex, base64 and decimals have one spelling", () => {
  const data = Uint8Array.from({ length: 256 }, (_, i) => i);
  assert.deepEqual(parseHex(toHex(data), 256), data);
  assert.deepEqual(parseBase64(toBase64(data)), data);
  assert.equal(toBase64(data), Buffer.from(data).toString("base64"));
  assert.equal(parseDecimal("9007199254740991"), Number.MAX_SAFE_INTEGER);
  for (const hex of ["", "ab", "AB".repeat(32), "ab".repeat(33), "g0".repeat(32), ` ${"a".repeat(63)}`, null, 5]) {
    assert.throws(() => parseHex(hex, 32), refused("not_canonical"));
  }
  for (const base64 of ["YQ", "YQ=", "YR==", "YQ==\n", " YQ==", "Y Q==", "YQ==YQ==", "Y-__", "é", "=", null, 7]) {
    assert.throws(() => parseBase64(base64), refused("not_canonical"));
  }
  assert.throws(() => parseBase64("YQ==", 2), refused("not_canonical"));
  const tooBig = ["9007199254740992", "9".repeat(5000)];
  for (const decimal of ["", "00", "01", "+1", "-1", " 1", "1 ", "1\n", "1_0", "1.0", "٣", ...tooBig]) {
    assert.throws(() => parseDecimal(decimal), refused("not_canonical"));
  }
});
