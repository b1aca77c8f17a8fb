/* How long ago, in words. Pure. */

import { gettext, locale } from "../../../base/js/i18n.js";

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];
const WORDS = new Intl.RelativeTimeFormat(locale);

export function ago(timeMs, nowMs) {
  const seconds = Math.max(0, Math.floor((nowMs - timeMs) / 1000));
  if (seconds < 2) return gettext("just now");
  const [unit, length] = UNITS.find((each) => seconds >= each[1]);
  return WORDS.format(-Math.floor(seconds / length), unit);
}
