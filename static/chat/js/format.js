/** Numbers and times as people read them, in their own language and time zone. */

import { fill, gettext, grouped, locale, ngettext } from "../../base/js/i18n.js";

const CLOCK = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
const STAMP = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });
const FULL = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "medium" });
const DAY = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
const DAY_AND_YEAR = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", year: "numeric" });

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
  if (dayOf(ms) === dayOf(nowMs)) return gettext("Today");
  const yesterday = new Date(nowMs);
  yesterday.setDate(yesterday.getDate() - 1);
  if (dayOf(ms) === dayOf(yesterday.getTime())) return gettext("Yesterday");
  const sameYear = new Date(ms).getFullYear() === new Date(nowMs).getFullYear();
  return (sameYear ? DAY : DAY_AND_YEAR).format(ms);
}

/** "Block 1,204 ends here · 12 entries · 14:05"; the last two where the page or a `sealed` frame told them. */
export function blockName(height, block) {
  const name = fill(gettext("Block %(height)s ends here"), { height: grouped(height) });
  if (!block) return name;
  const entries = fill(ngettext("%(count)s entry", "%(count)s entries", block.entries), { count: grouped(block.entries) });
  return `${name} · ${entries} · ${CLOCK.format(block.timeMs)}`;
}
