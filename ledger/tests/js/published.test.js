/** Answers of the log told apart from everything else that a network may answer. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { PublishedLog, Unreachable } from "../../../static/ledger/js/monitor/published.js";

const JSON_TYPE = "application/json";
const PLAIN = "text/plain; charset=utf-8";

function answering(body, { status = 200, type = PLAIN, headers = {} } = {}) {
  const asked = [];
  const log = new PublishedLog(async (address, options) => {
    asked.push([address, options.cache]);
    return new Response(body, { status, headers: { "Content-Type": type, ...headers } });
  });
  return { log, asked };
}

test("what the log says is asked for now, past every cache", async () => {
  const { log, asked } = answering("note\n");
  assert.equal(await log.checkpoint(), "note\n");
  assert.equal(await log.key(), "note");
  assert.deepEqual(asked, [["/log/checkpoint", "no-store"], ["/log/key", "no-store"]]);
});

test("a proof and a refusal are both answers", async () => {
  const { log, asked } = answering('{"proof":["aa"]}', { type: JSON_TYPE });
  assert.deepEqual(await log.consistency(3, 9), { status: 200, answer: { proof: ["aa"] } });
  assert.equal(asked[0][0], "/log/proof/consistency?from=3&to=9");
  for (const [status, code] of [[404, "not_found"], [400, "bad_request"]]) {
    const answer = { code, detail: "The log is not that long." };
    const refusing = answering(JSON.stringify(answer), { status, type: JSON_TYPE });
    assert.deepEqual(await refusing.log.consistency(3, 9), { status, answer });
  }
});

test("a receipt comes with its name; pending and missing ones say which", async () => {
  const headers = { "Content-Disposition": 'attachment; filename="41-abc.tlog-proof"' };
  assert.deepEqual(await answering("text", { headers }).log.receipt("aa"), { text: "text", name: "41-abc.tlog-proof" });
  const refused = (code) => answering(JSON.stringify({ code, detail: "No such entry." }), { status: 404, type: JSON_TYPE }).log.receipt("aa");
  assert.deepEqual([await refused("pending"), await refused("not_found")], [{ pending: true }, { missing: true }]);
});

const NOBODY = [
  ["a page of somebody else's", answering("<html>", { type: "text/html" })],
  ["a server in trouble", answering("sorry", { status: 503 })],
  ["too many questions", answering("{}", { status: 429, type: JSON_TYPE })],
  ["a foreign 404", answering("<html>", { status: 404, type: "text/html" })],
  ["a gateway's 404 in JSON", answering('{"message":"no Route matched with those values"}', { status: 404, type: JSON_TYPE })],
  ["a gateway's 400 in JSON", answering('{"error":"bad gateway config"}', { status: 400, type: JSON_TYPE })],
  ["a 404 with half of the log's words", answering('{"code":"not_found","message":"no"}', { status: 404, type: JSON_TYPE })],
  ["a code under another status", answering('{"code":"not_found","detail":"no"}', { status: 400, type: JSON_TYPE })],
  ["a code of another question", answering('{"code":"forbidden","detail":"no"}', { status: 404, type: JSON_TYPE })],
  ["a 404 that says nothing", answering("null", { status: 404, type: JSON_TYPE })],
  ["a gateway's 200 in JSON", answering('{"status":"ok"}', { type: JSON_TYPE })],
  ["a 200 that says nothing", answering("null", { type: JSON_TYPE })],
  ["cut-off JSON", answering('{"proof":["a', { type: JSON_TYPE })],
  ["no network", { log: new PublishedLog(async () => Promise.reject(new TypeError("Failed to fetch"))) }],
];
for (const [name, { log }] of NOBODY) {
  test(`${name} is not an answer of the log`, async () => {
    await assert.rejects(log.consistency(3, 9), Unreachable);
    if (name === "cut-off JSON") return;
    for (const ask of [() => log.checkpoint(), () => log.key(), () => log.receipt("aa")]) await assert.rejects(ask, Unreachable);
  });
}
