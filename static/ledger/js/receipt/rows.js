/** Puts the rows of `report.js` into the document. A row is a <details> from the page's template "check". */

import { fill, gettext } from "../../../base/js/i18n.js";

const NAMES = { idle: gettext("Not checked yet"), good: gettext("Right"), bad: gettext("Wrong"), unsaid: gettext("Nothing can be said") };
const LONG = 200; // characters of what was computed that may not fit their box

export function showRows(list, rows) {
  const { content } = document.querySelector('[data-template="check"]');
  list.replaceChildren(...rows.map((row) => fillRow(content.firstElementChild.cloneNode(true), row)));
}

/** Shows the sentence for all of them. */
export function showVerdict(node, { state, text }) {
  node.dataset.state = state;
  node.textContent = text;
}

function fillRow(node, { name, title, state, text, pairs, inputs }) {
  node.dataset.check = name;
  node.dataset.state = state;
  const place = (part) => node.querySelector(`[data-check-${part}]`);
  place("title").textContent = title;
  place("state").textContent = NAMES[state];
  place("text").textContent = text;
  place("inputs").replaceChildren(...pairs.flatMap(pairNodes), ...inputs.flatMap(inputNodes));
  if (state === "bad") place("details").open = true;
  return node;
}

function pairNodes({ labels, expected, got, difference }) {
  return [...entry(labels[0], marked(difference.expected), expected), ...entry(labels[1], marked(difference.got), got)];
}

const inputNodes = ([label, value]) => entry(label, [value], value);

function entry(label, content, copies) {
  const term = document.createElement("dt");
  term.textContent = label;
  const value = document.createElement("dd");
  const code = document.createElement("code");
  code.append(...content);
  if (copies.length > LONG) code.tabIndex = 0; // it scrolls, and the keyboard must reach it
  const copy = document.createElement("button");
  Object.assign(copy, { type: "button", className: "copy" });
  copy.dataset.copy = copies;
  copy.setAttribute("aria-label", fill(gettext("Copy: %(what)s"), { what: label }));
  value.append(code, copy);
  return [term, value];
}

function marked([before, differing, after]) {
  const mark = document.createElement("mark");
  mark.textContent = differing || "…";
  return [before, mark, after];
}
