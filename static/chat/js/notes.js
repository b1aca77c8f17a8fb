/** One line each for what happens to a room and its people. Pure. The same words as in chat/notes.py. */

import { fill, gettext as _, ngettext } from "../../base/js/i18n.js";

/** So many are called by their names where several came or went; of more, one fewer, and how many others. */
const NAMED = 4;

const SENTENCES = {
  "room.create": ({ body }) => [body?.access === "direct" ? _("%(author)s began the conversation.") : _("%(author)s opened the room.")],
  "room.update": ({ body, before }) => changes(body, before),
  "member.join": (event) => [isOwn(event) ? _("%(author)s joined.") : _("%(author)s added %(member)s.")],
  "member.leave": () => [_("%(author)s left.")],
  "member.remove": () => [_("%(author)s removed %(member)s.")],
};

/** Of several who did the same. */
const TOGETHER = {
  "member.join": (event) => (isOwn(event) ? _("%(names)s joined.") : _("%(author)s added %(names)s.")),
  "member.leave": () => _("%(names)s left."),
  "member.remove": () => _("%(author)s removed %(names)s."),
};

export const isMove = (event) => event.kind in TOGETHER;

export const isNote = (event) => event.kind in SENTENCES;

export function note(event) {
  const { author, body } = event;
  const values = { author: author.name, member: memberOf(event).name, name: body?.name, topic: body?.topic };
  return SENTENCES[event.kind](event).map((sentence) => fill(sentence, values)).join(" ");
}

/** One line for several that are moves: what each person did last. */
export function summary(events) {
  const last = new Map(events.map((event) => [memberOf(event).id, event]));
  const groups = new Map();
  for (const event of last.values()) {
    const key = `${event.kind} ${isOwn(event) ? "" : event.author.id}`;
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  return [...groups.values()].map(together).join(" ");
}

/** Of events that differ in the member alone. */
function together(group) {
  const [first] = group;
  if (group.length === 1) return note(first);
  return fill(TOGETHER[first.kind](first), { author: first.author.name, names: listed(group.map((event) => memberOf(event).name)) });
}

function listed(names) {
  if (names.length <= NAMED) return fill(_("%(names)s and %(last)s"), { names: names.slice(0, -1).join(", "), last: names.at(-1) });
  const count = names.length - NAMED + 1;
  const words = ngettext("%(names)s and %(count)s other", "%(names)s and %(count)s others", count);
  return fill(words, { names: names.slice(0, NAMED - 1).join(", "), count });
}

/** The access, and whether the room is archived: `access` says it by a second word. */
export function readAccess(body) {
  const [access, second] = body.access.split(" ");
  return { access, archived: second === "archived" };
}

const memberOf = ({ author, member = author }) => member;

const isOwn = (event) => memberOf(event).id === event.author.id;

/** What a `room.update` changed; where what was before is not known, only that. */
function changes(body, before) {
  const sentences = before ? differences(body, before) : [];
  return sentences.length ? sentences : [_("%(author)s changed the room.")];
}

function differences(body, before) {
  const sentences = [];
  const [now, was] = [readAccess(body), readAccess(before)];
  if (body.name !== before.name) sentences.push(_("%(author)s renamed the room to “%(name)s”."));
  if (body.topic !== before.topic) {
    sentences.push(body.topic ? _("%(author)s set the topic: “%(topic)s”.") : _("%(author)s removed the topic."));
  }
  if (now.access !== was.access) {
    sentences.push(now.access === "public" ? _("%(author)s made the room public.") : _("%(author)s made the room private."));
  }
  if (now.archived !== was.archived) {
    sentences.push(now.archived ? _("%(author)s archived the room.") : _("%(author)s opened the room again."));
  }
  return sentences;
}
