/** Jumping far back: a window of its own, which grows both ways and becomes one with the log. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Jumping } from "../../../static/chat/js/jumping.js";
import { around as aroundRange, downwards, fits, newestRange } from "../../../static/chat/js/range.js";
import { createState, cursors, reduce, shownLog } from "../../../static/chat/js/store.js";
import { ALICE, BOB, ROOM, makeEvent } from "./model_server.js";
import { seeded } from "./random.js";

const PLAIN = { acts: 0, edited: null, deleted: false, reactions: [] };
const LONG = Array.from({ length: 1000 }, (_, i) => makeEvent(i + 1, PLAIN));
const react = (seq, ref, emoji = "👍") => makeEvent(seq, { kind: "react", ref, body: { emoji }, html: null });
const seqs = (log) => log.events.map(({ seq }) => seq);
const span = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Answers what the reducer asks, from the log as it is. */
class Desk {
  constructor(log, shown = 20) {
    this.log = [...log];
    this.state = createState({ me: ALICE, room: ROOM, events: log.slice(-shown), cursor: log.length, limits: {} });
  }

  act(frame) {
    const { state, effects } = reduce(this.state, frame);
    this.state = state;
    return effects.flatMap(({ ask }) => (ask ? [ask] : []));
  }

  answer({ type, id, after, before, limit }) {
    const events = type === "sync" ? this.log.slice(after, after + limit) : this.log.slice(Math.max(0, before - 1 - limit), before - 1);
    return this.act({ type: "events", room: ROOM, events, re: id, more: true });
  }

  ask(kind, rest = {}) {
    for (const question of this.act({ type: `local/${kind}`, room: ROOM, ...rest })) this.answer(question);
  }

  get shown() {
    return shownLog(this.state, ROOM);
  }
}

test("a jump opens a window around its target, and the log stays where it is", () => {
  const desk = new Desk(LONG);
  desk.ask("around", { seq: 300 });
  assert.deepEqual(seqs(desk.shown), span(250, 349));
  assert.ok(desk.shown.isPast);
  assert.deepEqual(cursors(desk.state), { [ROOM]: 1000 });
  desk.ask("older");
  desk.ask("newer");
  assert.deepEqual(seqs(desk.shown), span(50, 549));
  desk.ask("present");
  assert.deepEqual(seqs(desk.shown), span(981, 1000));
});

test("scrolling down from the window meets the log, and the two become one", () => {
  const desk = new Desk(LONG);
  desk.ask("around", { seq: 300 });
  for (let page = 0; page < 5; page += 1) desk.ask("newer");
  assert.equal(desk.shown.isPast, undefined);
  assert.deepEqual(seqs(desk.shown), span(250, 1000));
  desk.act({ type: "events", room: ROOM, events: [makeEvent(1001)] });
  assert.equal(desk.shown.cursor, 1001);
});

test("a jump next to the log is a page more of the log", () => {
  const desk = new Desk(LONG);
  desk.ask("around", { seq: 970 });
  assert.equal(desk.shown.isPast, undefined);
  assert.deepEqual(seqs(desk.shown), span(881, 1000));
});

test("a page that was opened in the past shows it, and follows what is new behind it", () => {
  const state = createState({ me: ALICE, room: ROOM, events: LONG.slice(99, 149), cursor: 1000, limits: {}, isPast: true });
  assert.deepEqual(cursors(state), { [ROOM]: 1000 });
  assert.deepEqual(seqs(shownLog(state, ROOM)), span(100, 149));
});

test("acts and erasures reach the window, once and in order, whatever else comes", () => {
  const random = seeded(9);
  const desk = new Desk(LONG);
  desk.ask("around", { seq: 300 });
  const target = LONG[299];
  const held = [];
  for (let i = 0; i < 60; i += 1) {
    const seq = desk.log.length + 1;
    const kind = random.pick(["react", "unreact", "edit"]);
    const body = kind === "edit" ? { text: `${seq}` } : { emoji: random.pick(["👍", "🎉"]) };
    desk.log.push(makeEvent(seq, { kind, ref: target.hash, body, author: random.pick([ALICE, BOB]) }));
    held.push(desk.log.at(-1));
    if (random.chance(0.4)) desk.act({ type: "events", room: ROOM, events: held.slice(-1) }); // what comes too early is a gap
    if (random.chance(0.4)) desk.act({ type: "events", room: ROOM, events: held.splice(0) });
  }
  desk.act({ type: "events", room: ROOM, events: held });
  const inWindow = desk.shown.events.find(({ seq }) => seq === 300);
  const fresh = new Desk(LONG, 1000);
  fresh.act({ type: "events", room: ROOM, events: desk.log.slice(1000) });
  const inLog = fresh.shown.events.find(({ seq }) => seq === 300);
  assert.deepEqual(inWindow, inLog);
  assert.ok(inWindow.edited && inWindow.acts > 1000);
  const erasure = makeEvent(desk.log.length + 1, { kind: "erase", ref: target.hash });
  desk.act({ type: "events", room: ROOM, events: [erasure] });
  const { erased, body, edited } = desk.shown.events.find(({ seq }) => seq === 300);
  assert.deepEqual({ erased, body, edited }, { erased: true, body: null, edited: null });
});

test("an act heard while an older page was on its way counts for that page", () => {
  const desk = new Desk(LONG);
  const [question] = desk.act({ type: "local/older", room: ROOM });
  const target = LONG[970];
  desk.log.push(react(1001, target.hash));
  desk.act({ type: "events", room: ROOM, events: [desk.log.at(-1)] });
  desk.answer(question);
  assert.deepEqual(desk.shown.events.find(({ seq }) => seq === 971).reactions, [{ emoji: "👍", by: [{ id: BOB.id, name: BOB.name }] }]);
});

test("in the window nothing follows the end, and a range of another log does not fit", () => {
  const desk = new Desk(LONG);
  desk.ask("around", { seq: 300 });
  const range = aroundRange(300, desk.shown);
  assert.equal(range.to, 349);
  assert.equal(downwards(range, desk.shown), null);
  assert.equal(newestRange(desk.shown).to, 349);
  assert.ok(fits(range, desk.shown));
  desk.ask("present");
  assert.ok(!fits(range, desk.shown));
});

test("the way to what is new is offered where it is further up, and not where there are only one's own words", () => {
  const isOffered = (line, first) => {
    const button = { hidden: true, addEventListener: () => {} };
    const jumping = new Jumping({ logs: () => ({ shown: { first } }) });
    jumping.offer(5, { line: line && { getBoundingClientRect: () => ({ top: line }) }, scroller: { getBoundingClientRect: () => ({ top: 50 }) }, button });
    return !button.hidden;
  };
  assert.deepEqual([isOffered(20, 1), isOffered(80, 1), isOffered(null, 9), isOffered(null, 1)], [true, false, true, false]);
});
