/** Rows and the range of the log that they come from. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { openLog } from "../../../static/chat/js/log.js";
import { LONGEST, around, downwards, grown, newestRange, slice, upwards } from "../../../static/chat/js/range.js";
import { sameRow, toRows } from "../../../static/chat/js/rows.js";
import { ALICE, BOB, makeEvent } from "./model_server.js";

const MINUTE = 60_000;
const dayOf = (ms) => `${Math.floor(ms / (1440 * MINUTE))}`;
const rowsOf = (events, rest = {}) => toRows({ events, unsent: [], me: ALICE, dayOf, atEnd: true, ...rest });
const at = (seq, minute, rest = {}) => makeEvent(seq, { received_ms: minute * MINUTE, ...rest });

test("messages of one author stand under one name until five minutes pass or somebody else speaks", () => {
  const rows = rowsOf([at(1, 0), at(2, 4), at(3, 10), at(4, 10, { author: ALICE }), at(5, 11)]);
  assert.deepEqual(rows.slice(1).map(({ first }) => first), [true, false, true, true, true]);
});

test("every day begins with its divider, and with a name", () => {
  const rows = rowsOf([at(1, 1439), at(2, 1440)]);
  assert.deepEqual(rows.map(({ kind }) => kind), ["day", "message", "day", "message"]);
  assert.equal(rows[3].first, true);
});

test("at midnight the dividers are written anew: what was today is yesterday", () => {
  const events = [at(1, 1439)];
  const [before, after] = ["0", "1"].map((today) => rowsOf(events, { today }));
  assert.equal(sameRow(before[0], after[0]), false);
  assert.equal(sameRow(before[1], after[1]), true);
});

test("where the browser's clock is a day behind, what it sends stands below a note of today without a second divider", () => {
  const note = at(2, 1440, { kind: "member.join", member: BOB });
  const rows = rowsOf([at(1, 1439), note], { unsent: [{ clientId: "k", frame: { sent_ms: 0, text: "x" } }] });
  assert.deepEqual(rows.map(({ kind }) => kind), ["day", "message", "day", "note", "message"]);
});

test("a block ends where the next entry is in another or in none", () => {
  const rows = rowsOf([at(1, 0, { block: 3 }), at(2, 0, { block: 3 }), at(3, 0, { block: 4 }), at(4, 0)]);
  assert.deepEqual(rows.slice(1).map(({ ends }) => ends), [false, true, true, false]);
});

test("the last entry's block ends there only where nothing can follow", () => {
  const events = [at(1, 0, { block: 3 })];
  assert.equal(rowsOf(events)[1].ends, true);
  assert.equal(rowsOf(events, { atEnd: false })[1].ends, false);
});

test("states follow the entry: recorded, sealed; and the outbox: sending, recorded, failed", () => {
  const item = (clientId, rest) => ({ clientId, frame: { sent_ms: 0, text: "x" }, ...rest });
  const unsent = [item("1", { recorded: true }), item("2"), item("3", { fault: { detail: "no" } })];
  const states = rowsOf([at(1, 0, { block: 9 }), at(2, 0)], { unsent }).slice(1).map(({ state }) => state);
  assert.deepEqual(states, ["sealed", "recorded", "recorded", "sending", "failed"]);
});

test("my newest message alone is marked, and an echo is newer than every entry", () => {
  const events = [at(1, 0, { author: ALICE }), at(2, 0, { author: ALICE }), at(3, 0)];
  const marked = (rows) => rows.filter(({ newestMine }) => newestMine).map(({ key }) => key);
  assert.deepEqual(marked(rowsOf(events)), [`c${events[1].client_id}`]);
  const unsent = [{ clientId: "z", frame: { sent_ms: 0, text: "x" } }];
  assert.deepEqual(marked(rowsOf(events, { unsent })), ["cz"]);
});

test("an echo keeps its key when it becomes an entry", () => {
  const [, echo] = rowsOf([], { unsent: [{ clientId: "k", frame: { sent_ms: 0, text: "x" } }] });
  const [, entry] = rowsOf([makeEvent(1, { author: ALICE, clientId: "k" })]);
  assert.equal(echo.key, entry.key);
  assert.equal(sameRow(echo, entry), false);
});

test("one's own words can be erased, a moderator's hand reaches everybody's, and nobody's reaches the system's", () => {
  const system = { ...BOB, id: "0".repeat(32) };
  const events = [at(1, 0), at(2, 0, { author: ALICE }), at(3, 0, { author: ALICE, erased: true }), at(4, 0, { author: system })];
  const canErase = (me) => rowsOf(events, { me }).slice(1).map((row) => Boolean(row.canErase));
  assert.deepEqual(canErase(ALICE), [false, true, false, false]);
  assert.deepEqual(canErase({ ...ALICE, moderates: true }), [true, true, false, false]);
});

test("kinds without a row of their own show none, and joins are a line", () => {
  const rows = rowsOf([at(1, 0, { kind: "member.join" }), at(2, 0, { kind: "react" })]);
  assert.deepEqual(rows.map(({ kind }) => kind), ["day", "note"]);
  assert.equal(rows[1].text, `${BOB.name} joined.`);
});

const move = (seq, kind, author, rest = {}) => at(seq, 0, { kind: `member.${kind}`, author, member: author, ...rest });

test("people who come and go one after the other share a line", () => {
  const rows = rowsOf([move(1, "join", BOB), move(2, "join", ALICE), move(3, "leave", BOB), at(4, 1), move(5, "join", BOB)]);
  assert.deepEqual(rows.slice(1).map(({ key }) => key), ["f1", "s4", "s5"]);
  assert.equal(rows[1].text, `${BOB.name} left. ${ALICE.name} joined.`);
  assert.equal(rows[1].lines, `${BOB.name} joined.\n${ALICE.name} joined.\n${BOB.name} left.`);
});

test("neither a day nor what is new nor another change is in the middle of a shared line", () => {
  const joins = [1439, 1440, 1440, 1440].map((minute, i) => at(i + 1, minute, { kind: "member.join" }));
  const rest = [at(5, 1440, { kind: "room.update" }), at(6, 1440, { kind: "member.leave" })];
  const rows = rowsOf([...joins, ...rest], { newFrom: 3 });
  assert.deepEqual(rows.map(({ key }) => key), ["d0", "s1", "d1", "s2", "new", "f3", "s5", "s6"]);
});

test("a shared line that nothing changed looks as it did", () => {
  const joins = [move(1, "join", BOB), move(2, "join", ALICE), move(3, "leave", ALICE)];
  const [two, again, three] = [joins.slice(0, 2), joins.slice(0, 2), joins].map((events) => rowsOf(events)[1]);
  assert.equal(sameRow(two, again), true);
  assert.equal(sameRow(two, three), false);
});

const bigLog = openLog(Array.from({ length: 5000 }, (_, i) => makeEvent(i + 1)), 5000);

test("however far one scrolls, the range stays bounded and moves by pages", () => {
  let range = newestRange(bigLog);
  for (let up = upwards(range, bigLog); up; up = upwards(range, bigLog)) {
    range = up;
    assert.ok(slice(range, bigLog).length <= LONGEST);
  }
  assert.equal(slice(range, bigLog)[0].seq, 1);
  for (let down = downwards(range, bigLog); down; down = downwards(range, bigLog)) {
    range = down;
    assert.ok(slice(range, bigLog).length <= LONGEST);
  }
  assert.equal(range.to, null);
  assert.equal(slice(range, bigLog).at(-1).seq, 5000);
});

test("someone at the end follows; someone further up keeps the place", () => {
  const range = { from: 5001 - LONGEST - 20, to: null };
  assert.equal(slice(grown(range, bigLog, true), bigLog).at(-1).seq, 5000);
  assert.equal(grown(range, bigLog, false).from, range.from);
  assert.equal(slice(grown(range, bigLog, false), bigLog).length, LONGEST);
});

test("a jump shows what surrounds its target", () => {
  const seqs = slice(around(2500, bigLog), bigLog).map(({ seq }) => seq);
  assert.ok(seqs[0] < 2500 && seqs.at(-1) > 2500 && seqs.length <= LONGEST);
  assert.equal(around(4999, bigLog).to, null);
});
