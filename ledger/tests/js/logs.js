/** A log in memory with its checkpoints and proofs, and others that are not quite the same log. */

import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";

import { toBase64, toHex } from "../../../static/ledger/js/bytes.js";
import { Unreachable } from "../../../static/ledger/js/monitor/published.js";
import { bytes, DirectTree, GOLDEN, ORIGIN } from "./golden.js";

export const KEY = signer(GOLDEN.log_seed);
export const OTHER_KEY = signer("77".repeat(32));

/** {vkey, sign} of an Ed25519 seed in hex, under the log's name. */
function signer(seed) {
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), bytes(seed)]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const raw = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
  const typed = Buffer.concat([Buffer.of(1), raw]);
  const keyId = createHash("sha256").update(`${ORIGIN}\n`).update(typed).digest().subarray(0, 4);
  const vkey = `${ORIGIN}+${keyId.toString("hex")}+${typed.toString("base64")}`;
  return { vkey, keyId, sign: (text) => sign(null, Buffer.from(text), key) };
}

export class MemoryLog {
  questions = [];
  isReachable = true;

  /** The first `common` leaves are those of every other log. */
  constructor(size, { common = size, key = KEY } = {}) {
    this.tree = new DirectTree(size);
    for (let i = common; i < size; i += 1) this.tree.leaves[i] = Uint8Array.of(...this.tree.leaves[i].slice(1), 7);
    Object.assign(this, { size, signer: key });
  }

  note(size = this.size) {
    const body = `${ORIGIN}\n${size}\n${toBase64(this.tree.root(0, size))}\n`;
    const { keyId, sign: signed } = this.signer;
    return `${body}\n— ${ORIGIN} ${toBase64(new Uint8Array([...keyId, ...signed(body)]))}\n`;
  }

  async checkpoint() {
    return this.#answer("checkpoint", this.note());
  }

  async key() {
    return this.#answer("key", this.signer.vkey);
  }

  async consistency(from, to) {
    if (from < 1 || to > this.size) return this.#answer(`${from}-${to}`, { status: 404, answer: { code: "not_found" } });
    const proof = this.tree.consistency(from, 0, to).map(toHex);
    return this.#answer(`${from}-${to}`, { status: 200, answer: { from, to, proof } });
  }

  #answer(question, answer) {
    if (!this.isReachable) throw new Unreachable("no network");
    this.questions.push(question);
    return answer;
  }
}
