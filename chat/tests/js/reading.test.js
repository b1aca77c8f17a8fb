/** Read positions, the line before what is new, and acts on their way. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { addActs, apply } from "../../../static/chat/js/acts.js";
import { Reading } from "../../../static/chat/js/reading.js";
import { toRows } from "../../../static/chat/js/rows.js";
import { pendingActs } from "../../../static/chat/js/writing.js";
import { ALICE, BOB, ROOM, makeEvent } from "./model_server.js";

class Scene {
  sent = [];
  timers = [];
  seen = null;
  isLookedAt = true;
  reads = 0;

  constructor() {
    this.reading = new Reading({
      room: ROOM,
      transmit: (frame) => this.isOnline !== false && Boolean(this.sent.push(frame.seq)),
      seen: () => this.seen,
      onRead: () => (this.reads += 1),
      platform: { later: (ms, act) => this.timers.push(act), isLookedAt: () => this.isLookedAt },
    });
  }

  look(seq) {
    this.seen = seq;
    this.reading.look();
    for (const act of this.timers.splice(0)) act();
  }
}

test("what stands at the end while somebody looks is read, once", () => {
  const scene = new Scene();
  for (const seq of [3, 3, null, 5, 4]) scene.look(seq);
  assert.deepEqual(scene.sent, [3, 5]);
  assert.equal(scene.reads, 1);
});

test("nothing is read by a page that nobody looks at, nor while it is held back", () => {
  const scene = new Scene();
  scene.isLookedAt = false;
  scene.look(3);
  scene.isLookedAt = true;
  scene.reading.hold();
  scene.look(4);
  assert.deepEqual(scene.sent, []);
  scene.reading.release();
  scene.look(4);
  assert.deepEqual(scene.sent, [4]);
});

test("what was told by a connection that is gone is told again by the next one", () => {
  const scene = new Scene();
  scene.look(3);
  scene.reading.again();
  scene.look(3);
  assert.deepEqual([scene.sent, scene.reads], [[3, 3], 1]);
});

test("a position that could not be told is told later", () => {
  const scene = new Scene();
  scene.isOnline = false;
  scene.look(3);
  scene.isOnline = true;
  scene.look(3);
  assert.deepEqual([scene.sent, scene.reads], [[3], 1]);
});

test("the line before what is new stands before the first entry by somebody else, and nowhere else", () => {
  const events = [makeEvent(1), makeEvent(2), makeEvent(3, { author: ALICE }), makeEvent(4, { kind: "react" }), makeEvent(5)];
  const keys = (newFrom, shown = events) =>
    toRows({ events: shown, unsent: [], me: ALICE, dayOf: () => "x", atEnd: true, newFrom }).slice(1).map(({ key }) => key);
  const mine = `c${events[2].client_id}`;
  assert.deepEqual(keys(2), ["s1", "new", "s2", mine, "s5"]);
  assert.deepEqual(keys(3), ["s1", "s2", mine, "new", "s5"]);
  for (const nowhere of [null, 6]) assert.ok(!keys(nowhere).includes("new"));
  assert.ok(!keys(1, events.slice(1)).includes("new"), "it stands further up");
});

test("my acts show at once, and once: the entry that follows changes nothing more", () => {
  const event = makeEvent(1, { acts: 0, edited: null, deleted: false, reactions: [], author: ALICE });
  const item = (type, body) => ({ clientId: type, frame: { type, ref: event.hash, sent_ms: 1, ...body }, fault: null });
  const shown = (items, before = event) => apply(before, addActs({}, pendingActs(items, ALICE)));
  const reacted = shown([item("react", { emoji: "👍" })]);
  assert.deepEqual(reacted.reactions, [{ emoji: "👍", by: [{ id: ALICE.id, name: ALICE.name }] }]);
  assert.deepEqual(shown([item("react", { emoji: "👍" })], { ...reacted, acts: 2 }).reactions, reacted.reactions);
  const edited = shown([item("edit", { text: "<b>new</b>" })]).edited;
  assert.deepEqual([edited.text, edited.html, edited.hash], ["<b>new</b>", null, null]);
  assert.equal(shown([item("delete", {})]).deleted, true);
  assert.equal(shown([{ ...item("delete", {}), fault: { code: "forbidden" } }]), event, "what was refused did not happen");
  assert.equal(shown([{ ...item("send", { text: "x" }), frame: { type: "send", text: "x" } }]), event);
  assert.deepEqual(apply(makeEvent(9, { author: BOB }), addActs({}, [])), makeEvent(9, { author: BOB }));
});
