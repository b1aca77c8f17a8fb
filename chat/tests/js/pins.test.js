/** What is pinned, and how people are called, as the frames tell. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { renameIn } from "../../../static/chat/js/naming.js";
import { pinnedAfter } from "../../../static/chat/js/pins.js";

const PINNED = [{ seq: 3, hash: "a" }, { seq: 5, hash: "b" }];
const events = (...list) => ({ type: "events", room: "tea", events: list });

test("a frame brings what is pinned in this room, of another nothing", () => {
  const frame = { type: "pins", room: "tea", pinned: [{ seq: 7, hash: "c" }] };
  assert.deepEqual(pinnedAfter(PINNED, frame, "tea"), frame.pinned);
  assert.equal(pinnedAfter(PINNED, { ...frame, room: "den" }, "tea"), PINNED);
});

test("what is deleted or erased is not pinned any more", () => {
  assert.deepEqual(pinnedAfter(PINNED, events({ kind: "delete", ref: "a" }), "tea"), [PINNED[1]]);
  assert.deepEqual(pinnedAfter(PINNED, events({ kind: "erase", ref: "b" }), "tea"), [PINNED[0]]);
  assert.equal(pinnedAfter(PINNED, events({ kind: "delete", ref: "z" }, { kind: "edit", ref: "a" }), "tea"), PINNED);
});

test("a new name stands at what somebody wrote, was quoted with, reacted to and came with", () => {
  const bob = { id: "bob", username: "bob", name: "Bob", avatar: "/b" };
  const ada = { id: "ada", username: "ada", name: "Ada", avatar: "/a" };
  const robert = { ...bob, name: "Robert" };
  const log = {
    cursor: 4,
    events: [
      { seq: 1, author: bob },
      { seq: 2, author: ada, reply: { text: "x", author: bob } },
      { seq: 3, author: ada, reply: null, reactions: [{ emoji: "🎉", by: [{ id: "ada", name: "Ada" }, { id: "bob", name: "Bob" }] }] },
      { seq: 4, author: ada, member: ada },
    ],
  };
  const [wrote, quoted, reacted, other] = renameIn(log, robert).events;
  assert.deepEqual(wrote.author, robert);
  assert.deepEqual([quoted.author.name, quoted.reply.author.name, quoted.reply.text], ["Ada", "Robert", "x"]);
  assert.deepEqual(reacted.reactions[0].by.map(({ name }) => name), ["Ada", "Robert"]);
  assert.equal(other, log.events[3]);
  assert.equal(renameIn(undefined, robert), undefined);
});
