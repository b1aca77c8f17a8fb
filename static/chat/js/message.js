/** Fills the places of one row's node. Text goes in as text; the server's sanitised `html` is the only HTML, in one place. */

import { fillFiles } from "./files/view.js";
import { blockName, dayName, fullTime, timeParts } from "./format.js";
import { reason } from "./reasons.js";

const ERASED = "This message was erased.";
const STATE_NAMES = {
  sending: "Sending",
  recorded: "Recorded, not yet in a block",
  failed: "Not sent",
};

export function fillRow(node, row, blocks) {
  if (row.kind === "day") fillDay(node, row);
  else if (row.kind === "note") place(node, "note").textContent = row.text;
  else fillMessage(node, row, blocks);
}

function fillDay(node, { dayMs }) {
  const time = place(node, "day");
  time.textContent = dayName(dayMs);
  time.dateTime = new Date(dayMs).toISOString().slice(0, 10);
}

function fillMessage(node, row, blocks) {
  const isNew = !node.dataset.key;
  node.classList.toggle("message--first", row.first);
  node.classList.toggle("message--newest-mine", row.newestMine);
  node.classList.toggle("message--failed", row.state === "failed");
  node.id = row.event ? `m${row.event.seq}` : "";
  place(node, "author").textContent = row.author.name;
  if (isNew) place(node, "avatar").src = row.author.avatar;
  fillTime(place(node, "time"), row.timeMs);
  fillGlyph(place(node, "glyph"), row);
  fillQuote(place(node, "quote"), row.event ? row.event.reply : row.item.quote);
  fillBody(node, row);
  fillFiles(node, row);
  fillNotch(place(node, "notch"), row, blocks);
  place(node, "erase").hidden = !row.canErase;
  place(node, "fault").hidden = !row.item?.fault;
  place(node, "fault-text").textContent = row.item?.fault ? reason(row.item.fault) : "";
}

function fillTime(node, ms) {
  const { clock, period } = timeParts(ms);
  const suffix = document.createElement("span");
  suffix.className = "message__period";
  suffix.textContent = period;
  node.replaceChildren(clock, suffix);
  node.dateTime = new Date(ms).toISOString();
  node.title = fullTime(ms);
}

function fillGlyph(node, { state, block }) {
  node.setAttribute("class", `glyph glyph--${state}`);
  node.setAttribute("aria-label", block === null ? STATE_NAMES[state] : `Sealed in block ${block.toLocaleString("en")}`);
  const use = node.querySelector("use");
  const [sheet] = use.getAttribute("href").split("#");
  use.setAttribute("href", `${sheet}#${state}`);
}

function fillQuote(node, quote) {
  node.hidden = !quote;
  if (!quote) return;
  node.setAttribute("href", `#m${quote.seq}`);
  place(node, "quote-author").textContent = quote.author?.name ?? quote.author;
  place(node, "quote-text").textContent = quote.text ?? ERASED;
}

/** Nodes of the first paint already hold their body: it is not put in again, so that a selection survives. */
function fillBody(node, { event, item }) {
  const body = place(node, "body");
  const version = event ? `${event.hash}${event.erased ? " erased" : ""}` : item.clientId;
  if (node.dataset.hash !== version) {
    node.dataset.hash = version;
    if (!event) body.replaceChildren(paragraph(item.frame.text, "message__echo"));
    else if (event.erased) body.replaceChildren(paragraph(ERASED, "muted"));
    else body.innerHTML = event.html ?? "";
  }
  // What scrolls sideways must be within reach of the keyboard.
  for (const wide of body.querySelectorAll("pre, table")) wide.tabIndex = 0;
}

function paragraph(text, className) {
  const node = document.createElement("p");
  node.className = className;
  node.textContent = text;
  return node;
}

function fillNotch(node, { ends, block }, blocks) {
  node.hidden = !ends;
  if (!ends) return;
  const name = blockName(block, blocks[block]);
  node.setAttribute("aria-label", name);
  place(node, "notch-text").textContent = name;
}

function place(node, name) {
  return node.querySelector(`[data-${name}]`);
}
