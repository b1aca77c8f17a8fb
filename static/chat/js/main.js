/** The room's page: finds its places, builds the parts and passes frames, effects and acts between them. */

import { Announcer, speaker } from "./announcer.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { lookUp, wipeQuote } from "./erasure.js";
import { Attaching } from "./files/attaching.js";
import { Flusher } from "./flusher.js";
import { Health } from "./health.js";
import { listen } from "./keys.js";
import { openOutbox } from "./outbox.js";
import { Notices } from "./notices.js";
import { Place } from "./place.js";
import { Presence } from "./presence.js";
import { Proof } from "./proof/proof.js";
import { CLOSE, newId, send, typing as typingFrame } from "./protocol.js";
import { Sidebar } from "./sidebar.js";
import { createState, cursors, reduce } from "./store.js";
import { Timeline } from "./timeline.js";
import { Typing } from "./typing.js";

const find = (name) => document.querySelector(`[data-${name}]`);
const readJson = (id) => JSON.parse(takeNode(id).textContent);

/** Out of the page: what is erased later must not stay behind there. */
function takeNode(id) {
  const node = document.getElementById(id);
  node.remove();
  return node;
}

// Pages of history are for browsers without scripts; this one reads them in place.
if (new URLSearchParams(location.search).has("before")) location.replace(location.pathname);

const main = find("room");
const { room } = main.dataset;
const me = { ...readJson("me"), moderates: "moderates" in main.dataset };
const outbox = await openOutbox(me.id);
const announcer = new Announcer(speaker(find("announcer")));
let state = createState({
  me,
  room,
  events: readJson("events"),
  cursor: Number(main.dataset.cursor),
  limits: readJson("limits"),
});

const health = new Health({
  nodes: { health: document.querySelectorAll("[data-health]"), strip: find("strip"), ended: find("session-ended") },
  unsentCount: () => state.outbox.filter((item) => !item.fault).length,
});

const timeline = new Timeline({
  nodes: {
    scroller: find("timeline"),
    list: find("list"),
    newer: find("newer"),
    newerText: find("newer-text"),
    loading: find("loading"),
    beginning: find("beginning"),
    empty: find("empty"),
    templates: Object.fromEntries(
      [...document.querySelectorAll("[data-template]")].map((node) => [node.dataset.template, node]),
    ),
  },
  onTop: () => connection.state === "live" && dispatch({ type: "local/older", room }),
});

const attaching = new Attaching({ form: find("composer"), dropZone: main, limits: () => state.limits });
const sidebar = new Sidebar({
  lists: Object.fromEntries([...document.querySelectorAll("[data-rooms]")].map((node) => [node.dataset.rooms, node])),
  templates: Object.fromEntries(["room", "direct"].map((kind) => [kind, document.querySelector(`[data-template="sidebar-${kind}"]`)])),
  current: room,
  me,
});

const place = new Place({
  room,
  nodes: { name: document.getElementById("room-name"), topic: find("topic"), composer: find("composer"), closed: find("closed") },
});

const composer = new Composer({
  form: find("composer"),
  draftKey: `connect.draft.${me.id}.${room}`,
  limit: () => state.limits.text,
  attaching,
  onSend: write,
});

const proof = new Proof({
  find,
  me,
  place: main.dataset,
  comeBack: (seq) => document.getElementById(`m${seq}`) ?? find("timeline"),
});

const connection = new Connection({
  url: `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws/`,
  cursors: () => cursors(state),
  checkpoint: () => proof.head,
  pingMs: () => state.limits.ping_ms,
  onFrame: dispatch,
  onState: connectionChanged,
});

const flusher = new Flusher({
  outbox,
  newId,
  isLive: () => connection.state === "live",
  transmit: (frame) => connection.send(frame),
});

const presence = new Presence();
const notices = new Notices({ me, choices: readJson("choices") });
const typing = new Typing({
  room,
  text: find("text"),
  line: find("typing"),
  tell: () => {
    if (connection.state !== "live") return false;
    connection.send(typingFrame(room));
    return true;
  },
});

function dispatch(frame) {
  proof.hear(frame);
  sidebar.hear(frame);
  place.hear(frame);
  presence.hear(frame);
  typing.hear(frame);
  if (frame.type === "read") notices.read(frame);
  const result = reduce(state, frame);
  state = result.state;
  // Asked for before the state is "live": the answer to `welcome` itself goes out with it.
  queueMicrotask(() => result.effects.forEach(carryOut));
  requestDraw();
}

function carryOut(effect) {
  if (effect.ask) connection.send(effect.ask);
  else if (effect.settle) flusher.settle(effect.settle, effect.verdict);
  else if (effect.arrived) arrived(effect);
  else if (effect.erased) forget(lookUp(effect.erased));
  else if (effect.gone === room) leave();
  else if (effect.reload) reload();
}

function arrived({ arrived: events, room: where }) {
  notices.hear(where, events);
  if (where === room) announcer.hear(events.filter(isNews));
}

/** Words that were erased go from wherever else they are kept: what was read aloud, drafts, messages not sent yet. */
async function forget(erased) {
  find("announcer").replaceChildren();
  composer.forget(erased);
  for (const item of await outbox.items()) {
    const quote = wipeQuote(item.quote, erased);
    if (quote !== item.quote) await outbox.put({ ...item, quote });
  }
}

const isNews = (event) => event.kind === "post" && event.author.id !== me.id;

function connectionChanged(newState, code) {
  health.connection(newState, code);
  if (newState === "live") {
    flusher.flush();
    attaching.uploads.resume();
  } else flusher.disconnected();
  if (newState === "closed" && code === CLOSE.NEWER_PROTOCOL) reload();
}

/** What was said stays on the screen behind the dialog no longer than its reader does. */
function leave() {
  const dialog = find("left");
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  if (!dialog.open) dialog.showModal();
}

/** At most once in ten seconds: a server that keeps asking for it must not spin the page. */
function reload() {
  setTimeout(() => location.reload(), Math.max(0, 10_000 - performance.now()));
}

let drawing = false;
function requestDraw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(draw);
}

function draw() {
  drawing = false;
  const isLoading = Object.keys(state.asking).some((id) => id.startsWith(`older-${room}-`));
  const unsent = state.outbox.filter((item) => item.room === room);
  timeline.show({ log: state.rooms[room], unsent, me, blocks: state.blocks, isLoading });
  continueJump();
  proof.update(state.rooms[room]);
}

/** Echo first, then the outbox, then the wire. */
async function write({ text, reply, files }) {
  const newest = state.rooms[room].events.at(-1);
  const frame = send({
    clientId: newId(),
    room,
    text,
    replyTo: reply?.hash ?? null,
    files: files.map(({ id }) => id),
    sentMs: Date.now(),
    seen: newest ? { seq: newest.seq, hash: newest.hash } : null,
    checkpoint: proof.head,
  });
  const order = Math.max(Date.now(), ...state.outbox.map((item) => item.order + 1));
  const item = { clientId: frame.client_id, author: me.id, room, order, frame, files, quote: reply, fault: null };
  outboxReads += 1; // what is being read knows nothing of this item yet
  dispatch({ type: "local/outbox", items: [...state.outbox.filter(({ recorded }) => !recorded), item] });
  requestAnimationFrame(() => timeline.toEnd());
  await outbox.put(item);
  flusher.flush();
}

let outboxReads = 0;
async function refreshOutbox() {
  outboxReads += 1;
  const read = outboxReads;
  const items = await outbox.items();
  if (read !== outboxReads) return;
  dispatch({ type: "local/outbox", items });
  if (items.some(({ fault }) => !fault)) flusher.flush();
}

let jumpingTo = null;
function jump(seq) {
  jumpingTo = seq;
  continueJump();
}

/** An entry that lies further back is asked for page by page, until the log reaches it. */
function continueJump() {
  if (jumpingTo === null) return;
  if (timeline.jump(jumpingTo)) jumpingTo = null;
  else dispatch({ type: "local/older", room });
}

function reply(node) {
  const { event } = timeline.rowOf(node) ?? {};
  if (!event) return;
  const text = event.body?.text.replace(/\s+/g, " ").slice(0, 200) ?? "";
  composer.replyTo({ seq: event.seq, hash: event.hash, author: event.author.name, text });
}

function prove(node) {
  const { event } = timeline.rowOf(node) ?? {};
  if (event) proof.open(event, node);
}

const ACTS = {
  reply,
  erase: (node) => location.assign(`/rooms/${main.dataset.roomSlug}/erase/${timeline.rowOf(node).event.hash}/`),
  proof: prove,
  async edit(node) {
    const { item } = timeline.rowOf(node);
    await outbox.remove(item.clientId);
    composer.edit(item.frame.text, item.quote, item.files);
  },
  discard: (node) => outbox.remove(timeline.rowOf(node).item.clientId),
};

find("list").addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  const quote = event.target.closest("[data-quote]");
  if (button) ACTS[button.dataset.act](button);
  if (!quote) return;
  event.preventDefault();
  jump(Number(quote.hash.slice(2)));
});

listen({
  list: find("list"),
  scroller: find("timeline"),
  landmarks: () =>
    [document.getElementById("rooms"), find("timeline"), find("text"), document.getElementById("proof-title")].filter((node) => node.checkVisibility()),
  letters: { r: reply, p: prove },
});

outbox.onChange = refreshOutbox;
addEventListener("online", () => connection.wake());
addEventListener("pageshow", () => connection.wake());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && connection.wake());

draw();
refreshOutbox();
forget(lookUp(state.rooms[room].events.filter(({ erased }) => erased).map(({ hash }) => hash)));
connection.start();
