import assert from "node:assert/strict";
import { test } from "node:test";

import { commitBody } from "../../../static/ledger/js/bodies.js";
import { parseUtf8, toBase64, toHex, utf8 } from "../../../static/ledger/js/bytes.js";
import { encodeCanonical, parseCanonical } from "../../../static/ledger/js/canonical.js";
import { parseReceipt } from "../../../static/ledger/js/checkpoints.js";
import { checkReceipt, readReceipt, STEPS } from "../../../static/ledger/js/receipts.js";
import { GOLDEN, ORIGIN, refused, textCorruptions } from "./golden.js";

const TEXT = GOLDEN.receipt;
const { extra: EXTRA, proof: PROOF } = parseReceipt(TEXT);
const LEAF_HASH = GOLDEN.messages[3].leaf_hash;
const ROOT_LINE = GOLDEN.blocks[1].checkpoint.split("\n")[2];

const failed = (steps) => steps.filter(({ ok }) => ok === false).map(({ name }) => name);
const check = (text, options) => checkReceipt(text, GOLDEN.log_vkey, options);

/** The receipt with its extra data changed in place. */
function withExtra(change) {
  const extra = parseCanonical(EXTRA);
  change(extra);
  return TEXT.replace(/^extra .*$/m, `extra ${toBase64(encodeCanonical(extra))}`);
}

/** The receipt with one piece of its text replaced. */
function withText(old, replacement) {
  assert.equal(TEXT.split(old).length, 2, old);
  return TEXT.replace(old, replacement);
}

const flipHex = (hex, i) => hex.slice(0, i) + (hex[i] === "0" ? "1" : "0") + hex.slice(i + 1);
const flipBase64 = (text, i) => text.slice(0, i) + (text[i] === "A" ? "B" : "A") + text.slice(i + 1);

test("the golden receipt passes every step, with the real inputs shown", async () => {
  const steps = await check(TEXT, { leafHash: LEAF_HASH });
  assert.deepEqual(steps.map(({ name, ok }) => [name, ok]), STEPS.map((name) => [name, true]));
  const got = Object.fromEntries(steps.map((step) => [step.name, step.got]));
  assert.equal(got.body, GOLDEN.messages[3].record.statement.body);
  assert.equal(got.leaf, LEAF_HASH);
  assert.equal(got.root, GOLDEN.blocks[1].root);
  assert.equal(got.block, `block 1, size 10, root ${GOLDEN.blocks[1].root}`);
  assert.equal(got.work, GOLDEN.blocks[1].hash);
  assert.equal(got.signature, ORIGIN);
});

test("its parts can be drawn", () => {
  const receipt = readReceipt(TEXT);
  assert.deepEqual(receipt.record, GOLDEN.messages[3].record);
  assert.deepEqual([receipt.index, receipt.proof.length, receipt.block.height], [5, 4, 1]);
  assert.equal(receipt.checkpointNote, GOLDEN.blocks[1].checkpoint);
});

test("each corruption fails at its step", async () => {
  const { header } = GOLDEN.blocks[1];
  const cases = [
    [["body"], withExtra((extra) => { extra.body.text += "!"; })],
    [["body"], withExtra((extra) => { extra.salt = flipHex(extra.salt, 0); })],
    [["body"], withExtra((extra) => { extra.body = { emoji: "a" }; })],
    [["body"], withExtra((extra) => { extra.body = null; })],
    [["body"], withExtra((extra) => { extra.salt = null; })],
    [["body"], withExtra((extra) => { extra.erased = true; })],
    [["body", "leaf", "root"], withExtra((extra) => { extra.record.statement.body = "00".repeat(32); })],
    [["leaf", "root"], withExtra((extra) => { extra.record.received_ms += 1; })],
    [["leaf", "root"], withExtra((extra) => { extra.record.room_seq += 1; })],
    [["leaf", "root"], withExtra((extra) => { extra.record.statement.log = "another"; })],
    [["leaf", "root"], withExtra((extra) => { extra.record.previous = "nonsense"; })],
    [["leaf", "root"], withExtra((extra) => { delete extra.record.signature; })],
    [["body", "leaf", "root"], withExtra((extra) => { extra.record = {}; })],
    [["root"], withText("index 5", "index 4")],
    [["root"], withText("index 5", "index 10")],
    ...PROOF.map((hash) => [["root"], withText(toBase64(hash), flipBase64(toBase64(hash), 0))]),
    [["root"], withText(`${toBase64(PROOF[0])}\n`, "")],
    [["root"], withText(`${toBase64(PROOF[0])}\n`, `${toBase64(PROOF[0])}\n${toBase64(PROOF[0])}\n`)],
    [["block"], withExtra((extra) => { extra.block.height = 2; })],
    [["block", "work"], withExtra((extra) => { extra.block.header = flipHex(header, 2 * 48 + 15); })],
    [["block", "work"], withExtra((extra) => { extra.block.header = flipHex(header, 0); })],
    [["block", "work"], withExtra((extra) => { extra.block.header = flipHex(header, 2 * 20); })],
    [["block", "work"], withExtra((extra) => { extra.block.header = flipHex(header, 2 * 100); })],
    [["work"], withExtra((extra) => { extra.block.header = flipHex(header, 2 * 60); })],
    [["work"], withExtra((extra) => { extra.block.header = flipHex(header, 303); })],
    [["root", "block", "signature"], withText(ROOT_LINE, flipBase64(ROOT_LINE, 0))],
    [["block", "signature"], withText("\n10\n", "\n11\n")],
    [["root", "block", "work", "signature"], withText("\n10\n", "\n010\n")],
    [["signature"], withText(" QYxKWQyl", " QYxKWQym")],
    [["signature"], withText(" QYxKWQyl", " QYxKWAyl")],
    [["signature"], withText("— connect.example/ledger", "— konnect.example/ledger")],
    [["block", "work", "signature"], withText("\n\nconnect.example/ledger\n", "\n\nkonnect.example/ledger\n")],
  ];
  for (const [expected, text] of cases) {
    assert.deepEqual(failed(await check(text, { leafHash: LEAF_HASH })), expected, text);
  }
});

test("a body of another kind fails even where it opens the commitment", async () => {
  const body = { emoji: "a" };
  const commitment = toHex(await commitBody(new Uint8Array(32), body));
  const text = withExtra((extra) => {
    Object.assign(extra, { body, salt: "00".repeat(32) });
    extra.record.statement.body = commitment;
  });
  assert.deepEqual(failed(await check(text)), ["body", "root"]);
});

test("every byte of a receipt matters", async () => {
  for (const corrupted of textCorruptions(TEXT)) {
    assert.notDeepEqual(failed(await check(corrupted)), [], corrupted);
  }
});

test("a sound receipt of another message fails at the leaf", async () => {
  assert.deepEqual(failed(await check(TEXT, { leafHash: GOLDEN.messages[4].leaf_hash })), ["leaf"]);
});

test("another log's key fails at leaf and signature, a malformed one too", async () => {
  const other = GOLDEN.witness_vkey;
  assert.deepEqual(failed(await checkReceipt(TEXT, other)), ["leaf", "signature"]);
  assert.deepEqual(failed(await checkReceipt(TEXT, GOLDEN.log_vkey.slice(1))), ["leaf", "signature"]);
});

test("of a body that is not there nothing is said, and the rest still stands", async () => {
  const erase = (extra) => Object.assign(extra, { body: null, salt: null, erased: true });
  const steps = await check(withExtra(erase), { leafHash: LEAF_HASH });
  assert.deepEqual(steps.map(({ ok }) => ok), [null, true, true, true, true, true]);
  assert.equal(steps[0].got, "not in this receipt");
  const half = withExtra((extra) => Object.assign(erase(extra), { salt: "00".repeat(32) }));
  assert.deepEqual(failed(await check(half)), ["body"]);
});

test("what is no receipt at all is one failed step", async () => {
  const texts = [
    "",
    "hello",
    TEXT.replace("@v1", "@v2"),
    TEXT.replace("extra ", "extra  "),
    TEXT.replace("index 5", "index 05"),
    TEXT.replace("\nindex 5", "\n\nindex 5"),
    TEXT.replace("index 5\n", `index 5\n${`${toBase64(PROOF[0])}\n`.repeat(60)}`),
    withExtra((extra) => { extra.body.text = "a".repeat(48 * 1024); }),
    TEXT.replace(/^extra .*$/m, `extra ${toBase64(utf8(parseUtf8(EXTRA).replace('"body"', ' "body"')))}`),
    withExtra((extra) => { extra.more = 1; }),
    withExtra((extra) => { delete extra.erased; }),
    withExtra((extra) => { extra.block.header = "ab"; }),
    withExtra((extra) => { extra.block.height = -1; }),
    withExtra((extra) => { extra.block = null; }),
    withExtra((extra) => { extra.record = null; }),
  ];
  for (const text of texts) {
    const steps = await check(text);
    assert.deepEqual(steps.map(({ name, ok }) => [name, ok]), [["format", false]], text);
    assert.throws(() => readReceipt(text), refused());
  }
});

test("a cosigned receipt names its witnesses, and a bad cosignature by a known one fails", async () => {
  const line = GOLDEN.cosigned_checkpoint.split("\n")[5];
  const foreign = `${TEXT}${line}\n`;
  assert.deepEqual(failed(await check(foreign)), [], "an unknown witness is ignored");
  assert.deepEqual(failed(await check(foreign, { witnesses: [GOLDEN.witness_vkey] })), ["signature"]);
});

test("without WebCrypto or Ed25519 nothing is called false", async () => {
  const { subtle } = globalThis.crypto;
  const withoutEd25519 = { ...crypto, subtle: { digest: subtle.digest.bind(subtle), importKey: unsupported } };
  const signature = (await withCrypto(withoutEd25519, () => check(TEXT))).at(-1);
  assert.deepEqual([signature.name, signature.ok], ["signature", null]);
  const steps = await withCrypto({}, () => check(TEXT));
  assert.deepEqual(failed(steps), []);
  assert.ok(steps.every(({ ok }) => ok === null));
});

async function unsupported() {
  throw new DOMException("Unrecognized algorithm name", "NotSupportedError");
}

async function withCrypto(value, run) {
  const original = Object.getOwnPropertyDescriptor(globalThis, "crypto");
  Object.defineProperty(globalThis, "crypto", { value, configurable: true });
  try {
    return await run();
  } finally {
    Object.defineProperty(globalThis, "crypto", original);
  }
}
