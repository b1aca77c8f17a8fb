/** Checks in words: which bytes differ, and which row is to blame. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { parseUtf8, toBase64 } from "../../../static/ledger/js/bytes.js";
import { encodeCanonical, parseCanonical } from "../../../static/ledger/js/canonical.js";
import { parseReceipt } from "../../../static/ledger/js/checkpoints.js";
import { differenceInWords, findDifference } from "../../../static/ledger/js/receipt/differences.js";
import { openReceipt } from "../../../static/ledger/js/receipt/open.js";
import { questions, report, verdict } from "../../../static/ledger/js/receipt/report.js";
import { checkReceipt, STEPS } from "../../../static/ledger/js/receipts.js";
import { GOLDEN } from "./golden.js";

const TEXT = GOLDEN.receipt;
const { extra: EXTRA, proof: PROOF } = parseReceipt(TEXT);
const { parts: SOUND } = await openReceipt(TEXT);
const SCREEN = { record: SOUND.record, body: SOUND.body, salt: SOUND.salt };
const LEAF_HASH = GOLDEN.messages[3].leaf_hash;

async function rowsOf(text, { vkey = GOLDEN.log_vkey, screen = SCREEN, leafHash = LEAF_HASH } = {}) {
  const { parts } = await openReceipt(text);
  return report(await checkReceipt(text, vkey, { leafHash }), { receipt: parts, vkey, screen });
}

const named = (rows, state) => rows.filter((row) => row.state === state).map(({ name }) => name);

function withExtra(change) {
  const extra = parseCanonical(EXTRA);
  change(extra);
  return TEXT.replace(/^extra .*$/m, `extra ${toBase64(encodeCanonical(extra))}`);
}

const flip = (hex, byte) => hex.slice(0, 2 * byte) + (hex[2 * byte] === "0" ? "1" : "0") + hex.slice(2 * byte + 1);
const flipLine = (line) => (line[0] === "A" ? "B" : "A") + line.slice(1);
const cut = (words) => [words.expected, words.got];

test("the differing byte of a hash is named", () => {
  const difference = findDifference("00ff10aa", "00ff11aa");
  assert.deepEqual([difference.first, difference.last], [2, 2]);
  assert.deepEqual(cut(difference), [["00ff", "10", "aa"], ["00ff", "11", "aa"]]);
  assert.equal(differenceInWords(difference), "Byte 2 differs.");
});

test("bytes of text are counted in UTF-8, whole characters are marked", () => {
  const difference = findDifference("é😀b", "é😁b");
  assert.deepEqual([difference.first, difference.last], [2, 5]);
  assert.deepEqual(cut(difference), [["é", "😀", "b"], ["é", "😁", "b"]]);
  assert.equal(differenceInWords(difference), "Bytes 2 to 5 differ.");
});

test("missing and added bytes are told", () => {
  assert.equal(differenceInWords(findDifference("one two", "one")), "Bytes are missing from byte 3 on.");
  assert.equal(differenceInWords(findDifference("aab", "ab")), "Bytes are missing from byte 1 on.");
  assert.equal(differenceInWords(findDifference("one", "one two")), "Bytes 3 to 6 differ.");
  assert.equal(differenceInWords(findDifference("", "abcd")), "Bytes 0 to 3 differ.");
  assert.equal(findDifference("same", "same"), null);
});

test("a sound receipt is six good rows with their inputs", async () => {
  const rows = await rowsOf(TEXT);
  assert.deepEqual(named(rows, "good"), STEPS);
  assert.ok(rows.every(({ inputs, pairs }) => inputs.length > 1 && pairs.length === 0));
  assert.deepEqual(verdict(rows), { state: "good", text: "All six checks passed." });
});

test("before the check the same rows ask, and show what will go in", () => {
  assert.deepEqual(questions().map(({ name, state }) => [name, state]), STEPS.map((name) => [name, "idle"]));
  const [body] = questions({ receipt: SOUND, vkey: GOLDEN.log_vkey });
  assert.deepEqual(body.inputs[0], ["Body", parseUtf8(encodeCanonical(SOUND.body))]);
});

test("one change turns exactly one row bad", async () => {
  const { header } = GOLDEN.blocks[1];
  const root = GOLDEN.blocks[1].checkpoint.split("\n")[2];
  const cases = [
    ["body", withExtra((extra) => { extra.body.text += "!"; })],
    ["body", withExtra((extra) => { extra.salt = flip(extra.salt, 0); })],
    ["leaf", withExtra((extra) => { extra.record.received_ms += 1; })],
    ["leaf", withExtra((extra) => { extra.record.statement.body = flip(extra.record.statement.body, 7); })],
    ["leaf", withExtra((extra) => { extra.record.previous = flip(extra.record.previous, 31); })],
    ["root", TEXT.replace("index 5", "index 4")],
    ...PROOF.map((hash) => ["root", TEXT.replace(toBase64(hash), flipLine(toBase64(hash)))]),
    ["block", withExtra((extra) => { extra.block.height = 2; })],
    ...[0, 20, 55, 95, 100].map((byte) => ["block", withExtra((extra) => { extra.block.header = flip(header, byte); })]),
    ["work", withExtra((extra) => { extra.block.header = flip(header, 60); })],
    ["work", withExtra((extra) => { extra.block.header = flip(header, 151); })],
    ["signature", TEXT.replace(root, flipLine(root))],
    ["signature", TEXT.replace("\n10\n", "\n11\n")],
    ["signature", TEXT.replace(" QYxKWQyl", " QYxKWQym")],
  ];
  for (const [name, text] of cases) {
    assert.notEqual(text, TEXT);
    const rows = await rowsOf(text);
    assert.deepEqual(named(rows, "bad"), [name], text);
    assert.equal(verdict(rows).state, "bad");
    assert.ok(named(rows, "good").length >= 2);
  }
});

test("a row that only follows from a wrong one says so, and blames it", async () => {
  const rows = await rowsOf(withExtra((extra) => { extra.record.received_ms += 1; }));
  assert.deepEqual(named(rows, "unsaid"), ["root"]);
  assert.equal(rows[2].text, "Says nothing while “Leaf” is wrong.");
});

test("against the message on the screen the very byte is named", async () => {
  const at = parseUtf8(encodeCanonical(SOUND.body)).indexOf("control");
  const changed = withExtra((extra) => { extra.body.text = extra.body.text.replace("control", "kontrol"); });
  const [body] = await rowsOf(changed);
  assert.match(body.text, /Words in the receipt: byte \d+ differs\./);
  assert.deepEqual(body.pairs.map(({ labels }) => labels[1]), ["Words in the receipt", "Found"]);
  assert.deepEqual(body.pairs[0].difference.got[1], "k");
  assert.ok(body.pairs[0].difference.first >= at);
  const [alone] = await rowsOf(changed, { screen: null });
  assert.equal(alone.text, "The words do not open the commitment in the record. Bytes 0 to 31 differ.");
});

test("a sound receipt of another message than the one on the screen fails at its leaf", async () => {
  const other = GOLDEN.messages[4];
  const rows = await rowsOf(TEXT, { leafHash: other.leaf_hash, screen: { record: other.record, body: null, salt: null } });
  assert.deepEqual(named(rows, "bad"), ["leaf"]);
  assert.deepEqual(rows[1].pairs.map(({ labels }) => labels[0]), ["Record on this screen", "Expected"]);
});

test("what cannot be read is one bad row; why, in the words of programs, stands below its sentence", async () => {
  const rows = await rowsOf("hello");
  assert.deepEqual(rows.map(({ name, state, inputs }) => [name, state, inputs]), [["format", "bad", [["Result", "is not a tlog-proof of version 1"]]]]);
  assert.equal(rows[0].text, "This is not a receipt that can be read.");
  assert.deepEqual(await openReceipt("hello"), { parts: null, sealedMs: null });
});

/** What a field may hold that is none of its form; an object that cannot be made a text first of all. */
const ODD = [{ toString: 1, valueOf: 1 }, [{ toString: 1 }], [], {}, { text: [] }, null, true, -1, 7, 2 ** 53 - 1, "", "abc", "é"];

/** [path, value] of every field, however deep, of the record and beside it. */
const fieldsOf = (value, path = []) =>
  Object.entries(value ?? {}).flatMap(([key, inner]) => [[[...path, key], inner], ...(typeof inner === "object" ? fieldsOf(inner, [...path, key]) : [])]);

test("whatever a receipt holds in whichever field, the answer is a refusal and not a fault", async () => {
  let refusals = 0;
  for (const [path, sound] of fieldsOf(parseCanonical(EXTRA))) {
    for (const odd of ODD) {
      const text = withExtra((extra) => {
        const holder = path.slice(0, -1).reduce((inner, key) => inner[key], extra);
        holder[path.at(-1)] = odd;
      });
      if (text === TEXT) continue;
      const rows = await rowsOf(text);
      const told = `${path.join(".")}, ${JSON.stringify(sound)} → ${JSON.stringify(odd)}`;
      assert.equal(verdict(rows).state, "bad", told);
      assert.ok(named(rows, "bad").every((name) => ["format", "body", "leaf", "block"].includes(name)), told);
      assert.ok(rows.every(({ text: words, inputs }) => [words, ...inputs.flat()].every((each) => typeof each === "string")), told);
      refusals += 1;
    }
  }
  assert.ok(refusals > 200);
});

test("a commitment that is none is shown as it stands", async () => {
  const odd = withExtra((extra) => { extra.record.statement.body = { toString: 1, valueOf: 1 }; });
  const [body, leaf] = await rowsOf(odd, { screen: null });
  assert.deepEqual(body.inputs[2], ["Commitment", '{"toString":1,"valueOf":1}']);
  assert.deepEqual([body.state, leaf.state], ["unsaid", "bad"]);
  assert.match(leaf.inputs.at(-1)[1], /body: has the wrong form/);
});

test("words that are taken out of a receipt and called erased are not told as erased", async () => {
  const rows = await rowsOf(withExtra((extra) => Object.assign(extra, { body: null, salt: null, erased: true })));
  assert.deepEqual([named(rows, "unsaid"), named(rows, "bad")], [["body"], []]);
  assert.match(rows[0].text, /^The words are not in this receipt, .* It does not prove that they were erased\.$/);
  assert.deepEqual(verdict(rows), { state: "unsaid", text: "5 of 6 checks passed; of the others nothing can be said." });
});

test("an opened receipt tells when its block was sealed", async () => {
  const time = GOLDEN.blocks[1].header.slice(2 * 128, 2 * 136);
  assert.equal((await openReceipt(TEXT)).sealedMs, Number(`0x${time}`));
});
