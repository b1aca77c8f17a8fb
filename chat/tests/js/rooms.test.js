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

test("what only the server can count makes the room stale, until it has answered", () => {
  const ref = { kind: "delete", ref: "h", html: null };
  assert.ok(!run(events("tea", post(5, ref))).tea.isStale); // nothing was counted
  const named = '<p><span class="mention">@ada</span></p>';
  assert.ok(run(events("tea", post(5, { kind: "edit", html: named }))).tea.isStale);
  assert.ok(!run(events("tea", post(5, { kind: "edit", html: named, author: { id: "me" } }))).tea.isStale);
  for (const kind of ["delete", "erase"]) {
    const stale = run(events("tea", post(5), post(6), post(7, { ...ref, kind })));
    assert.deepEqual([stale.tea.isStale, ...counts(stale, "tea")], [true, 2, 0]);
    const answer = { head: 8, read: 4, unread: 1, mentions: 1 };
    const late = reduceRooms(stale, { type: "local/counts", room: "tea", answer: { ...answer, head: 6 } }, ME);
    assert.deepEqual([late.tea.isStale, ...counts(late, "tea")], [true, 2, 0]);
    const fresh = [{ type: "local/counts", room: "tea", answer }, events("tea", post(8)), events("tea", post(9))].reduce((state, frame) => reduceRooms(state, frame, ME), late);
    assert.deepEqual([fresh.tea.isStale, ...counts(fresh, "tea")], [false, 2, 1]); // 8 was in the answer
    const silent = reduceRooms(stale, { type: "local/counts", room: "tea", answer: null }, ME);
    assert.deepEqual([silent.tea.isStale, ...counts(silent, "tea")], [false, 2, 0]);
  }
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

test("a welcome replaces all; rooms are listed by name, archived ones apart", () => {
  const state = run({ type: "welcome", rooms: [room("zen"), room("Art"), room("old", { archived: true })] });
  assert.deepEqual(listRooms(state, "room").map(({ id }) => id), ["Art", "zen"]);
  const renamed = reduceRooms(state, events("zen", { seq: 5, kind: "room.update", body: { name: "Aa", topic: "", access: "public" } }), ME);
  assert.deepEqual(listRooms(renamed, "room").map(({ name }) => name), ["Aa", "Art"]);
  const archived = reduceRooms(renamed, events("zen", { seq: 6, kind: "room.update", body: { name: "Aa", topic: "", access: "public archived" } }), ME);
  assert.deepEqual(listRooms(archived, "room").map(({ id }) => id), ["Art"]);
  assert.deepEqual(listRooms(archived, "archived").map(({ name }) => name), ["Aa", "old"]);
  const older = { ...events("zen", { seq: 5, kind: "room.update", body: { name: "Aa", topic: "", access: "public" } }), re: "older" };
  assert.equal(reduceRooms(archived, older, ME).zen.archived, true);
  assert.equal(archived.zen.access, "public");
});

test("frames of rooms that one is not in are nobody's", () => {
  const state = run();
  assert.equal(reduceRooms(state, events("cellar", post(1)), ME), state);
  assert.equal(reduceRooms(state, { type: "read", room: "cellar", seq: 1, unread: 1, mentions: 0 }, ME), state);
});

test("a conversation is called like the other in it", () => {
  const state = run({ type: "welcome", rooms: [room("tea"), room("den", { kind: "direct", person: "bob" })] }, { type: "person", person: { id: "bob", name: "Robert" } });
  assert.deepEqual([state.den.name, state.tea.name], ["Robert", "tea"]);
});
