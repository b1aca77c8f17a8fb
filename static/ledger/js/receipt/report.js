/**
 * The steps of `checkReceipt` in words for people: what was asked, what came out, and which bytes say so. Pure.
 *
 * A row: {name, title, state, text, pairs, inputs}. `state` is "idle", "good", "bad" or "unsaid". `pairs` are what
 * differs: {labels: [of what should be, of what is], expected, got, difference}; `inputs` are [label, value].
 */

import { parseUtf8, toHex } from "../bytes.js";
import { encodeCanonical } from "../canonical.js";
import { STEPS } from "../receipts.js";
import { differenceInWords, findDifference } from "./differences.js";

const TITLES = {
  format: "Receipt",
  body: "Body",
  leaf: "Leaf",
  root: "Root",
  block: "Block",
  work: "Work",
  signature: "Signature",
};
const QUESTIONS = {
  body: "Do the words open the commitment in the record?",
  leaf: "Does the record hash to this leaf?",
  root: "Does the way through the tree end at the signed root?",
  block: "Does the block's header carry this root?",
  work: "Does the block's hash show the work?",
  signature: "Did the log's key sign this root?",
};
const WRONG = {
  format: "This is not a receipt that can be read.",
  body: "The words do not open the commitment in the record.",
  leaf: "The record does not hash to this leaf.",
  root: "The way through the tree ends at another root.",
  block: "The block's header does not carry the signed root.",
  work: "The block's hash does not show the work.",
  signature: "The log's key did not sign this.",
};

const COMPUTED = ["Expected", "Found"];

/** A step that fails after one of these says nothing by itself: its input is already known to be wrong. */
const DEPENDS_ON = { body: ["leaf"], root: ["leaf", "signature"], block: ["signature"], work: ["block"] };

/** The rows before anything was checked; without inputs where the receipt cannot be read. */
export function questions({ receipt = null, vkey } = {}) {
  return STEPS.map((name) => row(name, "idle", QUESTIONS[name], [], receipt ? inputsOf(name, receipt, vkey) : []));
}

/** The rows of checked steps. `screen` is {record, body, salt} as the reader knows them, or null. */
export function report(steps, { receipt = null, vkey, screen = null }) {
  const failed = new Set(steps.filter(({ ok }) => ok === false).map(({ name }) => name));
  return steps.map((step) => {
    const blamed = failed.has(step.name) && DEPENDS_ON[step.name]?.find((name) => failed.has(name));
    const inputs = receipt ? inputsOf(step.name, receipt, vkey) : [];
    if (blamed) return row(step.name, "unsaid", `Says nothing while “${TITLES[blamed]}” is wrong.`, [], inputs);
    if (step.ok === null) return row(step.name, "unsaid", unsaid(step), [], inputs);
    if (step.ok) return row(step.name, "good", right(step, receipt), [], [...inputs, ["Result", step.got]]);
    const pairs = pairsOf(step, receipt, screen);
    return row(step.name, "bad", `${WRONG[step.name]} ${reason(step, pairs)}`, pairs, inputs);
  });
}

/** One sentence for all rows together. */
export function verdict(rows) {
  const bad = rows.filter(({ state }) => state === "bad").map(({ title }) => `“${title}”`);
  if (bad.length) return { state: "bad", text: `Not proved: ${bad.join(" and ")} ${bad.length > 1 ? "fail" : "fails"}.` };
  const said = rows.filter(({ state }) => state === "good").length;
  if (said === rows.length) return { state: "good", text: `All ${said === 6 ? "six" : said} checks passed.` };
  return { state: "unsaid", text: `${said} of ${rows.length} checks passed; of the others nothing can be said.` };
}

function row(name, state, text, pairs = [], inputs = []) {
  return { name, title: TITLES[name], state, text, pairs, inputs };
}

function unsaid({ name, got }) {
  return name === "body" && got === "erased" ? "The words were erased; nothing is left to compare." : sentence(got);
}

function right({ name, got, expected }, { proof, block }) {
  if (name === "body") return "The words open the commitment in the record.";
  if (name === "leaf") return "The record hashes to this leaf.";
  if (name === "root") return `The leaf and ${count(proof.length, "other hash", "other hashes")} lead to the signed root.`;
  if (name === "block") return `The header of block ${number(block.height)} carries this root.`;
  if (name === "work") return `The block's hash begins with ${expected.replace("leading ", "")}.`;
  return `Signed by ${got}.`;
}

function reason({ expected, got }, [pair]) {
  if (!pair) return sentence(expected === null ? got : `expected ${expected}, got ${got}`);
  const words = differenceInWords(pair.difference);
  return pair.labels === COMPUTED ? words : `${pair.labels[1]}: ${words.toLowerCase()}`;
}

/** What differs, the reader's own copy first: there a single byte can be named. */
function pairsOf({ name, expected, got }, receipt, screen) {
  const pairs = [];
  const add = (labels, a, b) => a !== b && pairs.push({ labels, expected: a, got: b, difference: findDifference(a, b) });
  const addScreen = (what, a, b) => add([`${what} on this screen`, `${what} in the receipt`], a, b);
  if (screen && name === "body") {
    addScreen("Words", canonical(screen.body), canonical(receipt.body));
    addScreen("Salt", screen.salt ?? "none", receipt.salt ?? "none");
  }
  if (screen && name === "leaf") addScreen("Record", canonical(screen.record), canonical(receipt.record));
  if (expected !== null && name !== "work") add(COMPUTED, expected, got);
  return pairs;
}

function inputsOf(name, receipt, vkey) {
  const { record, body, salt, block, index, proof, checkpointNote } = receipt;
  const inputs = {
    body: [["Body", canonical(body)], ["Salt", salt ?? "none"], ["Commitment", String(record.statement?.body ?? "none")]],
    leaf: [["Record", canonical(record)]],
    root: [["Index", number(index)], ["Hashes, leaf to root", proof.map(toHex).join("\n")]],
    block: [["Header", block.header]],
    work: [["Header", block.header]],
    signature: [["Checkpoint", checkpointNote.trimEnd()], ["Key", vkey]],
  };
  return inputs[name] ?? [];
}

function canonical(value) {
  return parseUtf8(encodeCanonical(value));
}

function sentence(text) {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return whole.endsWith(".") ? whole : `${whole}.`;
}

const number = (value) => value.toLocaleString("en");
const count = (value, one, many) => `${number(value)} ${value === 1 ? one : many}`;
