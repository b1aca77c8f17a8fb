/**
 * The steps of `checkReceipt` in words for people: what was asked, what came out, and which bytes say so. Pure.
 *
 * A row: {name, title, state, text, pairs, inputs}. `state` is "idle", "good", "bad" or "unsaid". `pairs` are what
 * differs: {labels: [of what should be, of what is], expected, got, difference}; `inputs` are [label, value].
 */

import { fill, gettext, grouped, ngettext } from "../../../base/js/i18n.js";
import { parseUtf8, toHex } from "../bytes.js";
import { encodeCanonical } from "../canonical.js";
import { ABSENT, STEPS } from "../receipts.js";
import { isText } from "../shapes.js";
import { differenceInWords, findDifference } from "./differences.js";

const TITLES = {
  format: gettext("Receipt"),
  body: gettext("Body"),
  leaf: gettext("Leaf"),
  root: gettext("Root"),
  block: gettext("Block"),
  work: gettext("Work"),
  signature: gettext("Signature"),
};
const QUESTIONS = {
  body: gettext("Do the words open the commitment in the record?"),
  leaf: gettext("Does the record hash to this leaf?"),
  root: gettext("Does the way through the tree end at the signed root?"),
  block: gettext("Does the block's header carry this root?"),
  work: gettext("Does the block's hash show the work?"),
  signature: gettext("Did the log's key sign this root?"),
};
const WRONG = {
  format: gettext("This is not a receipt that can be read."),
  body: gettext("The words do not open the commitment in the record."),
  leaf: gettext("The record does not hash to this leaf."),
  root: gettext("The way through the tree ends at another root."),
  block: gettext("The block's header does not carry the signed root."),
  work: gettext("The block's hash does not show the work."),
  signature: gettext("The log's key did not sign this."),
};

/** Whoever takes the words out of a receipt can call them erased. */
const NO_WORDS = gettext("The words are not in this receipt, so there is nothing to compare. It does not prove that they were erased.");
const NONE = gettext("none");
const COMPUTED = [gettext("Expected"), gettext("Found")];

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
    if (blamed) return row(step.name, "unsaid", fill(gettext("Says nothing while “%(check)s” is wrong."), { check: TITLES[blamed] }), [], inputs);
    if (step.ok === null) return row(step.name, "unsaid", unsaid(step), [], inputs);
    if (step.ok) return row(step.name, "good", right(step, receipt), [], [...inputs, [gettext("Result"), step.got]]);
    // Why it cannot be read is for programs, and in English.
    if (step.expected === null) return row(step.name, "bad", WRONG[step.name], [], [...inputs, [gettext("Result"), step.got]]);
    const pairs = pairsOf(step, receipt, screen);
    return row(step.name, "bad", `${WRONG[step.name]} ${reason(step, pairs)}`, pairs, inputs);
  });
}

/** One sentence for all rows together. */
export function verdict(rows) {
  const bad = rows.filter(({ state }) => state === "bad").map(({ title }) => fill(gettext("“%(check)s”"), { check: title }));
  const failed = ngettext("Not proved: %(checks)s fails.", "Not proved: %(checks)s fail.", bad.length);
  if (bad.length) return { state: "bad", text: fill(failed, { checks: bad.join(gettext(" and ")) }) };
  const said = rows.filter(({ state }) => state === "good").length;
  if (said === rows.length) return { state: "good", text: gettext("All six checks passed.") };
  const some = gettext("%(said)s of %(count)s checks passed; of the others nothing can be said.");
  return { state: "unsaid", text: fill(some, { said, count: rows.length }) };
}

function row(name, state, text, pairs = [], inputs = []) {
  return { name, title: TITLES[name], state, text, pairs, inputs };
}

function unsaid({ name, got }) {
  return name === "body" && got === ABSENT ? NO_WORDS : sentence(got);
}

function right({ name, got, expected }, { proof, block }) {
  if (name === "body") return gettext("The words open the commitment in the record.");
  if (name === "leaf") return gettext("The record hashes to this leaf.");
  if (name === "root") return way(proof.length);
  if (name === "block") {
    return fill(gettext("The header of block %(height)s carries this root."), { height: grouped(block.height) });
  }
  if (name === "work") {
    return fill(gettext("The block's hash begins with %(bits)s zero bits."), { bits: parseInt(expected, 10) });
  }
  return fill(gettext("Signed by %(name)s."), { name: got });
}

function way(count) {
  const words = ngettext(
    "The leaf and %(count)s other hash lead to the signed root.",
    "The leaf and %(count)s other hashes lead to the signed root.",
    count,
  );
  return fill(words, { count: grouped(count) });
}

function reason({ expected, got }, [pair]) {
  if (!pair) return sentence(fill(gettext("expected %(expected)s, got %(got)s"), { expected, got }));
  const words = differenceInWords(pair.difference);
  return pair.labels === COMPUTED ? words : `${pair.labels[1]}: ${words.toLowerCase()}`;
}

/** What differs, the reader's own copy first: there a single byte can be named. */
function pairsOf({ name, expected, got }, receipt, screen) {
  const pairs = [];
  const add = (labels, a, b) => a !== b && pairs.push({ labels, expected: a, got: b, difference: findDifference(a, b) });
  const addScreen = (what, a, b) =>
    add([fill(gettext("%(what)s on this screen"), { what }), fill(gettext("%(what)s in the receipt"), { what })], a, b);
  if (screen && name === "body") {
    addScreen(gettext("Words"), canonical(screen.body), canonical(receipt.body));
    addScreen(gettext("Salt"), screen.salt ?? NONE, receipt.salt ?? NONE);
  }
  if (screen && name === "leaf") addScreen(gettext("Record"), canonical(screen.record), canonical(receipt.record));
  if (name !== "work") add(COMPUTED, expected, got);
  return pairs;
}

function inputsOf(name, receipt, vkey) {
  const { record, body, salt, block, index, proof, checkpointNote } = receipt;
  const inputs = {
    body: [[gettext("Body"), canonical(body)], [gettext("Salt"), salt ?? NONE], [gettext("Commitment"), shown(record.statement?.body)]],
    leaf: [[gettext("Record"), canonical(record)]],
    root: [[gettext("Index"), grouped(index)], [gettext("Hashes, leaf to root"), proof.map(toHex).join("\n")]],
    block: [[gettext("Header"), block.header]],
    work: [[gettext("Header"), block.header]],
    signature: [[gettext("Checkpoint"), checkpointNote.trimEnd()], [gettext("Key"), vkey]],
  };
  return inputs[name] ?? [];
}

/** Whatever a receipt holds where a text or nothing should be. */
function shown(value = null) {
  if (value === null) return NONE;
  return isText(value) ? value : canonical(value);
}

function canonical(value) {
  return parseUtf8(encodeCanonical(value));
}

function sentence(text) {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return whole.endsWith(".") ? whole : `${whole}.`;
}
