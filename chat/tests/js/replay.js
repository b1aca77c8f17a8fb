/** `node replay.js FILE`: the reducers on what a server said at its time, against what the server says in the end. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { reduceRooms } from "../../../static/chat/js/rooms.js";
import { createState, reduce } from "../../../static/chat/js/store.js";

const { me, room, runs, end } = JSON.parse(readFileSync(process.argv[2], "utf8"));

/** Blocks come by `sealed` frames, and the commitment only with what is read again. */
const seen = ({ leaf_index, block, body_commitment, ...event }) => event;

for (const [number, { room: welcomed, events, cursor, frames }] of runs.entries()) {
  let state = createState({ me, room: room.id, events, cursor, limits: {} });
  let rooms = reduceRooms({}, { type: "welcome", rooms: [welcomed] }, me);
  for (const frame of frames.map((each) => ({ type: "events", room: room.id, ...each }))) {
    ({ state } = reduce(state, frame));
    rooms = reduceRooms(rooms, frame, me);
  }
  const { first, events: shown } = state.rooms[room.id];
  assert.deepEqual(shown.map(seen), end.slice(first - 1).map(seen), `run ${number}`);
  const { name, archived } = rooms[room.id];
  assert.deepEqual({ name, archived }, { name: room.name, archived: room.archived }, `the room after run ${number}`);
}
console.log(`${runs.length} runs agree over ${end.length} entries`);
