/* Keeps the explorer's first page up to date: the server draws its changing parts anew, this puts those in place that
   changed. No socket: the page must work for whoever is not logged in, and when the chat does not. */

import { ago } from "./ago.js";

const ASK_EVERY_MS = 3000;
const TICK_MS = 1000;

/* `onTip` is called when there is another newest block. */
export function keepLive(region, { onTip }) {
  const drawn = new Map(parts(region).map((part) => [part.dataset.part, part.outerHTML]));
  let aheadMs = serverAhead(region);
  const tick = () => tellAges(region, aheadMs);
  tick();
  setInterval(tick, TICK_MS);
  setInterval(async () => {
    const next = document.hidden ? null : await ask(region.dataset.live);
    if (!next) return;
    aheadMs = serverAhead(next);
    const knownTip = tipHash(region);
    update(region, next, drawn);
    tick();
    if (tipHash(region) !== knownTip) onTip();
  }, ASK_EVERY_MS);
}

/* The newly drawn region, or null when the server cannot be reached now. */
async function ask(address) {
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    if (!response.ok) return null;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return document.adoptNode(page.querySelector("[data-live]"));
  } catch {
    return null;
  }
}

function update(region, next, drawn) {
  const knownHeight = tipHeight(region);
  const known = new Map(parts(region).map((part) => [part.dataset.part, part]));
  if (!known.size) region.replaceChildren(); // the log has just begun
  for (const part of parts(next)) {
    const { part: name } = part.dataset;
    const html = part.outerHTML;
    if (drawn.get(name) === html) continue;
    drawn.set(name, html);
    markNew(part, knownHeight);
    if (known.has(name)) replace(known.get(name), part);
    else region.append(part);
  }
}

/* In place of the old one, scrolled and focused as that was. Scrolled 0 is the ribbon's newest end. */
function replace(old, next) {
  const scrolled = old.scrollLeft;
  const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  old.replaceWith(next);
  next.scrollLeft = scrolled;
  if (focused) next.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

function parts(region) {
  return [...region.querySelectorAll("[data-part]")];
}

function markNew(part, knownHeight) {
  for (const row of part.querySelectorAll("[data-height]")) {
    if (Number(row.dataset.height) > knownHeight) row.classList.add("is-new");
  }
}

function tipHeight(region) {
  const newest = region.querySelector("[data-height]");
  return newest ? Number(newest.dataset.height) : -1;
}

function tipHash(region) {
  return region.querySelector("[data-height] [data-copy]")?.dataset.copy;
}

function serverAhead(region) {
  return Number(region.dataset.nowMs) - Date.now();
}

function tellAges(region, aheadMs) {
  for (const time of region.querySelectorAll("[data-ago]")) {
    time.title ||= time.textContent;
    time.textContent = ago(Date.parse(time.dateTime), Date.now() + aheadMs);
  }
}
