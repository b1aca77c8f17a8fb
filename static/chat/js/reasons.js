/** Why a message was refused, in words for the person who wrote it. The server's `detail` is English, for developers. */

import { fill, gettext } from "../../base/js/i18n.js";

const REASONS = {
  bad_frame: gettext("This message holds something that cannot be stored."),
  empty: gettext("There is nothing in this message."),
  forbidden: gettext("You may not write here."),
  not_found: gettext("The message that this answers, one of its files, or the room is no longer there."),
};

const ACT_REASONS = {
  forbidden: gettext("You may not do that to this message."),
  not_found: gettext("This message was deleted or erased meanwhile."),
};

/** Why somebody may not write in a room, by how the server's words for it begin (chat/access.py). */
const WHY_FORBIDDEN = [
  [/^This room is archived/, gettext("This room is archived: it can be read, and nothing can be added.")],
  [/^Join this room/, gettext("You are not in this room any more. Join it to write in it.")],
  [/^This account is closed/, gettext("This account is closed.")],
];

/** `kind` is the frame's. */
export function reason({ code, detail }, kind = "send") {
  const [, why] = WHY_FORBIDDEN.find(([start]) => code === "forbidden" && start.test(detail)) ?? [];
  if (why) return why;
  const known = kind === "send" ? REASONS[code] : ACT_REASONS[code];
  return known ?? fill(gettext("This was not sent: %(detail)s."), { detail });
}
