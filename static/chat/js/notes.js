/** One line each for what happens to a room and its people. Pure. The same words as in chat/notes.py. */

import { fill, gettext as _ } from "../../base/js/i18n.js";

const SENTENCES = {
  "room.create": ({ body }) => [body?.access === "direct" ? _("%(author)s began the conversation.") : _("%(author)s opened the room.")],
  "room.update": ({ body, before }) => changes(body, before),
  "member.join": (event) => [isOwn(event) ? _("%(author)s joined.") : _("%(author)s added %(member)s.")],
  "member.leave": () => [_("%(author)s left.")],
  "member.remove": () => [_("%(author)s removed %(member)s.")],
};

export const isNote = (event) => event.kind in SENTENCES;

export function note(event) {
  const { author, member = author, body } = event;
  const values = { author: author.name, member: member.name, name: body?.name, topic: body?.topic };
  return SENTENCES[event.kind](event).map((sentence) => fill(sentence, values)).join(" ");
}

/** The access, and whether the room is archived: `access` says it by a second word. */
export function readAccess(body) {
  const [access, second] = body.access.split(" ");
  return { access, archived: second === "archived" };
}

const isOwn = ({ author, member = author }) => member.id === author.id;

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
