/**
 * What the timeline shows: entries and unsent messages → rows. Pure. The first paint follows the same rules
 * (chat/templatetags/timeline.py).
 *
 * Kinds: "day" {key, dayMs, today} · "new" {key} · "note" {key, text} · "notes" {key, text, lines}: several in one · "message"
 * {key, event | item, author, timeMs, first, state, block, ends, newestMine, isMine, isGone, canErase}.
 */

import { isMove, isNote, note, summary } from "./notes.js";

const GROUP_MS = 5 * 60 * 1000;
const SYSTEM = "0".repeat(32);

export const isShown = (event) => event.kind === "post" || isNote(event);

/** Rows of `events` (ascending, without a gap) and, where the window reaches the end, of the `unsent` items. */
/** `newFrom` is the seq from which on somebody had not read when the page opened, `today` what `dayOf` says of now. */
export function toRows({ events, unsent, me, dayOf, atEnd, newFrom = null, today = null }) {
  const builder = { rows: [], day: null, timeMs: 0, group: null, dayOf, today, newFrom: events[0]?.seq <= newFrom ? newFrom : null, me };
  const shown = events.filter(isShown);
  const newest = unsent.length || !atEnd ? null : shown.findLast((event) => isMine(event, me));
  shown.forEach((event, index) => {
    const next = shown[index + 1];
    addNewLine(builder, event);
    const ends = event.block !== null && (next ? next.block !== event.block : atEnd);
    if (event.kind === "post") addMessage(builder, fromEvent(event, me), { ends, newestMine: event === newest });
    else addNote(builder, event);
  });
  unsent.forEach((item, index) => {
    addMessage(builder, fromItem(item, me, builder.timeMs), { ends: false, newestMine: index === unsent.length - 1 });
  });
  return fold(builder.rows);
}

/** People who come and go one after the other share a line. */
function fold(rows) {
  const runs = [];
  for (const row of rows) {
    if (row.move && runs.at(-1)?.[0].move) runs.at(-1).push(row);
    else runs.push([row]);
  }
  return runs.map((run) => (run.length === 1 ? run[0] : foldRun(run)));
}

function foldRun(run) {
  const text = summary(run.map(({ move }) => move));
  return { kind: "notes", key: `f${run[0].key.slice(1)}`, text, lines: run.map((row) => row.text).join("\n") };
}

/** Whether a row looks as it did, so that its node can stay untouched. */
export function sameRow(a, b) {
  return Object.keys(b).every((name) => a[name] === b[name]);
}

function isMine(event, me) {
  return event.kind === "post" && event.author.id === me.id;
}

/** My messages keep their key from echo to entry: the node stays, with its focus and its place. */
function fromEvent(event, me) {
  return {
    kind: "message",
    key: isMine(event, me) ? `c${event.client_id}` : `s${event.seq}`,
    event,
    item: null,
    author: event.author,
    timeMs: event.received_ms,
    state: event.block === null ? "recorded" : "sealed",
    block: event.block,
    isMine: event.author.id === me.id,
    isGone: Boolean(event.erased || event.deleted),
    canErase: !event.erased && event.author.id !== SYSTEM && (me.moderates || event.author.id === me.id),
  };
}

function fromItem(item, me, previousMs) {
  const state = item.fault ? "failed" : item.recorded ? "recorded" : "sending";
  const timeMs = Math.max(item.frame.sent_ms, previousMs);
  return { kind: "message", key: `c${item.clientId}`, event: null, item, author: me, timeMs, state, block: null };
}

function addMessage(builder, row, extra) {
  addDay(builder, row.timeMs);
  const { group } = builder;
  const first = !group || group.author.id !== row.author.id || row.timeMs - group.timeMs >= GROUP_MS;
  builder.rows.push({ ...row, first, ...extra });
  builder.group = row;
}

/** Before the first entry by somebody else; it stays where it was when the page opened. */
function addNewLine(builder, event) {
  if (builder.newFrom === null || event.seq < builder.newFrom || event.author.id === builder.me.id) return;
  addDay(builder, event.received_ms);
  builder.rows.push({ kind: "new", key: "new" });
  builder.newFrom = null;
  builder.group = null;
}

function addNote(builder, event) {
  addDay(builder, event.received_ms);
  builder.rows.push({ kind: "note", key: `s${event.seq}`, text: note(event), move: isMove(event) ? event : null });
  builder.group = null;
}

function addDay(builder, timeMs) {
  const day = builder.dayOf(timeMs);
  builder.timeMs = timeMs;
  if (day === builder.day) return;
  builder.rows.push({ kind: "day", key: `d${day}`, dayMs: timeMs, today: builder.today });
  builder.day = day;
  builder.group = null;
}
