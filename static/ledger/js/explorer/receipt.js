/* A receipt that is dropped, pasted or chosen is checked here, in the page: it goes nowhere.
   Markup: templates/ledger/_receipt.html. */

import { fill, gettext } from "../../../base/js/i18n.js";
import { parseUtf8 } from "../bytes.js";
import { LedgerFormatError } from "../errors.js";
import { history } from "../monitor/evidence.js";
import { PublishedLog, Unreachable } from "../monitor/published.js";
import { LogState } from "../monitor/state.js";
import { Watch } from "../monitor/watch.js";
import { contentOf } from "../receipt/content.js";
import { drawReceipt } from "../receipt/drawing.js";
import { openReceipt } from "../receipt/open.js";
import { report, verdict } from "../receipt/report.js";
import { showRows, showVerdict } from "../receipt/rows.js";
import { checkReceipt } from "../receipts.js";

const LARGEST = 1_000_000; // a receipt is under 100 KiB; anything else is a mistake
const FIRST_LINE = "c2sp.org/tlog-proof@";
const NO_KEY = { state: "unsaid", text: gettext("Not checked: the server did not give the log's key. Type it, or try again.") };
const BROKEN = { state: "bad", text: gettext("Not proved: this page failed at what it was given.") };

/* `onJudged` is called when the receipt's checkpoint was judged by the log that this browser follows. */
export function watchReceipts(section, onJudged) {
  const place = (name) => section.querySelector(`[data-${name}]`);
  const take = (file) => show(place, read(file), onJudged);
  place("file").addEventListener("change", ({ target }) => {
    if (target.files.length) take(target.files[0]);
    target.value = ""; // so that the same file can be chosen again
  });
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    section.dataset.over = "";
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => relatedTarget ?? delete section.dataset.over);
  document.addEventListener("drop", (event) => {
    delete section.dataset.over;
    const file = event.dataTransfer.files[0];
    if (!file) return;
    event.preventDefault();
    take(file);
  });
  document.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text");
    if (!text.startsWith(FIRST_LINE)) return;
    event.preventDefault();
    show(place, text, onJudged);
  });
}

/** As its bytes are: `text()` would leave out a byte order mark, and put signs for what is no UTF-8. */
async function read(file) {
  try {
    return file.size <= LARGEST ? parseUtf8(new Uint8Array(await file.arrayBuffer())) : "";
  } catch (error) {
    if (error instanceof LedgerFormatError) return "";
    throw error;
  }
}

async function show(place, text, onJudged) {
  showVerdict(place("verdict"), { state: "idle", text: gettext("Checking…") });
  try {
    const receipt = await text;
    const { vkey, watch } = await chooseKey(place("key").value.trim(), onJudged);
    const { parts } = await openReceipt(receipt);
    const rows = report(await checkReceipt(receipt, vkey), { receipt: parts, vkey });
    const summary = verdict(rows);
    await showContent(place, parts, rows);
    showRows(place("results"), rows);
    showVerdict(place("verdict"), summary);
    place("outcome").hidden = false;
    place("verdict").scrollIntoView({ block: "nearest" });
    const isSound = watch && summary.state !== "bad";
    place("history").textContent = isSound ? history(await watch.check(parts.checkpointNote), watch) : "";
  } catch (error) {
    place("outcome").hidden = true; // of the receipt before
    showVerdict(place("verdict"), error instanceof Unreachable ? NO_KEY : BROKEN);
    if (!(error instanceof Unreachable)) throw error;
  }
}

/* The key that somebody typed; else the one that this browser kept, or the server's. With the latter goes the log that
   this browser follows. */
async function chooseKey(typed, onChange) {
  if (typed) return { vkey: typed, watch: null };
  const log = new PublishedLog();
  const watch = new Watch({ vkey: await log.key(), log, state: new LogState(), onChange });
  return { vkey: watch.pinned, watch };
}

async function showContent(place, receipt, rows) {
  place("content").hidden = !receipt;
  if (!receipt) return;
  const { block, index } = receipt;
  const { kind, number, time, text } = contentOf(receipt);
  place("kind").textContent = fill(gettext("%(kind)s %(number)s, received"), { kind: kind ?? gettext("entry"), number: number ?? "?" });
  place("time").textContent = time;
  place("text").textContent = text;
  place("block").href = new URL(`/chain/blocks/${block.height}/?from=${index}#entry-${index}`, location.href);
  const figure = place("path");
  for (const { name, state } of rows) figure.dataset[name] = state;
  figure.replaceChildren(await drawReceipt(receipt));
}
