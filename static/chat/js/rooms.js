/**
 * The rooms that somebody is in and what is new in each: state + frame → state. Pure. It counts as the server does
 * (chat/unread.py), from `welcome` on, until a `read` frame tells better.
 *
 * room → {id, slug, name, kind, archived, read, unread, mentions, counted}; `counted` is the newest entry looked at.
 */

import { readAccess } from "./notes.js";

const MENTION = /<span class="mention">@([^<]+)<\/span>/g;
const EVERYBODY = "room";

export function reduceRooms(rooms, frame, me) {
  const step = STEPS[frame.type];
  return step ? step(rooms, frame, me) : rooms;
}

const STEPS = {
  welcome: (_, frame) => Object.fromEntries(frame.rooms.map((room) => [room.id, { ...room, counted: room.head }])),
  events: (rooms, frame, me) => (rooms[frame.room] ? replace(rooms, frame.events.reduce(counter(me), rooms[frame.room])) : rooms),
  read: (rooms, { room, seq, unread, mentions }) =>
    rooms[room] ? replace(rooms, { ...rooms[room], read: Math.max(rooms[room].read, seq), unread, mentions }) : rooms,
  reset: (rooms, { room, gone }) => (gone ? without(rooms, room) : rooms),
};

/** In the order in which they are shown: `kind` is "room" or "direct". */
export function listRooms(rooms, kind) {
  const shown = Object.values(rooms).filter((room) => room.kind === kind && !room.archived);
  return shown.sort((a, b) => a.name.localeCompare(b.name));
}

const counter = (me) => (room, event) => {
  if (event.seq <= room.counted) return room;
  const next = { ...room, counted: event.seq };
  if (event.kind === "room.update") return { ...next, name: event.body.name, archived: readAccess(event.body).archived };
  if (event.kind !== "post" || event.author.id === me.id || event.seq <= room.read) return next;
  return { ...next, unread: room.unread + 1, mentions: room.mentions + (mentions(event.html ?? "", me) ? 1 : 0) };
};

function mentions(html, me) {
  const names = [...html.matchAll(MENTION)].map(([, name]) => name.toLowerCase());
  return names.some((name) => name === EVERYBODY || name === me.username.toLowerCase());
}

const replace = (rooms, room) => ({ ...rooms, [room.id]: room });

function without(rooms, id) {
  const { [id]: _gone, ...others } = rooms;
  return others;
}
