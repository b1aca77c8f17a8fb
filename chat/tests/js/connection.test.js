/** The connection, driven by a hand-turned clock and sockets that do what they are told. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Connection } from "../../../static/chat/js/connection.js";

const ME = { id: "a".repeat(32) };
const CHECKPOINT = { size: 9, root: "0a".repeat(32) };

class Bench {
  time = 0;
  timers = [];
  sockets = [];
  frames = [];
  states = [];

  constructor() {
    const platform = {
      now: () => this.time,
      random: () => 0.5,
      open: () => this.open(),
      later: (ms, action) => this.timer(ms, action, null),
      every: (ms, action) => this.timer(ms, action, ms),
      cancel: (timer) => (this.timers = this.timers.filter((each) => each !== timer)),
    };
    this.connection = new Connection({
      url: "ws://test/ws/",
      me: ME.id,
      cursors: () => ({ room: 7 }),
      checkpoint: () => CHECKPOINT,
      onFrame: (frame) => this.frames.push(frame.type),
      onState: (state, code) => this.states.push([state, code]),
      platform,
    });
    this.connection.start();
  }

  open() {
    const socket = { sent: [], closed: false, readyState: WebSocket.OPEN };
    socket.send = (text) => socket.sent.push(JSON.parse(text));
    socket.close = () => (socket.closed = true);
    this.sockets.push(socket);
    return socket;
  }

  timer(ms, action, every) {
    const timer = { at: this.time + ms, action, every };
    this.timers.push(timer);
    return timer;
  }

  get socket() {
    return this.sockets.at(-1);
  }

  pass(ms) {
    const end = this.time + ms;
    for (;;) {
      const timer = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!timer) break;
      this.time = timer.at;
      if (timer.every) timer.at += timer.every;
      else this.timers = this.timers.filter((each) => each !== timer);
      timer.action();
    }
    this.time = end;
  }

  hear(frame) {
    this.socket.onmessage({ data: JSON.stringify(frame) });
  }

  live() {
    this.socket.onopen();
    this.hear({ type: "welcome", me: ME });
    return this;
  }
}

test("hello with the cursors and the verified checkpoint is the first frame, and live begins with welcome", () => {
  const bench = new Bench();
  assert.equal(bench.connection.send({ type: "ping" }), false);
  bench.live();
  assert.deepEqual(bench.socket.sent[0], { type: "hello", v: 1, cursors: { room: 7 }, checkpoint: CHECKPOINT });
  assert.equal(bench.connection.state, "live");
});

test("a ping goes out every four seconds, and answers keep the connection", () => {
  const bench = new Bench().live();
  for (let i = 0; i < 10; i += 1) {
    bench.pass(4_000);
    bench.hear({ type: "pong" });
  }
  assert.ok(bench.socket.sent.filter(({ type }) => type === "ping").length >= 8);
  assert.equal(bench.sockets.length, 1);
});

test("eight seconds of silence are a dead connection", () => {
  const bench = new Bench().live();
  bench.pass(7_000);
  assert.equal(bench.connection.state, "live");
  bench.pass(1_500);
  assert.equal(bench.sockets[0].closed, true);
  assert.notEqual(bench.connection.state, "live");
  bench.pass(1_000);
  assert.equal(bench.sockets.length, 2);
});

test("a server that takes the socket and says nothing is left too", () => {
  const bench = new Bench();
  bench.socket.onopen();
  bench.pass(9_000);
  assert.equal(bench.sockets.length, 2);
});

test("a server that says something, but no welcome, is left after eight seconds of silence", () => {
  const bench = new Bench();
  bench.socket.onopen();
  bench.pass(5_000);
  bench.hear({ type: "person", person: { id: "x" } });
  bench.pass(7_000);
  assert.equal(bench.sockets.length, 1);
  bench.pass(3_000);
  assert.equal(bench.sockets[0].closed, true);
});

test("a late frame of an abandoned socket is not heard", () => {
  const bench = new Bench().live();
  bench.pass(10_000);
  const before = bench.frames.length;
  bench.sockets[0].onmessage({ data: '{"type":"events"}' });
  bench.sockets[0].onclose({ code: 1000 });
  assert.equal(bench.frames.length, before);
});

test("waking up asks at once and gives three seconds to answer", () => {
  const bench = new Bench().live();
  bench.pass(1_500);
  bench.connection.wake();
  assert.equal(bench.socket.sent.at(-1).type, "ping");
  bench.pass(4_000);
  assert.equal(bench.sockets[0].closed, true);
});

test("a laptop that slept asks at once", () => {
  const bench = new Bench().live();
  bench.pass(1_000);
  bench.time += 3_600_000;
  bench.timers.forEach((timer) => (timer.at = bench.time));
  bench.pass(0);
  assert.equal(bench.socket.sent.at(-1).type, "ping");
});

test("a clock that was set back by an hour hides no dead connection", () => {
  const bench = new Bench().live();
  bench.pass(2_000);
  bench.time -= 3_600_000;
  bench.timers.forEach((timer) => (timer.at -= 3_600_000));
  bench.pass(1_000);
  assert.equal(bench.socket.sent.at(-1).type, "ping");
  bench.pass(4_000);
  assert.equal(bench.sockets[0].closed, true);
});

test("coming online ends the wait", () => {
  const bench = new Bench();
  bench.socket.onclose({ code: 1006 });
  bench.connection.wake();
  assert.equal(bench.sockets.length, 2);
});

test("waits grow with every failure and start small again after a welcome", () => {
  const bench = new Bench();
  const waits = [];
  for (let i = 0; i < 6; i += 1) {
    bench.socket.onclose({ code: 1006 });
    const { length } = bench.sockets;
    const before = bench.time;
    while (bench.sockets.length === length) bench.pass(50);
    waits.push(bench.time - before);
  }
  assert.deepEqual([...waits].sort((a, b) => a - b), waits);
  assert.ok(waits[0] <= 500 && waits[5] >= 10_000);
  bench.live().socket.onclose({ code: 1006 });
  bench.pass(500);
  assert.equal(bench.sockets.length, 8);
});

test("a restart is told as one, until the server is back, within five seconds", () => {
  const bench = new Bench().live();
  bench.socket.onclose({ code: 1012 });
  assert.deepEqual(bench.states.at(-1), ["waiting", 1012]);
  bench.pass(1_600);
  bench.socket.onclose({ code: 1006 });
  assert.deepEqual(bench.states.at(-1), ["waiting", 1012]);
  bench.pass(1_000);
  assert.equal(bench.sockets.length, 3);
  bench.live();
  assert.deepEqual(bench.states.at(-1), ["live", null]);
});

for (const code of [4401, 4403, 4409]) {
  test(`${code} is not answered by trying again`, () => {
    const bench = new Bench().live();
    bench.socket.onclose({ code });
    bench.pass(120_000);
    assert.deepEqual(bench.states.at(-1), ["closed", code]);
    assert.equal(bench.sockets.length, 1);
  });
}

test("logging in elsewhere is noticed when the page is looked at again", () => {
  const bench = new Bench().live();
  bench.socket.onclose({ code: 4401 });
  bench.connection.wake();
  assert.equal(bench.sockets.length, 2);
});

test("somebody else who logged in in this browser is not welcomed to this page", () => {
  const bench = new Bench();
  bench.socket.onopen();
  bench.hear({ type: "welcome", me: { id: "b".repeat(32) } });
  assert.deepEqual(bench.states.at(-1), ["closed", 4401]);
  assert.deepEqual([bench.frames, bench.socket.closed, bench.connection.send({ type: "ping" })], [[], true, false]);
  bench.connection.wake();
  assert.equal(bench.live().connection.state, "live");
});

test("bye says how long to stay away", () => {
  const bench = new Bench().live();
  bench.hear({ type: "bye", code: 4429, retry_ms: 20_000 });
  bench.socket.onclose({ code: 4429 });
  bench.pass(19_000);
  assert.equal(bench.sockets.length, 1);
  bench.pass(12_000);
  assert.equal(bench.sockets.length, 2);
});

test("what is not a frame counts as life and as nothing else", () => {
  const bench = new Bench().live();
  for (const data of ["{", "7", "null", '{"no":"type"}']) bench.socket.onmessage({ data });
  assert.deepEqual(bench.frames, ["welcome"]);
});

test("a socket that is closing is not written to", () => {
  const bench = new Bench().live();
  const sent = bench.socket.sent.length;
  bench.socket.readyState = WebSocket.CLOSING;
  assert.equal(bench.connection.send({ type: "ping" }), false);
  bench.connection.wake();
  assert.equal(bench.socket.sent.length, sent);
});
