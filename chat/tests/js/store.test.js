/** The reducer step by step. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { cursors, createState, reduce } from "../../../static/chat/js/store.js";
import { ALICE, BOB, ROOM, makeEvent } from "./model_server.js";

const events = (from, to, rest) => Array.from({ length: to - from + 1 }, (_, i) => makeEvent(from + i, rest));
const frame = (from, to, rest = {}) => ({ type: "events", room: ROOM, events: events(from, to), ...rest });
const seqs = (state) => state.rooms[ROOM].events.map(({ seq }) => seq);
const asked = (effects) => effects.filter(({ ask }) => ask).map(({ ask }) => ask);

function begin(from = 1, to = 3, rest = {}) {
  return createState({ me: ALICE, room: ROOM, events: events(from, to, rest), cursor: to, limits: {} });
}

function play(state, ...frames) {
  let effects = [];
  for (const each of frames) ({ state, effects } = reduce(state, each));
  return { state, effects };
}

test("the first paint's last entry is the cursor of hello", () => {
  assert.deepEqual(cursors(begin(5, 9)), { [ROOM]: 9 });
});

test("an entry that was heard before changes nothing", () => {
  assert.deepEqual(seqs(play(begin(), frame(2, 3), frame(3, 4), frame(4, 4)).state), [1, 2, 3, 4]);
});

test("a gap is asked for once, and what follows it is not shown before", () => {
  const first = play(begin(), frame(6, 6));
  assert.deepEqual(seqs(first.state), [1, 2, 3]);
  assert.deepEqual(asked(first.effects).map(({ type, after }) => [type, after]), [["sync", 3]]);
  assert.deepEqual(asked(play(first.state, frame(7, 7)).effects), []);
  assert.deepEqual(seqs(play(first.state, frame(4, 6)).state), [1, 2, 3, 4, 5, 6]);
});

test("an answer that was cut off is continued", () => {
  const [question] = asked(play(begin(), frame(9, 9)).effects);
  const { effects } = play(begin(), frame(4, 6, { re: question.id, more: true }));
  assert.equal(asked(effects)[0].after, 6);
});

test("history goes in front", () => {
  const before = begin(8, 9);
  const { effects } = play(before, { type: "local/older", room: ROOM });
  assert.equal(asked(effects)[0].before, 8);
  assert.deepEqual(seqs(play(before, frame(4, 7)).state), [4, 5, 6, 7, 8, 9]);
  assert.deepEqual(play(begin(1, 2), { type: "local/older", room: ROOM }).effects, []);
});

test("history that was refused is asked for after the next pong, and not before", () => {
  const older = { type: "local/older", room: ROOM };
  const first = play(begin(8, 9), older);
  const refused = { type: "error", re: asked(first.effects)[0].id, code: "rate_limited", retry: "same", after_ms: 40 };
  assert.deepEqual(play(first.state, refused, older).effects, []);
  assert.equal(asked(play(first.state, refused, { type: "pong", heads: {} }, older).effects).length, 1);
});

test("a room that was not known starts at the head of welcome", () => {
  const { state } = play(begin(), { type: "welcome", rooms: [{ id: "new", head: 12 }], limits: {} });
  assert.equal(cursors(state).new, 12);
});

test("a welcome without a room tells that one is not in it any more; that of the page stays as it was", () => {
  const welcome = (...ids) => ({ type: "welcome", rooms: ids.map((id) => ({ id, head: 3 })), limits: {} });
  const within = play(begin(), welcome(ROOM, "den"));
  assert.deepEqual(within.effects.filter(({ gone }) => gone), []);
  const { state, effects } = play(within.state, welcome("den"));
  assert.deepEqual(effects.filter(({ gone }) => gone), [{ gone: ROOM }]);
  assert.deepEqual(seqs(state), [1, 2, 3]);
  assert.deepEqual(Object.keys(play(within.state, welcome(ROOM)).state.rooms), [ROOM]);
});

test("whoever stands at the end of a long log keeps its newest thousand, and has the rest again by asking", () => {
  const rest = { type: "local/rest", room: ROOM };
  const short = begin(1, 2_000);
  assert.equal(play(short, rest).state, short);
  const { state } = play(begin(1, 2_500), rest);
  assert.deepEqual([seqs(state).length, seqs(state)[0], cursors(state)[ROOM]], [1_000, 1_501, 2_500]);
  const { effects } = play(state, { type: "local/older", room: ROOM });
  assert.deepEqual(asked(effects).map(({ before }) => before), [1_501]);
  assert.equal(seqs(play(state, frame(1_301, 1_500), frame(2_501, 2_501)).state).length, 1_201);
});

test("of rooms that are not open it is known how far they were heard, and nothing of what was said is kept", () => {
  const told = (from, to) => ({ type: "events", room: "den", events: events(from, to) });
  const welcome = { type: "welcome", rooms: [{ id: "den", head: 3 }], limits: {} };
  const heard = play(begin(), welcome, told(4, 6));
  assert.deepEqual(heard.effects[0].arrived.map(({ seq }) => seq), [4, 5, 6]);
  const { state, effects } = play(heard.state, told(5, 7));
  assert.deepEqual([cursors(state).den, state.rooms.den.events, effects[0].arrived.length], [7, [], 1]);
  assert.deepEqual(asked(play(state, told(9, 9)).effects).map(({ after }) => after), [7]);
});

test("a head that stays beyond the cursor for a whole pong is asked for", () => {
  const pong = { type: "pong", heads: { [ROOM]: 5 } };
  const once = play(begin(), pong);
  assert.deepEqual(asked(once.effects), []);
  assert.equal(asked(play(once.state, { type: "pong", heads: {} }).effects)[0].after, 3);
});

test("my message is an echo, then recorded, then an entry: shown once throughout", () => {
  const clientId = "a".repeat(32);
  const item = { clientId, room: ROOM, order: 1, frame: {} };
  const sent = play(begin(), { type: "local/outbox", items: [item] });
  assert.equal(sent.state.outbox.length, 1);
  const acked = play(sent.state, { type: "ack", client_id: clientId, room: ROOM, seq: 4 }, { type: "local/outbox", items: [] });
  assert.equal(acked.state.outbox[0].recorded, true);
  const shown = play(acked.state, { ...frame(4, 4), events: [makeEvent(4, { author: ALICE, clientId })] });
  assert.deepEqual(shown.state.outbox, []);
  assert.deepEqual(seqs(shown.state), [1, 2, 3, 4]);
  assert.deepEqual(shown.effects[0], { settle: clientId, verdict: { type: "recorded" } });
  assert.deepEqual(play(shown.state, { type: "local/outbox", items: [item] }).state.outbox, []);
});

test("an acknowledgement of what already stands in the log leaves no echo", () => {
  const item = { clientId: "c", room: ROOM, order: 1, frame: {} };
  const { state } = play(begin(), { type: "local/outbox", items: [item] }, { type: "ack", client_id: "c", room: ROOM, seq: 2 });
  assert.deepEqual(state.outbox, []);
});

test("somebody else's client_id never settles mine", () => {
  const item = { clientId: "same", room: ROOM, order: 1, frame: {} };
  const theirs = { ...frame(4, 4), events: [makeEvent(4, { author: BOB, clientId: "same" })] };
  assert.equal(play(begin(), { type: "local/outbox", items: [item] }, theirs).state.outbox.length, 1);
});

test("a refusal reaches the outbox with what may be tried", () => {
  const error = { type: "error", client_id: "c", code: "busy", retry: "same", after_ms: 40, detail: "full" };
  const verdict = { type: "same", code: "busy", detail: "full", afterMs: 40 };
  assert.deepEqual(play(begin(), error).effects, [{ settle: "c", verdict }]);
});

test("the next block seals what is pending; after another one the client asks", () => {
  const sealed = (height, seq) => ({ type: "sealed", block: { height, tree_size: 9, first_leaf: 4, time_ms: 7 }, rooms: { [ROOM]: seq } });
  const first = play(begin(), sealed(4, 2));
  assert.equal(asked(first.effects)[0].after, 0);
  const known = play(first.state, frame(1, 2, { events: events(1, 2, { block: 4 }) }), sealed(5, 3));
  assert.deepEqual(known.state.rooms[ROOM].events.map(({ block }) => block), [4, 4, 5]);
  assert.deepEqual(known.state.blocks[5], { timeMs: 7, entries: 5 });
  const skipped = play(known.state, frame(4, 4), sealed(7, 4));
  assert.equal(skipped.state.rooms[ROOM].events[3].block, null);
  assert.equal(asked(skipped.effects)[0].after, 3);
});

test("a welcome asks again for entries that look pending", () => {
  const { effects } = play(begin(), { type: "welcome", rooms: [{ id: ROOM, head: 3 }], limits: {} });
  assert.equal(asked(effects)[0].after, 0);
  const none = play(begin(1, 3, { block: 2 }), { type: "welcome", rooms: [{ id: ROOM, head: 3 }], limits: {} });
  assert.deepEqual(none.effects, []);
});

test("an erased entry loses its text, a forged one changes nothing", () => {
  const erased = { ...makeEvent(2), body: null, html: null, erased: true };
  assert.equal(play(begin(), frame(2, 2, { events: [erased] })).state.rooms[ROOM].events[1].body, null);
  const forged = { ...erased, hash: "f".repeat(64) };
  assert.equal(play(begin(), frame(2, 2, { events: [forged] })).state.rooms[ROOM].events[1].erased, false);
});

const erasing = (seq, target) => makeEvent(seq, { kind: "erase", ref: target.hash, body: { reason: "asked" }, html: null });
const quoting = (seq, { seq: of, hash, body }) => makeEvent(seq, { reply: { seq: of, hash, author: BOB, text: body.text } });

test("an erasure takes the words from the entry that it names and from every quote of it", () => {
  const target = makeEvent(2, { salt: "5a", text: "secret" });
  const state = begin();
  state.rooms[ROOM].events = [makeEvent(1), target, quoting(3, target)];
  const { state: after, effects } = play(state, frame(4, 4, { events: [erasing(4, target)] }));
  assert.ok(!JSON.stringify(after).includes("secret"));
  const [first, gone, reply] = after.rooms[ROOM].events;
  assert.deepEqual([gone.erased, gone.body, gone.salt, gone.html], [true, null, null, null]);
  assert.deepEqual([reply.reply.text, reply.reply.hash, reply.body.text], [null, target.hash, "message 3"]);
  assert.equal(first, state.rooms[ROOM].events[0]);
  assert.deepEqual(effects.find(({ erased }) => erased), { erased: [target.hash] });
});

test("words that come after their erasure are not shown, from a page of history or once more", () => {
  const target = makeEvent(4, { text: "secret" });
  const erased = play(begin(8, 9), frame(10, 10, { events: [erasing(10, target)] })).state;
  const late = play(erased, frame(5, 7, { events: [target, quoting(5, target), makeEvent(6), makeEvent(7)] })).state;
  assert.deepEqual(seqs(late), [4, 5, 6, 7, 8, 9, 10]);
  assert.ok(!JSON.stringify(late).includes("secret"));
  assert.ok(!JSON.stringify(play(late, frame(4, 4, { events: [target] })).state).includes("secret"));
});

test("an erasure that the first paint showed counts for what comes later", () => {
  const target = makeEvent(4, { text: "secret" });
  const state = createState({ me: ALICE, room: ROOM, events: [erasing(5, target)], cursor: 5, limits: {} });
  assert.ok(!JSON.stringify(play(state, frame(4, 4, { events: [target] })).state).includes("secret"));
});

test("an erased entry heard again tells its commitment", () => {
  const target = makeEvent(2);
  const erased = play(begin(), frame(4, 4, { events: [erasing(4, target)] })).state;
  const heard = { ...target, body: null, salt: null, html: null, erased: true, body_commitment: "c0" };
  const again = play(erased, frame(2, 2, { events: [heard] })).state;
  assert.equal(again.rooms[ROOM].events[1].body_commitment, "c0");
  assert.equal(play(again, frame(2, 2, { events: [target] })).state.rooms[ROOM].events[1].body_commitment, "c0");
});

test("frames of rooms and types that nobody knows are ignored", () => {
  const state = begin();
  assert.equal(play(state, { type: "presence" }).state, state);
  assert.deepEqual(play(state, { ...frame(1, 2), room: "other" }).effects, []);
});
