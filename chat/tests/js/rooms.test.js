/** What is new in which room: every frame counts once, whatever comes again. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { listRooms, reduceRooms } from "../../../static/chat/js/rooms.js";

const ME = { id: "me", username: "Ada" };
const room = (id, more = {}) => ({ id, slug: id, name: id, kind: "room", archived: false, head: 4, read: 4, unread: 0, mentions: 0, ...more });
const post = (seq, more = {}) => ({ seq, kind: "post", author: { id: "bob" }, html: "<p>hello</p>", ...more });
const events = (id, ...list) => ({ type: "events", room: id, events: list });
const run = (...frames) => [{ type: "welcome", rooms: [room("tea"), room("den", { kind: "direct" })] }, ...frames].reduce((state, frame) => reduceRooms(state, frame, ME), {});
const counts = (state, id) => [state[id].unread, state[id].mentions];

test("posts by others count, once", () => {
  const frame = events("tea", post(5), post(6, { author: { id: "me" } }), post(7));
  const state = run(frame, frame, { ...events("tea", post(5)), re: "sync" });
  assert.deepEqual(counts(state, "tea"), [2, 0]);
  assert.deepEqual(counts(state, "den"), [0, 0]);
});

test("entries that nobody says do not count", () => {
  const quiet = ["member.join", "react", "edit", "delete"].map((kind, place) => post(5 + place, { kind, body: {} }));
  assert.deepEqual(counts(run(events("tea", ...quiet)), "tea"), [0, 0]);
});

test("a mention of me or of everybody counts, one of somebody else does not", () => {
  const named = (name) => ({ html: `<p><span class="mention">@${name}</span></p>` });
  const state = run(events("tea", post(5, named("ada")), post(6, named("room")), post(7, named("bob"))));
  assert.deepEqual(counts(state, "tea"), [3, 2]);
});

test("what is read elsewhere is told by the server", () => {
  const state = run(events("tea", post(5), post(6)), { type: "read", room: "tea", seq: 6, unread: 0, mentions: 0 }, events("tea", post(6), post(7)));
  assert.deepEqual(counts(state, "tea"), [1, 0]);
});

test("a room that one leaves goes, a reset of another kind changes nothing", () => {
  assert.deepEqual(Object.keys(run({ type: "reset", room: "tea", why: "", gone: true })), ["den"]);
  assert.deepEqual(Object.keys(run({ type: "reset", room: "tea", why: "" })), ["tea", "den"]);
});

test("a welcome replaces all; rooms are listed by name, archived ones not", () => {
  const state = run({ type: "welcome", rooms: [room("zen"), room("Art"), room("old", { archived: true })] });
  assert.deepEqual(listRooms(state, "room").map(({ id }) => id), ["Art", "zen"]);
  const renamed = reduceRooms(state, events("zen", { seq: 5, kind: "room.update", body: { name: "Aa", topic: "", access: "public" } }), ME);
  assert.deepEqual(listRooms(renamed, "room").map(({ name }) => name), ["Aa", "Art"]);
  const archived = reduceRooms(renamed, events("zen", { seq: 6, kind: "room.update", body: { name: "Aa", topic: "", access: "public archived" } }), ME);
  assert.deepEqual(listRooms(archived, "room").map(({ id }) => id), ["Art"]);
});

test("frames of rooms that one is not in are nobody's", () => {
  const state = run();
  assert.equal(reduceRooms(state, events("cellar", post(1)), ME), state);
  assert.equal(reduceRooms(state, { type: "read", room: "cellar", seq: 1, unread: 1, mentions: 0 }, ME), state);
});
