/** The room's page: finds its places, builds the parts and passes frames, effects and acts between them. */

import { postForm } from "./acting.js";
import { addActs } from "./acts.js";
import { Announcer, speaker } from "./announcer.js";
import { teller } from "./asking.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { listenToControls } from "./controls.js";
import { lookUp, wipeQuote } from "./erasure.js";
import { Attaching } from "./files/attaching.js";
import { Flusher } from "./flusher.js";
import { Health } from "./health.js";
import { Jumping } from "./jumping.js";
import { Missed } from "./missed.js";
import { Notices } from "./notices.js";
import { OpenRoom } from "./open_room.js";
import { openOutbox } from "./outbox.js";
import { find, leave, readJson, reload } from "./page.js";
import { Pins } from "./pins.js";
import { Presence } from "./presence.js";
import { Proof } from "./proof/proof.js";
import { CLOSE, newId, typing as typingFrame } from "./protocol.js";
import { Reading } from "./reading.js";
import { Sidebar } from "./sidebar.js";
import { createState, cursors, reduce, shownLog } from "./store.js";
import { Timeline, placesOf } from "./timeline.js";
import { Title } from "./title.js";
import { openTools } from "./tools.js";
import { Typing } from "./typing.js";
import { listenForReturn } from "./visibility.js";
import { Writing, pendingActs } from "./writing.js";

// Pages of history are for browsers without scripts; this one reads them in place.
if (new URLSearchParams(location.search).has("before")) location.replace(location.pathname);

const main = find("room");
const page = main.dataset;
const { room } = page;
const newFrom = page.newFrom === undefined ? null : Number(page.newFrom);
const me = { ...readJson("me"), moderates: "moderates" in main.dataset };
const outbox = await openOutbox(me.id);
const announcer = new Announcer(speaker(find("announcer")));
let state = createState({
  me,
  room,
  events: readJson("events"),
  cursor: Number(main.dataset.cursor),
  limits: readJson("limits"),
  blocks: readJson("blocks"),
  isPast: "past" in page,
});

const health = new Health({
  nodes: { health: document.querySelectorAll("[data-health]"), strip: find("strip"), ended: find("session-ended") },
  unsentCount: () => state.outbox.filter(({ fault, frame }) => !fault && frame.type === "send").length,
});

const timeline = new Timeline({
  nodes: placesOf(find),
  onTop: () => connection.state === "live" && dispatch({ type: "local/older", room }),
  onBottom: () => connection.state === "live" && dispatch({ type: "local/newer", room }),
  onPresent: () => dispatch({ type: "local/present", room }),
});

const attaching = new Attaching({ form: find("composer"), dropZone: main, limits: () => state.limits });
const sidebar = new Sidebar({
  lists: Object.fromEntries([...document.querySelectorAll("[data-rooms]")].map((node) => [node.dataset.rooms, node])),
  templates: Object.fromEntries(["room", "direct"].map((kind) => [kind, document.querySelector(`[data-template="sidebar-${kind}"]`)])),
  current: room,
  me,
});

const title = new Title(page.roomName);
const openRoom = new OpenRoom({
  room,
  me,
  cursor: Number(page.cursor),
  title,
  nodes: { main, name: document.getElementById("room-name"), topic: find("topic"), lock: find("private"), composer: find("composer"), closed: find("closed") },
});

const jumping = new Jumping({
  room,
  timeline,
  logs: () => ({ live: state.rooms[room], shown: shownLog(state, room) }),
  dispatch: (ask) => connection.state === "live" && dispatch(ask),
});

const composer = new Composer({
  form: find("composer"),
  draftKey: `connect.draft.${me.id}.${room}`,
  limit: () => state.limits.text,
  attaching,
  people: `/rooms/${page.roomSlug}/people`,
  onSend: write,
  onEditLast: () => acting.editLast(),
});

const proof = new Proof({
  find,
  me,
  place: page,
  comeBack: (seq) => document.getElementById(`m${seq}`) ?? find("timeline"),
});

const connection = new Connection({
  url: `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws/`,
  me: me.id,
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
const notices = new Notices({
  me,
  choices: readJson("choices"),
  current: room,
  rooms: () => sidebar.rooms,
  onCount: (count) => title.count(count),
});
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

const pins = new Pins({
  room,
  address: `/rooms/${page.roomSlug}/pins/`,
  pinned: readJson("pins"),
  count: find("pin-count"),
  onChange: () => acting.sheet.refresh(),
});

const missed = new Missed({
  room,
  address: `/rooms/${page.roomSlug}/`,
  logs: () => [state.rooms[room], state.past[room]].filter(Boolean),
  dispatch,
});

const tell = teller(find("toast"));

const writing = new Writing({
  room,
  me,
  outbox,
  flusher,
  log: () => state.rooms[room],
  head: () => proof.head,
  items: () => state.outbox,
  show: (items) => dispatch({ type: "local/outbox", items }),
  tell,
});

const reading = new Reading({
  room,
  transmit: (frame) => connection.send(frame),
  seen: () => (timeline.isAtBottom ? state.rooms[room].cursor : null),
  onRead: () => newFrom !== null && postForm(`/rooms/${page.roomSlug}/unread`, {}),
});

const acting = openTools({
  find,
  me,
  page,
  writing,
  reading,
  timeline,
  jumping,
  composer,
  outbox,
  proof,
  pins,
  tell,
  limit: () => state.limits.text,
});

function dispatch(frame) {
  proof.hear(frame);
  sidebar.hear(frame);
  openRoom.hear(frame);
  openRoom.rename(sidebar.rooms[room]?.name);
  pins.hear(frame);
  missed.hear(frame);
  presence.hear(frame);
  typing.hear(frame);
  if (frame.type === "read") notices.read(frame);
  const result = reduce(state, frame);
  // A draw asks for more of the log: where there is none that changes nothing, and must not lead to the next draw.
  if (result.state !== state || !frame.type.startsWith("local/")) requestDraw();
  state = result.state;
  // Asked for before the state is "live": the answer to `welcome` itself goes out with it.
  queueMicrotask(() => result.effects.forEach(carryOut));
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
  if (where !== room) return;
  announcer.hear(events.filter(isNews));
  if (timeline.isAtBottom) dispatch({ type: "local/rest", room });
}

/** Words that were erased go from wherever else they are kept: what was read aloud, drafts, messages not sent yet. */
async function forget(erased) {
  find("announcer").replaceChildren();
  composer.forget(erased);
  acting.editor.forget(erased);
  acting.sheet.close();
  for (const item of await outbox.items()) {
    const quote = wipeQuote(item.quote, erased);
    if (quote !== item.quote) await outbox.put({ ...item, quote });
  }
}

/** What the page tells of erasures: the entries without words, and those that took words further back. */
const knownErased = ({ events, erased }) => ({ ...erased, ...lookUp(events.filter((event) => event.erased).map(({ hash }) => hash)) });

const isNews = (event) => event.kind === "post" && event.author.id !== me.id;

let wasLoggedOut = false;
function connectionChanged(newState, code) {
  health.connection(newState, code);
  // Another session than the page's own, which the token in its forms is no good for.
  if (newState === "live" && wasLoggedOut) return location.reload();
  wasLoggedOut ||= code === CLOSE.NOT_LOGGED_IN;
  if (newState === "live") {
    flusher.flush();
    reading.again();
    attaching.uploads.resume();
  } else flusher.disconnected();
  if (newState === "closed" && code === CLOSE.NEWER_PROTOCOL) reload();
  return undefined;
}

let drawing = false;
function requestDraw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(draw);
}

function draw() {
  drawing = false;
  const isLoading = Object.keys(state.asking).some((id) => /^(older|around)-/.test(id));
  const here = state.outbox.filter((item) => item.room === room);
  const unsent = here.filter(({ frame }) => frame.type === "send");
  const acts = addActs({}, pendingActs(here, me));
  timeline.show({ log: shownLog(state, room), unsent, acts, me, blocks: state.blocks, isLoading, newFrom });
  jumping.go();
  proof.update(state.rooms[room]);
  reading.look();
}

async function write(message) {
  reading.release();
  const sent = writing.write(message);
  requestAnimationFrame(() => timeline.toEnd());
  await sent;
}

listenToControls({ find, page, acting, composer, jumping });
listenForReturn({ connection, reading, scroller: find("timeline") });

draw();
writing.refresh();
forget(knownErased(state.rooms[room]));
connection.start();
const at = new URLSearchParams(location.search).get("at");
if (at) jumping.to(Number(at));
else if (newFrom !== null) {
  jumping.offer(newFrom, { line: find("list").querySelector('[data-key="new"]'), scroller: find("timeline"), button: find("to-new") });
}
