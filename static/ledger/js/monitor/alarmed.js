/**
 * The alarm on every page that does not follow the log itself: what any page of this browser found. Without an alarm
 * nothing more than this is fetched.
 */

import { LogState } from "./state.js";

const state = new LogState();
let opening = null;

/** Again after whatever may have raised or ended it in this tab; of other tabs it hears. */
export async function showAlarm() {
  if (state.alarm) opening ??= import("./alarm.js").then(({ openAlarm }) => openAlarm(state));
  (await opening)?.show();
}

addEventListener("storage", showAlarm);
showAlarm();
