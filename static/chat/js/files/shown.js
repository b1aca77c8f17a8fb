/** Files as a page shows them. Pure; the same rules as chat/files/shown.py. */

import { fill, gettext } from "../../../base/js/i18n.js";

const BOX = { width: 360, height: 280 };

/** Of 1,234,567: "1.2 MB". */
export function sizeWords(size) {
  if (size < 1000) return fill(gettext("%(n)s bytes"), { n: size });
  if (size < 999_500) return fill(gettext("%(n)s kB"), { n: Math.round(size / 1000) });
  return fill(gettext("%(n)s MB"), { n: (size / 1_000_000).toFixed(1).replace(/\.0$/, "") });
}

/** The size in which a preview stands: the place is there before the picture is, so that nothing jumps. */
export function fit({ width, height }) {
  const scale = Math.min(1, BOX.width / width, BOX.height / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** A name as it may be shown before the server has given it back (chat/files/names.py): nothing hidden turns its direction. */
export const shownName = (name) => name.replace(/[^\P{C}\u200c\u200d]/gu, "");

/** The text of a message whose author attached files and wrote nothing. */
export const namesOf = (files) => files.map(({ name }) => name).join(", ");

/** What is to be shown of a row's files: {name, url, thumb, about, width, height} each. */
export function filesOf({ event, item }) {
  if (item) return (item.files ?? []).map((file) => shown(file, file));
  const named = event.body?.files ?? [];
  if (event.deleted || !event.attachments) return [];
  return named.map((body, place) => shown(body, event.attachments[place]));
}

/** Whether the text says nothing but the files' names. */
export function isBare({ event, item }, files) {
  if (files.length === 0 || event?.edited) return false;
  return (item ? item.frame.text : event.body.text) === namesOf(files);
}

function shown({ name, size }, found) {
  const about = found ? sizeWords(size) : gettext("No longer available");
  const thumb = found?.thumb ?? null;
  return { name, about, url: found?.url ?? null, thumb, ...(thumb ? fit(found) : {}) };
}
