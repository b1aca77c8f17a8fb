/** What is told while nobody looks, by number, sound and notification. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Notices, clockIn } from "../../../static/chat/js/notices.js";

const me = { id: "me", username: "ada" };
const rooms = {
  tea: { id: "tea", slug: "tea", name: "Tea", kind: "room", read: 0, level: "all" },
  den: { id: "den", slug: "den", name: "bob", kind: "direct", read: 0, level: "all" },
  hall: { id: "hall", slug: "hall", name: "Hall", kind: "room", read: 0, level: "mentions" },
  pit: { id: "pit", slug: "pit", name: "Pit", kind: "room", read: 0, level: "mute" },
};
const post = (seq, more = {}) => ({ seq, hash: `h${seq}`, kind: "post", author: { id: "bob", name: "Bob" }, html: "<p>hi</p>", body: { text: "hi" }, ...more });
const named = (seq) => post(seq, { html: '<p><span class="mention">@ada</span></p>' });

/** A page with Tea open, and what it told. */
function page({ isLookedAt = false, sound = true, quiet = null, known = rooms, claimed = new Set(), over = {} } = {}) {
  const told = { count: 0, beeps: 0, shown: [], forgotten: [], isLookedAt };
  const platform = {
    isLookedAt: () => told.isLookedAt,
    onLook: (act) => (told.look = act),
    showLooking: (name) => (told.looking = name),
    isShown: async () => false,
    clock: () => "23:00",
    claim: async (name) => !claimed.has(name) && claimed.add(name),
    notify: (title, { tag }) => told.shown.push([title, tag]),
    forget: (place) => told.forgotten.push(place),
    beep: () => (told.beeps += 1),
    ...over,
  };
  const onCount = (count) => (told.count = count);
  const notices = new Notices({ me, choices: { sound, quiet }, current: "tea", rooms: () => known, onCount, platform });
  const hear = async (room, events) => {
    notices.hear(room, events);
    await new Promise(setImmediate);
  };
  return { notices, told, hear };
}

test("what comes while nobody looks is counted, heard and shown, once for a burst", async () => {
  const { told, hear } = page();
  await hear("tea", [post(1), post(2), post(3, { author: me }), post(4, { kind: "edit" })]);
  assert.deepEqual([told.count, told.beeps, told.shown], [2, 1, [["Bob · Tea", "tea-2"]]]);
  await hear("den", [post(9)]);
  assert.deepEqual([told.count, told.beeps, told.shown.at(-1)], [3, 2, ["Bob", "den-9"]]);
});

test("the open room tells nothing to whoever looks at it, another room does, without a number", async () => {
  const { told, hear } = page({ isLookedAt: true });
  await hear("tea", [post(1)]);
  assert.deepEqual([told.count, told.beeps, told.shown], [0, 0, []]);
  await hear("den", [post(1)]);
  assert.deepEqual([told.count, told.beeps, told.shown], [0, 1, [["Bob", "den-1"]]]);
});

test("a tab in the background tells nothing of a room that another tab shows to somebody", async () => {
  const front = page({ isLookedAt: true });
  const { told, hear } = page({ over: { isShown: async (name) => name === front.told.looking } });
  await hear("tea", [post(1)]);
  assert.deepEqual([told.beeps, told.shown], [0, []]);
  await hear("den", [post(1)]);
  assert.deepEqual([told.beeps, told.shown], [1, [["Bob", "den-1"]]]);
});

test("by the room's level: a muted one is silent and not counted, mentions alone are told where that was chosen", async () => {
  const { told, hear } = page();
  await hear("pit", [named(1)]);
  assert.deepEqual([told.count, told.beeps], [0, 0]);
  await hear("hall", [post(2)]);
  assert.deepEqual([told.count, told.beeps], [1, 0]);
  await hear("hall", [named(3)]);
  assert.deepEqual([told.count, told.beeps, told.shown], [2, 1, [["Bob · Hall", "hall-3"]]]);
});

test("what was read elsewhere while this machine slept is not told", async () => {
  const { told, hear } = page({ known: { den: { ...rooms.den, read: 4 } } });
  await hear("den", [post(3), post(4)]);
  assert.deepEqual([told.count, told.beeps, told.shown], [0, 0, []]);
  await hear("den", [post(5)]);
  assert.deepEqual([told.count, told.beeps, told.shown], [1, 1, [["Bob", "den-5"]]]);
});

test("a room that began after the page was opened is told of", async () => {
  const known = {};
  const { told, hear } = page({ known });
  await hear("new", [post(1)]);
  assert.equal(told.beeps, 0); // whose it is nobody knows
  known.new = { id: "new", slug: "new", name: "New", kind: "room", read: 0, level: "all" };
  await hear("new", [post(2)]);
  assert.deepEqual(told.shown, [["Bob · New", "new-2"]]);
});

test("quiet hours and no wish for a sound are kept", async () => {
  const night = page({ quiet: { from: "22:00", until: "07:00", zone: "UTC" } });
  await night.hear("tea", [post(1)]);
  assert.deepEqual([night.told.count, night.told.beeps, night.told.shown], [1, 0, []]);
  const silent = page({ sound: false });
  await silent.hear("tea", [post(1)]);
  assert.deepEqual([silent.told.beeps, silent.told.shown.length], [0, 1]);
});

test("the number goes with the look, with reading elsewhere, and with what is deleted or erased", async () => {
  const { notices, told, hear } = page();
  await hear("tea", [post(1), post(2), post(5)]);
  await hear("den", [post(3)]);
  await notices.read({ room: "tea", seq: 2 });
  assert.deepEqual([told.count, told.forgotten], [2, [{ room: "tea", seq: 2 }]]);
  await hear("tea", [{ seq: 6, kind: "erase", ref: "h5", author: { id: "bob" } }]);
  assert.equal(told.count, 1);
  told.look();
  assert.equal(told.count, 1); // nobody looks yet
  told.isLookedAt = true;
  told.look();
  assert.equal(told.count, 0);
});

test("quiet hours in a zone that the browser does not know are told by its own clock", async () => {
  const now = new Date("2026-07-01T12:00:00Z");
  assert.equal(clockIn("Europe/Berlin", now), "14:00");
  assert.equal(clockIn("Factory", now), clockIn(undefined, now));
});

test("of several tabs one tells of a message", async () => {
  const claimed = new Set();
  const [one, other] = [page({ claimed }), page({ claimed, known: { den: rooms.den } })];
  for (const seq of [1, 2]) for (const tab of [one, other]) await tab.hear("den", [post(seq)]);
  assert.deepEqual([one.told.beeps, other.told.beeps], [2, 0]);
  assert.deepEqual([one.told.shown.length, other.told.shown], [2, []]);
  assert.deepEqual([one.told.count, other.told.count], [2, 2]);
});

test("what is read elsewhere while its notification comes up goes once it is there", async () => {
  let isUp;
  const notify = () => new Promise((resolve) => (isUp = resolve));
  const { notices, told, hear } = page({ over: { notify } });
  await hear("tea", [post(1)]);
  const read = notices.read({ room: "tea", seq: 1 });
  await new Promise(setImmediate);
  assert.deepEqual(told.forgotten, []);
  isUp();
  await read;
  assert.deepEqual(told.forgotten, [{ room: "tea", seq: 1 }]);
});
