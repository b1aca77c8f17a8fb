/**
 * The page of a room that one only reads, by the reader's own clock: its times, and the days between its messages. The
 * server wrote them in UTC.
 */

import { dayOf } from "./format.js";
import { fillDay, fillNotch, fillTime } from "./message.js";

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const events = new Map(read("events").map((event) => [event.seq, event]));
const blocks = read("blocks");
const list = document.querySelector("[data-list]");
const dayTemplate = document.querySelector('[data-template="day"]').content.firstElementChild;

for (const node of list.querySelectorAll(".day")) node.remove();
let day = null;
for (const node of list.querySelectorAll(".message, .note")) {
  const { received_ms: ms, block } = events.get(Number((node.id || node.dataset.key).slice(1)));
  if (dayOf(ms) !== day) beginDay(node, ms);
  day = dayOf(ms);
  if (node.matches(".note")) continue;
  fillTime(node.querySelector("[data-time]"), ms);
  const notch = node.querySelector("[data-notch]");
  if (!notch.hidden) fillNotch(notch, { ends: true, block }, blocks);
}

function beginDay(node, dayMs) {
  const heading = dayTemplate.cloneNode(true);
  fillDay(heading, { dayMs });
  node.before(heading);
  if (node.matches(".message")) node.classList.add("message--first");
}
