/** Small things: frames, refusals, waits, times, and what is read aloud. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Announcer } from "../../../static/chat/js/announcer.js";
import { backoff } from "../../../static/chat/js/backoff.js";
import { blockName, dayName, dayOf } from "../../../static/chat/js/format.js";
import { EMOJI_ALONE } from "../../../static/chat/js/message.js";
import { newId, parse, refusal } from "../../../static/chat/js/protocol.js";
import { reason } from "../../../static/chat/js/reasons.js";
import { BOB, makeEvent } from "./model_server.js";

test("a new id is a random UUID in 32 lower-case hex digits", () => {
  assert.match(newId(), /^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  assert.notEqual(newId(), newId());
});

test("text is refused when nothing or too much is left of it, counted in code points", () => {
  assert.notEqual(refusal(" \n ", 10), "");
  assert.equal(refusal(" 0123456789 ", 10), "");
  assert.equal(refusal("😀".repeat(10), 10), "");
  assert.match(refusal("😀".repeat(11), 10), /^11 of at most 10/);
});

test("an account that is gone is called so in the reader's language", () => {
  globalThis.gettext = (text) => ({ "Deleted account": "Gelöschtes Konto" })[text] ?? text;
  const gone = { author: { id: "1", username: "", name: "Deleted account" } };
  const here = { author: { id: "2", username: "ada", name: "Ada" } };
  const frame = parse(JSON.stringify({ type: "events", events: [gone, here] }));
  delete globalThis.gettext;
  assert.deepEqual(frame.events.map(({ author }) => author.name), ["Gelöschtes Konto", "Ada"]);
});

test("a few emoji alone are large, as on the first paint", () => {
  const texts = ["🎉", "👍🏽 ❤️", "👩‍👩‍👧", "ok 🎉", "1", "→", "🎉".repeat(25), ""];
  assert.deepEqual(texts.map((text) => EMOJI_ALONE.test(text)), [true, true, true, false, false, false, false, false]);
});

test("what is not a frame parses to null", () => {
  for (const text of ["", "{", "[]", "7", "null", '{"type":7}']) assert.equal(parse(text), null);
  assert.deepEqual(parse('{"type":"pong"}'), { type: "pong" });
});

test("waits are spread over at least half of their length", () => {
  const wait = (random) => backoff(1006, 3, null, () => random);
  assert.equal(wait(0.999999) > 1.9 * wait(0), true);
  assert.ok(backoff(1006, 50, null, () => 0.999) <= 15_000);
});

test("after a restart everybody is back within five seconds", () => {
  for (const attempt of [0, 1, 5, 9]) assert.ok(backoff(1012, attempt, null, () => 0.999) <= 2_500);
  assert.ok(backoff(1012, 10, null, () => 0.999) > 10_000);
});

test("three lines are read at once, the rest of two seconds as one number", () => {
  const said = [];
  const timers = [];
  const announcer = new Announcer((text) => said.push(text), (action) => timers.push(action));
  announcer.hear([1, 2].map((seq) => makeEvent(seq)));
  announcer.hear([3, 4, 5].map((seq) => makeEvent(seq)));
  assert.deepEqual(said, [1, 2, 3].map((seq) => `${BOB.name}: message ${seq}`));
  timers[0]();
  assert.equal(said.at(-1), "2 more messages");
  announcer.hear([makeEvent(6)]);
  assert.equal(said.at(-1), `${BOB.name}: message 6`);
});

test("who may not write in a room is told why, also where it was an act on a message", () => {
  const why = (detail, kind) => reason({ code: "forbidden", detail }, kind);
  const archived = "This room is archived: it can be read, and nothing can be added.";
  assert.deepEqual([why(archived), why(archived, "edit")], [archived, archived]);
  assert.match(why("Join this room to write in it."), /^You are not in this room any more/);
  assert.equal(why("constructor"), "You may not write here.");
  assert.equal(why("only its author edits a post", "edit"), "You may not do that to this message.");
});

test("days are named as people name them", () => {
  const now = new Date(2026, 2, 1, 12).getTime();
  assert.equal(dayName(now, now), "Today");
  assert.equal(dayName(new Date(2026, 1, 28, 23, 59).getTime(), now), "Yesterday");
  assert.match(dayName(new Date(2026, 1, 27).getTime(), now), /Friday/);
  assert.match(dayName(new Date(2025, 1, 27).getTime(), now), /2025/);
  assert.notEqual(dayOf(new Date(2026, 0, 1, 0, 0).getTime()), dayOf(new Date(2025, 11, 31, 23, 59).getTime()));
});

test("a block's notch tells what is known of it", () => {
  assert.equal(blockName(1204), "Block 1,204 ends here");
  assert.match(blockName(1204, { entries: 1, timeMs: 0 }), /^Block 1,204 ends here · 1 entry · /);
});
