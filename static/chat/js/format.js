/** Numbers and times as people read them, in their own language and time zone. */

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const STAMP = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const DAY = new Intl.DateTimeFormat("en", { weekday: "long", day: "numeric", month: "long" });
const DAY_AND_YEAR = new Intl.DateTimeFormat("en", { weekday: "long", day: "numeric", month: "long", year: "numeric" });

/** "2:05" and " PM" apart, since the gutter has room for the first only. */
export function timeParts(ms) {
  const parts = CLOCK.formatToParts(ms);
  const period = parts.find(({ type }) => type === "dayPeriod")?.value;
  const clock = parts.filter(({ type }) => type !== "dayPeriod").map(({ value }) => value);
  return { clock: clock.join("").trim(), period: period ? ` ${period}` : "" };
}

export const fullTime = (ms) => FULL.format(ms);
export const stamp = (ms) => STAMP.format(ms);

/** A key that is equal for two times on the same local day. */
export function dayOf(ms) {
  const date = new Date(ms);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

export function dayName(ms, nowMs = Date.now()) {
  if (dayOf(ms) === dayOf(nowMs)) return "Today";
  const yesterday = new Date(nowMs);
  yesterday.setDate(yesterday.getDate() - 1);
  if (dayOf(ms) === dayOf(yesterday.getTime())) return "Yesterday";
  const sameYear = new Date(ms).getFullYear() === new Date(nowMs).getFullYear();
  return (sameYear ? DAY : DAY_AND_YEAR).format(ms);
}

/** "Block 1,204 ends here · 12 entries · 14:05"; the last two where a `sealed` frame told them. */
export function blockName(height, block) {
  const name = `Block ${height.toLocaleString("en")} ends here`;
  if (!block) return name;
  const entries = block.entries === 1 ? "1 entry" : `${block.entries.toLocaleString("en")} entries`;
  return `${name} · ${entries} · ${CLOCK.format(block.timeMs)}`;
}
