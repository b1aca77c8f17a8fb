import assert from "node:assert/strict";
import { test } from "node:test";

import { concat, parseHex, toBase64, toHex, utf8 } from "../../../static/ledger/js/bytes.js";
import { checkCheckpoint, parseCheckpoint } from "../../../static/ledger/js/checkpoints.js";
import { sha256, verifyEd25519 } from "../../../static/ledger/js/hashing.js";
import {
  cosignatureMessage,
  openNote,
  parseCosignature,
  parseNote,
  parseVkey,
  WITNESS_KEY_TYPE,
} from "../../../static/ledger/js/notes.js";
import { GOLDEN, orRefused, ORIGIN, refused, signAsLog, textCorruptions } from "./golden.js";

const COSIGNED = GOLDEN.cosigned_checkpoint;
const LOG = await parseVkey(GOLDEN.log_vkey);
const WITNESS = await parseVkey(GOLDEN.witness_vkey);
const NOTE = parseNote(COSIGNED);
const ROOT = toBase64(new Uint8Array(32));
const flipLast = (data) => Uint8Array.of(...data.slice(0, -1), data.at(-1) ^ 1);
const ORDER_8 = [
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
];
const withSign = (hex, sign) => parseHex(sign ? hex.slice(0, -2) + (parseInt(hex.slice(-2), 16) | 128).toString(16) : hex, 32);
const names = (signatures) => signatures.map(({ name }) => name);

test("the golden checkpoints are signed by the log", async () => {
  for (const { checkpoint, tree_size, root } of GOLDEN.blocks) {
    const checked = await checkCheckpoint(checkpoint, GOLDEN.log_vkey);
    assert.deepEqual([checked.origin, checked.size, toHex(checked.root)], [ORIGIN, tree_size, root]);
  }
});

test("a cosignature counts when its witness is known", async () => {
  assert.deepEqual((await checkCheckpoint(COSIGNED, GOLDEN.log_vkey)).witnesses, []);
  assert.deepEqual((await checkCheckpoint(COSIGNED, GOLDEN.log_vkey, [GOLDEN.witness_vkey])).witnesses, [WITNESS.name]);
  assert.deepEqual(names(await openNote(NOTE, [LOG, WITNESS])), [ORIGIN, WITNESS.name]);
});

test("a checkpoint that only a witness signed is not the log's", async () => {
  const [, cosignature] = COSIGNED.split("\n").slice(4);
  const orphan = `${NOTE.body}\n${cosignature}\n`;
  await assert.rejects(checkCheckpoint(orphan, GOLDEN.log_vkey, [GOLDEN.witness_vkey]), refused("bad_checkpoint"));
  await assert.rejects(checkCheckpoint(orphan, GOLDEN.witness_vkey), refused("bad_checkpoint"));
});

test("a key signs for the origin that is its name, and only as what it is", async () => {
  const line = (keyId, data) => `— ${ORIGIN} ${toBase64(Uint8Array.of(...keyId, ...data))}\n`;
  const signed = (body) => `${body}\n${line(LOG.keyId, signAsLog(utf8(body)))}`;
  assert.equal((await checkCheckpoint(signed(NOTE.body), GOLDEN.log_vkey)).size, 15);
  await assert.rejects(checkCheckpoint(signed(`another\n15\n${ROOT}\n`), GOLDEN.log_vkey), refused("bad_checkpoint"));

  const key = Uint8Array.of(WITNESS_KEY_TYPE, ...LOG.publicKey);
  const keyId = (await sha256(concat(utf8(`${ORIGIN}\n`), key))).slice(0, 4);
  const cosign = (time) => [...new Uint8Array(7), time, ...signAsLog(cosignatureMessage(time, NOTE.body))];
  const cosigned = `${NOTE.body}\n${line(keyId, cosign(7))}${line(keyId, cosign(8))}`;
  const vkey = `${ORIGIN}+${toHex(keyId)}+${toBase64(key)}`;
  const opened = await openNote(parseNote(cosigned), [await parseVkey(vkey)]);
  assert.deepEqual(opened.map(({ data }) => parseCosignature(data).timeS), [7], "the first by a key counts");
  await assert.rejects(checkCheckpoint(cosigned, vkey), refused("bad_checkpoint"));
});

test("a small-order key signs nothing", async () => {
  const ys = ["00", "01", `ec${"ff".repeat(30)}7f`, `ed${"ff".repeat(30)}7f`, `ee${"ff".repeat(30)}7f`, ...ORDER_8];
  const keys = ys.flatMap((y) => ["", "80"].map((sign) => withSign(y.padEnd(64, "0"), sign)));
  const signature = Uint8Array.of(1, ...new Uint8Array(63)); // the neutral point and 0: good for every eighth message
  for (const key of keys) {
    for (let message = 0; message < 40; message += 1) {
      assert.equal(await verifyEd25519(key, Uint8Array.of(message), signature), false, toHex(key));
    }
  }
});

test("another log's key is refused", async () => {
  await assert.rejects(checkCheckpoint(COSIGNED, GOLDEN.log_vkey.replace("connect", "konnect")), refused("bad_note"));
});

test("every corrupted byte loses a signature", async () => {
  for (const corrupted of textCorruptions(COSIGNED)) {
    const checked = await orRefused(() => checkCheckpoint(corrupted, GOLDEN.log_vkey, [GOLDEN.witness_vkey]));
    if (checked !== null) assert.deepEqual(checked.witnesses, [], corrupted);
  }
});

test("unknown signatures are ignored, bad known ones never, doubles count once", async () => {
  const stranger = { name: "stranger.example", keyId: new Uint8Array(4), data: new Uint8Array(5) };
  const [signature] = NOTE.signatures;
  const note = { body: NOTE.body, signatures: [stranger, signature, signature] };
  assert.deepEqual(names(await openNote(note, [LOG, WITNESS])), [ORIGIN]);
  await assert.rejects(openNote(note, []), refused("bad_note"));
  const doubled = [signature, { ...signature, data: flipLast(signature.data) }];
  await assert.rejects(openNote({ body: NOTE.body, signatures: doubled }, [LOG]), refused("bad_note"));
  for (const [i, good] of NOTE.signatures.entries()) {
    for (const data of [flipLast(good.data), good.data.slice(1), new Uint8Array(0)]) {
      const signatures = NOTE.signatures.with(i, { ...good, data });
      await assert.rejects(openNote({ body: NOTE.body, signatures }, [LOG, WITNESS]), refused("bad_note"));
    }
  }
});

test("malformed notes are refused", () => {
  const spaces = ["\t", " ", "\u0085", "\u00a0", "\u2028", "\u3000"].map((space) => `body\n\n— a${space}b AAAAAAA=\n`);
  const wrong = [
    "", "\n", "\n\n", "body\n", "body\n\n", "body\n— a AAAAAAA=\n", "body\n\n— a AAAAAAA=", "body\n\n— a AAAAAAA=\n\n",
    "body\n\n- a AAAAAAA=\n", "body\n\n—a AAAAAAA=\n", "body\n\n— a  AAAAAAA=\n", "body\n\n— a AAAAAAA= \n",
    "body\n\n— a AAAAAAA=\r\n", "body\n\n— a\n", "body\n\n— a AAAAAA==\n", "body\n\n— a AAAAAAB=\n",
    "body\n\n— a+b AAAAAAA=\n", "bo\rdy\n\n— a AAAAAAA=\n", "bo\0dy\n\n— a AAAAAAA=\n",
    "bo\ud800dy\n\n— a AAAAAAA=\n", "body\n\n— \ud800 AAAAAAA=\n",
    `body\n\n${"— a AAAAAAA=\n".repeat(101)}`, `${"b".repeat(1_000_001)}\n\n— a AAAAAAA=\n`, ...spaces,
  ];
  assert.deepEqual(parseNote("body\n\n\n— a AAAAAAA=\n").body, "body\n\n");
  for (const text of wrong) assert.throws(() => parseNote(text), refused(), JSON.stringify(text.slice(0, 60)));
});

test("every corrupted byte of a vkey is refused", async () => {
  assert.equal(toHex(LOG.keyId), GOLDEN.log_vkey.split("+")[1]);
  for (const vkey of [GOLDEN.log_vkey, GOLDEN.witness_vkey]) {
    for (const corrupted of textCorruptions(vkey)) await assert.rejects(parseVkey(corrupted), refused());
  }
  for (const text of ["", "a", "a+b", "+418c4a59+AAAA"]) await assert.rejects(parseVkey(text), refused());
});

test("a cosignature has 72 bytes and a time below 2^53", () => {
  const { timeS } = parseCosignature(NOTE.signatures[1].data);
  assert.equal(timeS, Number(Buffer.from(NOTE.signatures[1].data).readBigUInt64BE()));
  for (const data of [new Uint8Array(71), new Uint8Array(73), new Uint8Array(72).fill(255)]) {
    assert.throws(() => parseCosignature(data), refused("bad_note"));
  }
});

test("other checkpoint bodies are refused", () => {
  assert.equal(parseCheckpoint(`log\n5\n${ROOT}\n`).size, 5);
  const wrong = [
    "", `log\n5\n${ROOT}`, `log\n5\n${ROOT}\nextension\n`, `log\n5\n${ROOT}\n\n`, `\n5\n${ROOT}\n`,
    `log\n05\n${ROOT}\n`, `log\n-5\n${ROOT}\n`,
    `log\n5 \n${ROOT}\n`, `log\n\n${ROOT}\n`, `log\n${2 ** 53}\n${ROOT}\n`, `log\n5\n${ROOT} \n`,
    "log\n5\n\n", `log\n5\n${"00".repeat(32)}\n`, `log\n5\n${toBase64(new Uint8Array(31))}\n`,
  ];
  for (const body of wrong) assert.throws(() => parseCheckpoint(body), refused(), JSON.stringify(body));
});
