/**
 * Draws the way from a leaf to the checkpoint as SVG. Each box is a button that copies its hash; arrow keys go from box
 * to box, so that they are one stop of the Tab key.
 */

import { fill, gettext, ngettext } from "../../../base/js/i18n.js";
import { LedgerFormatError, UnsupportedError } from "../errors.js";
import { layoutPath } from "./path.js";
import { tracePath } from "./trace.js";

const SVG = "http://www.w3.org/2000/svg";
const SHOWN = 8; // digits of a hash

/** The picture of a receipt's way, or a sentence that says why there is none. `parts` are of open.js. */
export async function drawReceipt(parts) {
  if (!parts) return gettext("The receipt cannot be read, so there is nothing to draw.");
  try {
    return drawPath(await tracePath(parts));
  } catch (error) {
    if (!(error instanceof LedgerFormatError || error instanceof UnsupportedError)) throw error;
    return fill(gettext("This cannot be drawn: %(reason)s."), { reason: error.message });
  }
}

function drawPath({ sides, spine, siblings }) {
  const layout = layoutPath(sides);
  const svg = element("svg", { class: "path", viewBox: `0 0 ${layout.width} ${layout.height}`, role: "group" });
  const name = ngettext(
    "The way from the leaf to the checkpoint, %(count)s hash long",
    "The way from the leaf to the checkpoint, %(count)s hashes long",
    sides.length,
  );
  svg.setAttribute("aria-label", fill(name, { count: sides.length }));
  svg.append(...layout.links.map((d) => element("path", { class: "path__link", d })));
  svg.append(...layout.joints.map(({ x, y }) => element("circle", { class: "path__joint", cx: x, cy: y, r: 3 })));
  const boxes = rowsOf(spine, siblings, layout);
  svg.append(...boxes);
  if (sides.length) svg.append(caption(spine[0].name, layout));
  rove(svg, boxes);
  return svg;
}

/** Boxes from bottom to top, in a row from left to right: the order of the arrow keys. */
function rowsOf(spine, siblings, layout) {
  return spine.flatMap((node, row) => {
    const boxes = [[node, layout.spine[row]]];
    if (siblings[row]) boxes.push([siblings[row], layout.siblings[row]]);
    return boxes.sort(([, a], [, b]) => a.x - b.x).map(([each, place]) => box(each, place));
  });
}

function box({ kind, name, hash, copies }, { x, y, width, height }) {
  const place = { role: "button", tabindex: -1, transform: `translate(${x} ${y})` };
  const node = element("g", { class: `path__box path__box--${kind}`, ...place });
  node.dataset.copy = copies;
  const shown = /^[0-9a-f]{64}$/.test(hash) ? hash.slice(0, SHOWN) : hash;
  node.setAttribute("aria-label", fill(gettext("%(name)s: %(hash)s. Copy"), { name, hash: shown }));
  node.append(element("rect", { width, height, rx: 7 }), ...labels(kind, name, shown, width, height));
  return node;
}

function labels(kind, name, shown, width, height) {
  const y = height / 2;
  const isWide = ["root", "block", "checkpoint"].includes(kind);
  const copied = text("path__copied", gettext("copied"), { x: width / 2, y, "text-anchor": "middle" });
  if (!isWide) return [text("path__hash", shown, { x: width / 2, y, "text-anchor": "middle" }), copied];
  const end = { x: width - 12, y, "text-anchor": "end" };
  // The space is not drawn: it parts the words for whoever hears them.
  return [text("path__name", name, { x: 12, y }), " ", text("path__hash", shown, end), copied];
}

function caption(name, { spine: [leaf], width, height }) {
  const y = (leaf.y + leaf.height + height) / 2 + 1;
  return text("path__name", name, { x: width / 2, y, "text-anchor": "middle" });
}

function text(className, content, attributes) {
  const node = element("text", { class: className, "dominant-baseline": "central", ...attributes });
  node.textContent = content;
  return node;
}

function element(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

const STEPS = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 };

function rove(svg, boxes) {
  boxes[0].setAttribute("tabindex", 0);
  svg.addEventListener("focusin", ({ target }) => {
    for (const each of boxes) each.setAttribute("tabindex", each === target ? 0 : -1);
  });
  svg.addEventListener("keydown", (event) => {
    const at = boxes.indexOf(event.target);
    if (at < 0) return;
    if (event.key in STEPS) boxes[at + STEPS[event.key]]?.focus();
    else if (event.key === "Enter" || event.key === " ") boxes[at].dispatchEvent(new MouseEvent("click", { bubbles: true }));
    else return;
    event.preventDefault();
  });
}
