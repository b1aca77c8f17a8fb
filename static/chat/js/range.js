/**
 * Which part of a room's log is in the document. Pure. `from` … `to` are sequence numbers; a range that follows the end
 * has `to: null`; that of a window further back (`log.isPast`) follows nothing. It never holds more than LONGEST entries,
 * so that thousands of messages cost no more than these.
 */

export const PAGE = 80;
export const LONGEST = 300;

export function newestRange(log) {
  return { from: Math.max(log.first, log.cursor - PAGE + 1), to: upTo(log.cursor, log) };
}

/** Whether the range is one of this log. */
export const fits = ({ from, to }, log) => from >= log.first && (to ?? from) <= log.cursor && (to !== null || !log.isPast);

/** After new entries came. Someone who reads further up keeps the place; the end then stops following. */
export function grown(range, log, isAtBottom) {
  if (range.to !== null || log.cursor - range.from < LONGEST) return range;
  if (isAtBottom) return { from: log.cursor - LONGEST / 2, to: null };
  return { from: range.from, to: range.from + LONGEST - 1 };
}

/** One page further up, or null when the log itself holds no more. */
export function upwards(range, log) {
  if (range.from <= log.first) return null;
  const from = Math.max(log.first, range.from - PAGE);
  const to = range.to ?? log.cursor;
  return { from, to: to - from < LONGEST ? range.to : from + LONGEST - 1 };
}

/** One page further down, or null when the range follows the end already. */
export function downwards(range, log) {
  if (range.to === null) return null;
  const to = Math.min(log.cursor, range.to + PAGE);
  if (log.isPast && to === range.to) return null;
  return { from: Math.max(range.from, to - LONGEST + 1), to: upTo(to, log) };
}

/** A range around one entry, for a jump. */
export function around(seq, log) {
  const to = Math.min(log.cursor, seq + PAGE);
  return { from: Math.max(log.first, seq - PAGE), to: upTo(to, log) };
}

const upTo = (to, log) => (to === log.cursor && !log.isPast ? null : to);

export function slice(range, log) {
  const end = range.to === null ? log.events.length : range.to - log.first + 1;
  return log.events.slice(Math.max(0, range.from - log.first), end);
}
