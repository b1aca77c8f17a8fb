/**
 * A room's window on its log: entries `first` … `cursor` without a gap. Pure; every function returns a new window or
 * the same one. What is below the cursor is known and never shown again, what lies beyond `cursor + 1` is a gap.
 */

import { addActs, apply, isAct } from "./acts.js";
import { erasedBy, lookUp, wipe } from "./erasure.js";

/** `erased` and `acts` are what was heard of entries wherever they are, for those that come later out of older pages. */
export function openLog(events, cursor) {
  const first = events.length ? events[0].seq : cursor + 1;
  const erased = lookUp(erasedBy(events));
  return { first, cursor, head: cursor, cursorAtPong: null, sealed: 0, erased, acts: {}, events: [...events] };
}

/** That of a room which is not open: how far it was heard, without what was said there. */
export function emptied(log) {
  return { ...openLog([], log.cursor), head: log.head, cursorAtPong: log.cursorAtPong };
}

/** Without what is further back than the newest `kept` entries: whoever goes there asks for it again. */
export function cut(log, kept) {
  const events = log.events.slice(-kept);
  return { ...log, first: log.cursor - events.length + 1, events };
}

/** Takes the entries of one frame in any order, again or not. `gap`: the frame holds entries that cannot follow yet. */
export function take(before, incoming) {
  const log = erase(before, erasedBy(incoming));
  const events = incoming.map((event) => wipe(apply(event, log.acts), log.erased)).sort((a, b) => a.seq - b.seq);
  if (events.length === 0) return { log, fresh: [], gap: false };
  if (endsBefore(log, events)) return { log: prepend(log, events), fresh: [], gap: false };
  const merged = [...log.events];
  const fresh = [];
  let { cursor } = log;
  for (const event of events) {
    if (event.seq === cursor + 1) {
      merged.push(event);
      fresh.push(event);
      cursor += 1;
    } else if (event.seq <= cursor && event.seq >= log.first) {
      merged[event.seq - log.first] = newer(merged[event.seq - log.first], event);
    }
  }
  const last = events.at(-1).seq;
  const grown = { ...log, cursor, head: Math.max(log.head, last), events: merged };
  return { log: act(grown, fresh.filter(isAct)), fresh, gap: last > cursor };
}

/** The log after these acts, which are new to it. */
export function act(log, fresh) {
  if (fresh.length === 0) return log;
  const acts = addActs(log.acts, fresh);
  return { ...log, acts, events: log.events.map((event) => wipe(apply(event, acts), log.erased)) };
}

/** Blocks reach up to `seq`; which block each entry is in, somebody else must tell. */
export function sealedTo(log, seq) {
  return { ...log, sealed: Math.max(log.sealed, seq) };
}

/** Block `height` sealed every entry up to `seq` that no block had sealed before. */
export function seal(log, seq, height) {
  const events = log.events.map((event) =>
    event.seq <= seq && event.block === null ? { ...event, block: height } : event,
  );
  return { ...log, events };
}

/** The first entry of which no block is known, or null. */
export function firstPending(log) {
  return log.events.find((event) => event.block === null) ?? null;
}

/** Whether an entry looks pending although blocks reach beyond it: what told of it was older than its block. */
export function missesBlock(log) {
  return firstPending(log)?.seq <= log.sealed;
}

/** Known from now on: an answer that was read before the erasure may still be on its way. */
export function erase(log, hashes) {
  if (hashes.length === 0) return log;
  const erased = { ...log.erased, ...lookUp(hashes) };
  return { ...log, erased, events: log.events.map((event) => wipe(event, erased)) };
}

function endsBefore(log, events) {
  return events.at(-1).seq === log.first - 1 && events.length === events.at(-1).seq - events[0].seq + 1;
}

function prepend(log, events) {
  return { ...log, first: events[0].seq, events: [...events, ...log.events] };
}

/** The same entry heard twice: only what may be added later (its block) or taken away (an erased body) counts. */
function newer(known, heard) {
  if (known.hash !== heard.hash) return known;
  if (heard.erased && (!known.erased || (heard.body_commitment && !known.body_commitment))) return { ...heard, block: heard.block ?? known.block };
  return heard.block === null ? known : { ...known, block: heard.block, leaf_index: heard.leaf_index };
}
