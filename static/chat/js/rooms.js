/**
 * The rooms that somebody is in and what is new in each: state + frame → state. Pure. It counts as the server does
 * (chat/notifying/unread.py), from `welcome` on, until a `read` frame tells better. What a deletion or an edit makes of the
 * numbers only the server knows, who has the rows: the room is stale then, until "local/counts" brings its answer.
 *
 * room → {id, slug, name, kind, access, archived, level, read, unread, mentions, counted, updated, isStale}; `counted` is the
 * newest entry looked at, `updated` the newest that may have named the room.
 */

import { mentionsMe } from "./mentions.js";
import { readAccess } from "./notes.js";

export function reduceRooms(rooms, frame, me) {
  const step = STEPS[frame.type];
  return step ? step(rooms, frame, me) : rooms;
}

const STEPS = {
  welcome: (_, frame) => Object.fromEntries(frame.rooms.map((room) => [room.id, { ...room, counted: room.head, updated: room.head, isStale: false }])),
  events: (rooms, frame, me) => (rooms[frame.room] ? replace(rooms, frame.events.reduce(counter(me), rooms[frame.room])) : rooms),
  read: (rooms, { room, seq, unread, mentions }) =>
    rooms[room] ? replace(rooms, { ...rooms[room], read: Math.max(rooms[room].read, seq), unread, mentions }) : rooms,
  person: (rooms, { person }) => call(rooms, person),
  "local/counts": (rooms, { room, answer }) => (rooms[room] ? replace(rooms, recount(rooms[room], answer)) : rooms),
  reset: (rooms, { room, gone }) => (gone ? without(rooms, room) : rooms),
};

/** In the order in which they are shown: `kind` is "room" or "direct", or "archived" of both. */
export function listRooms(rooms, kind) {
  const shown = Object.values(rooms).filter((room) => (room.archived ? "archived" : room.kind) === kind);
  return shown.sort((a, b) => a.name.localeCompare(b.name));
}

const counter = (me) => (room, event) => {
  if (event.kind === "room.update" && event.seq > room.updated) return update(room, event);
  if (event.seq <= room.counted) return room;
  const next = { ...room, counted: event.seq };
  if (mayChange(room, event, me)) return { ...next, isStale: true };
  if (event.kind !== "post" || event.author.id === me.id || event.seq <= room.read) return next;
  return { ...next, unread: room.unread + 1, mentions: room.mentions + (mentionsMe(event.html, me) ? 1 : 0) };
};

const update = (room, { seq, body }) => ({ ...room, counted: Math.max(room.counted, seq), updated: seq, name: body.name, ...readAccess(body) });

/** Whether the entry may change what was counted before it. */
function mayChange(room, { kind, author, html }, me) {
  if (kind === "delete" || kind === "erase") return room.unread > 0 || room.mentions > 0;
  return kind === "edit" && author.id !== me.id && mentionsMe(html, me);
}

/** An answer that is older than what was heard since does not count; null is none at all. */
function recount(room, answer) {
  if (!answer) return { ...room, isStale: false };
  const { head, read, unread, mentions: named } = answer;
  return head < room.counted ? room : { ...room, counted: head, read, unread, mentions: named, isStale: false };
}

/** A conversation is called like the other in it. */
function call(rooms, { id, name }) {
  const theirs = Object.values(rooms).filter(({ person }) => person === id);
  return theirs.reduce((all, room) => replace(all, { ...room, name }), rooms);
}

const replace = (rooms, room) => ({ ...rooms, [room.id]: room });

function without(rooms, id) {
  const { [id]: _gone, ...others } = rooms;
  return others;
}
