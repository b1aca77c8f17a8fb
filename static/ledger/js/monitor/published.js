/**
 * What the log publishes, over HTTP. Knows no meaning of the answers; tells apart that the log said no and that nothing
 * of the log's was heard. Spec: docs/specs/protocol.md, HTTP.
 */

import { isText } from "../shapes.js";

const PATIENCE_MS = 15_000;
const NO_PROOF = { 400: ["bad_request"], 404: ["not_found"] };
const NO_RECEIPT = { 404: ["pending", "not_found"] };

/** The log did not answer: no network, a server in trouble, a page of somebody else's in between. Nothing is wrong yet. */
export class Unreachable extends Error {
  name = "Unreachable";
}

export class PublishedLog {
  constructor(fetch = (...args) => globalThis.fetch(...args)) {
    this.fetch = fetch;
  }

  /** The newest checkpoint, a signed note. */
  async checkpoint() {
    return this.#text(await this.#get("/log/checkpoint"));
  }

  /** The log's vkey. */
  async key() {
    return (await this.#text(await this.#get("/log/key"))).trim();
  }

  /** {status, answer}: the JSON that the log gave, proof or refusal. */
  async consistency(from, to) {
    const response = await this.#get(`/log/proof/consistency?from=${from}&to=${to}`);
    if (response.status !== 200) return { status: response.status, answer: await refusal(response, NO_PROOF) };
    const answer = await json(response);
    if (!Array.isArray(answer?.proof)) throw new Unreachable("no proof in the answer");
    return { status: 200, answer };
  }

  /** {text, name} of an entry's receipt; {pending: true} before its block; {missing: true} where there is none. */
  async receipt(hash) {
    const response = await this.#get(`/log/receipt/${hash}`);
    if (response.status === 404) {
      const { code } = await refusal(response, NO_RECEIPT);
      return code === "pending" ? { pending: true } : { missing: true };
    }
    const [, name = "receipt.tlog-proof"] = response.headers.get("Content-Disposition")?.match(/filename="([^"]+)"/) ?? [];
    return { text: await this.#text(response), name };
  }

  async #get(address) {
    // A cache would tell what the log said once, not what it says now.
    const options = { cache: "no-store", redirect: "error", signal: AbortSignal.timeout(PATIENCE_MS) };
    return read(() => this.fetch(address, options));
  }

  async #text(response) {
    if (!response.ok || !isOfType(response, "text/plain")) throw new Unreachable(`status ${response.status}`);
    return read(() => response.text());
  }
}

/** The log's own no, by its codes. A gateway in between may say no as well, in JSON of its own: that tells nothing. */
async function refusal(response, codes) {
  const answer = await json(response);
  const isOwn = codes[response.status]?.includes(answer?.code) && isText(answer.detail);
  if (!isOwn) throw new Unreachable(`status ${response.status}`);
  return answer;
}

async function json(response) {
  if (!isOfType(response, "application/json")) throw new Unreachable(`status ${response.status}`);
  return read(() => response.json());
}

function isOfType(response, type) {
  return (response.headers.get("Content-Type") ?? "").startsWith(type);
}

async function read(attempt) {
  try {
    return await attempt();
  } catch (error) {
    throw new Unreachable(error.message);
  }
}
