/** `node replay.js FILE`: the reducer on what a server said at its time, against what the server says in the end. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { createState, reduce } from "../../../static/chat/js/store.js";

const { me, room, runs, end } = JSON.parse(readFileSync(process.argv[2], "utf8"));

/** Blocks come by `sealed` frames, and the commitment only with what is read again. */
const seen = ({ leaf_index, block, body_commitment, ...event }) => event;

for (const [number, { events, cursor, frames }] of runs.entries()) {
  let state = createState({ me, room, events, cursor, limits: {} });
  for (const frame of frames) ({ state } = reduce(state, { type: "events", room, ...frame }));
  const { first, events: shown } = state.rooms[room];
  assert.deepEqual(shown.map(seen), end.slice(first - 1).map(seen), `run ${number}`);
}
console.log(`${runs.length} runs agree over ${end.length} entries`);
