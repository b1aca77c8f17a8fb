/**
 * The client's whole state and the one function that changes it: state + frame → state + effects. Pure: no clock, no
 * randomness, no network. Delivery is at least once and in any order; what people see is each entry once and in order.
 *
 * Effects: {ask: frame} to send · {settle: clientId, verdict} for the outbox · {arrived: events, room} new entries ·
 * {erased: hashes} words to be forgotten everywhere else · {gone: room} one is not in it any more · {reload: true} start
 * again from the server's page.
 */

import { erasedBy } from "./erasure.js";
import { cut, emptied, firstPending, missesBlock, openLog, seal, sealedTo, take } from "./log.js";
import { renameIn } from "./naming.js";
import { follow, isAround, joins, openPast } from "./past.js";
import { around, older, sync } from "./protocol.js";

const DEFAULT_LIMITS = { text: 8000, frame: 65536, inflight: 16, ping_ms: 4000, send_per_min: 120, file: 25_000_000, files: 10 };
const AROUND = 100;
const [LONG, KEPT] = [2_000, 1_000]; // entries of the room that is open

/** `isPast`: the events are a page of history, and the room's log begins after its newest entry. */
export function createState({ me, room, events, cursor, limits, blocks = {}, isPast = false }) {
  const live = openLog(isPast ? [] : events, cursor);
  const state = {
    me,
    limits: { ...DEFAULT_LIMITS, ...limits },
    height: null, // of the newest block heard of on this connection
    blocks, // height → {timeMs, entries}: what the page or its `sealed` frame told
    current: room,
    rooms: { [room]: live },
    past: isPast ? { [room]: openPast(events, live) } : {}, // a window further back, until the log reaches it
    asking: {}, // ids of questions on their way
    outbox: [],
    settled: {}, // client_id of my entries → seq
  };
  return settle(state, events);
}

/** What a room's timeline shows: the window further back where one is open, else the log. */
export const shownLog = (state, room) => state.past[room] ?? state.rooms[room];

/** The cursors of `hello`. */
export function cursors(state) {
  return Object.fromEntries(Object.entries(state.rooms).map(([room, log]) => [room, log.cursor]));
}

export function reduce(state, frame) {
  const step = STEPS[frame.type];
  return step ? step(state, frame) : { state, effects: [] };
}

const STEPS = {
  welcome,
  events: takeEvents,
  ack: acknowledge,
  error: refuse,
  sealed: sealBlock,
  pong: compareHeads,
  reset,
  person: (state, { person }) => done(callOtherwise(state, person)),
  "local/outbox": (state, { items }) => done(echo(state, items)),
  "local/older": (state, { room }) => askOlder(state, room),
  "local/newer": (state, { room }) => (state.past[room] ? askOnce(state, sync(room, state.past[room].cursor)) : done(state)),
  "local/around": (state, { room, seq }) => askOnce(state, around(room, Math.min(seq + AROUND / 2, state.rooms[room].first), seq)),
  "local/rest": rest,
  "local/present": (state, { room }) => done({ ...state, past: { ...state.past, [room]: undefined } }),
};

function done(state, effects = []) {
  return { state, effects };
}

/** Its rooms are all that one is in: who was removed while nobody listened hears it from no other frame. */
function welcome(state, frame) {
  const { current } = state;
  const rooms = {};
  for (const { id, head } of frame.rooms) {
    const known = state.rooms[id];
    rooms[id] = known ? { ...known, head: Math.max(known.head, head) } : openLog([], head);
  }
  const gone = rooms[current] ? [] : [{ gone: current }];
  rooms[current] ??= state.rooms[current];
  // Blocks that were sealed while nobody listened: ask again for what still looks pending.
  const asks = frame.rooms.flatMap(({ id }) => askPending(id, rooms[id]));
  const limits = { ...state.limits, ...frame.limits };
  return done({ ...state, rooms, limits, asking: {}, height: null }, [...asks, ...gone]);
}

/** A room that one is not in any more goes; that of the page stays as it was until the page does. */
function reset(state, { room, gone }) {
  if (!gone) return done(state, [{ reload: true }]);
  const { [room]: left, ...others } = state.rooms;
  const rooms = room === state.current ? state.rooms : others;
  return done({ ...state, rooms }, [{ gone: room }]);
}

function callOtherwise(state, person) {
  const each = (logs) => Object.fromEntries(Object.entries(logs).map(([room, log]) => [room, renameIn(log, person)]));
  return { ...state, rooms: each(state.rooms), past: each(state.past) };
}

/** Somebody stands at the end: what they have read long ago goes, for a page may be open for weeks. */
function rest(state, { room }) {
  const log = state.rooms[room];
  return done(log.events.length > LONG ? { ...state, rooms: { ...state.rooms, [room]: cut(log, KEPT) } } : state);
}

function askPending(room, log) {
  const pending = firstPending(log);
  return pending ? [{ ask: sync(room, pending.seq - 1) }] : [];
}

function takeEvents(state, frame) {
  const before = state.rooms[frame.room];
  if (!before) return done(state);
  const asking = { ...state.asking };
  if (frame.re) delete asking[frame.re];
  const { log, fresh, gap } = take(before, frame.events);
  const windows = lookBack(state, frame, log, fresh);
  const kept = frame.room === state.current ? windows.log : emptied(windows.log);
  const next = settle({ ...state, asking, rooms: { ...state.rooms, [frame.room]: kept }, past: windows.past }, fresh);
  const effects = fresh
    .filter((event) => event.author.id === state.me.id)
    .map((event) => ({ settle: event.client_id, verdict: { type: "recorded" } }));
  if (fresh.length) effects.push({ arrived: fresh, room: frame.room });
  const erased = erasedBy(frame.events);
  if (erased.length) effects.push({ erased });
  if (!gap && !leavesMore(frame, log)) return done(next, effects);
  const asked = askOnce(next, sync(frame.room, gap ? log.cursor : frame.events.at(-1).seq));
  return done(asked.state, [...effects, ...asked.effects]);
}

/** The window further back after a frame: opened, grown, or one with the log where the two meet. */
function lookBack(state, frame, log, fresh) {
  const { room, re, events } = frame;
  const known = state.past[room];
  const isOpened = isAround(re) && events.length > 0 && events.at(-1).seq < log.first - 1;
  const past = isOpened ? openPast(events, log) : known && follow(known, events, fresh, log);
  if (!past) return { log, past: state.past };
  const met = joins(past, log);
  return { log: met ?? log, past: { ...state.past, [room]: met ? undefined : past } };
}

/** Whether the answer was cut off where the next one tells something: beyond the cursor, or of blocks not heard of. */
function leavesMore(frame, log) {
  const last = frame.events.at(-1);
  if (!frame.re || !frame.more || !last || last.seq < log.first) return false;
  return last.seq === log.cursor || (last.block !== null && firstPending(log)?.seq > last.seq);
}

function askOnce(state, frame) {
  if (state.asking[frame.id]) return done(state);
  return done({ ...state, asking: { ...state.asking, [frame.id]: true } }, [{ ask: frame }]);
}

function askOlder(state, room) {
  const { first } = shownLog(state, room);
  return first > 1 ? askOnce(state, older(room, first)) : done(state);
}

/** My entries now stand in the log: their echoes go. */
function settle(state, events) {
  const mine = events.filter((event) => event.author.id === state.me.id).map((event) => [event.client_id, event.seq]);
  if (mine.length === 0) return state;
  const next = { ...state, settled: { ...state.settled, ...Object.fromEntries(mine) } };
  return { ...next, outbox: state.outbox.filter((item) => !isSettled(next, item)) };
}

function isSettled(state, item) {
  const seq = state.settled[item.clientId];
  const log = state.rooms[item.room];
  return seq !== undefined && (!log || seq <= log.cursor);
}

/** What the outbox holds, and before it what the server has acknowledged but not yet shown. */
function echo(state, items) {
  const acknowledged = state.outbox.filter((item) => item.recorded);
  const waiting = items.filter((item) => state.settled[item.clientId] === undefined);
  return { ...state, outbox: [...acknowledged, ...waiting] };
}

function acknowledge(state, frame) {
  const outbox = state.outbox.map((item) => (item.clientId === frame.client_id ? { ...item, recorded: true } : item));
  const rooms = { ...state.rooms };
  const log = rooms[frame.room];
  if (log) rooms[frame.room] = { ...log, head: Math.max(log.head, frame.seq) };
  const next = { ...state, rooms, settled: { ...state.settled, [frame.client_id]: frame.seq } };
  const echoes = outbox.filter((item) => !isSettled(next, item));
  return done({ ...next, outbox: echoes }, [{ settle: frame.client_id, verdict: { type: "recorded" } }]);
}

/** A refused send goes to the outbox. A refused question waits for the next pong: asked at once, it would be refused again. */
function refuse(state, frame) {
  const clientId = frame.client_id ?? state.outbox.find((item) => item.clientId === frame.re)?.clientId;
  const verdict = { type: frame.retry, code: frame.code, detail: frame.detail, afterMs: frame.after_ms ?? null };
  return done(state, clientId ? [{ settle: clientId, verdict }] : []);
}

/** The next block seals what is pending. After any other (the first since `welcome`, one too late) it is asked for. */
function sealBlock(state, { block, rooms: reached }) {
  const [rooms, past] = [{ ...state.rooms }, { ...state.past }];
  const isNext = state.height !== null && block.height === state.height + 1;
  const effects = [];
  for (const [room, seq] of Object.entries(reached)) {
    if (!rooms[room]) continue;
    if (isNext && !missesBlock(rooms[room])) rooms[room] = seal(rooms[room], seq, block.height);
    if (isNext && past[room] && !missesBlock(rooms[room])) past[room] = seal(past[room], seq, block.height);
    rooms[room] = sealedTo(rooms[room], seq);
    if (missesBlock(rooms[room])) effects.push(...askPending(room, rooms[room]));
  }
  const blocks = { ...state.blocks, [block.height]: { timeMs: block.time_ms, entries: block.tree_size - block.first_leaf } };
  return done({ ...state, rooms, past, blocks, height: Math.max(state.height ?? 0, block.height) }, effects);
}

/** A head beyond a cursor that has not moved since the last pong: a frame was lost. Questions may now be repeated. */
function compareHeads(state, frame) {
  const rooms = { ...state.rooms };
  const effects = [];
  for (const [room, log] of Object.entries(rooms)) {
    if (log.head > log.cursor && log.cursor === log.cursorAtPong) effects.push({ ask: sync(room, log.cursor) });
    else if (missesBlock(log)) effects.push(...askPending(room, log));
    const head = Math.max(log.head, frame.heads?.[room] ?? 0);
    rooms[room] = { ...log, head, cursorAtPong: log.cursor };
  }
  return done({ ...state, rooms, asking: {} }, effects);
}
