/**
 * A window on a room's log further back than the log itself reaches, for whoever jumps to an old entry: it grows both
 * ways, and where it meets the log the two become one. Pure.
 */

import { isAct } from "./acts.js";
import { erasedBy } from "./erasure.js";
import { act, erase, openLog, take } from "./log.js";

/** Whether an answer is a page that was asked for to jump into. */
export const isAround = (re) => String(re ?? "").startsWith("around-");

/** What was heard since of its entries counts for it, too. */
export function openPast(events, log) {
  const opened = { ...openLog([], events[0].seq - 1), erased: log.erased, acts: log.acts, isPast: true };
  return { ...take(opened, events).log, first: events[0].seq, isPast: true };
}

/** The window after a frame: pages that continue it, what the log took from it as new, and erasures. */
export function follow(past, events, fresh, log) {
  const grown = take(past, events.filter(({ seq }) => seq < log.first)).log;
  return erase(act(grown, fresh.filter(isAct)), erasedBy(events));
}

/** The log with the window before it, where nothing is missing between the two; else null. */
export function joins(past, log) {
  if (past.cursor < log.first - 1) return null;
  const events = past.events.filter(({ seq }) => seq < log.first);
  return { ...log, first: past.first, erased: { ...past.erased, ...log.erased }, events: [...events, ...log.events] };
}
