/**
 * The reducer against a model server over a network that drops, repeats, reorders and cuts. At every step what is shown
 * is in order and without repetition; once the network is whole, the view equals the log.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { hello, ping, send } from "../../../static/chat/js/protocol.js";
import { toRows } from "../../../static/chat/js/rows.js";
import { createState, cursors, reduce } from "../../../static/chat/js/store.js";
import { ALICE, BOB, ModelServer, ROOM } from "./model_server.js";
import { seeded } from "./random.js";

const STEPS = 300;
const RUNS = 40;

class Simulation {
  constructor(seed) {
    this.random = seeded(seed);
    this.server = new ModelServer();
    for (let i = this.random.below(80); i > 0; i -= 1) this.server.post(BOB, `${i}`.padStart(32, "0"));
    if (this.random.chance(0.5)) this.server.seal();
    const events = this.server.log.slice(-10);
    this.state = createState({ me: ALICE, room: ROOM, events, cursor: this.server.log.length, limits: {} });
    this.arriving = [];
    this.unsent = [];
    this.written = 0;
    this.isConnected = false;
    this.isFaulty = true;
  }

  lost(probability) {
    return this.isFaulty && this.random.chance(probability);
  }

  toServer(frame) {
    if (!this.isConnected || this.lost(0.2)) return;
    for (const answer of this.server.answer(frame, ALICE)) this.toClient(answer);
  }

  toClient(frame) {
    if (!this.isConnected || this.lost(0.2)) return;
    const at = this.isFaulty ? this.random.below(this.arriving.length + 1) : this.arriving.length;
    this.arriving.splice(at, 0, frame);
    if (this.lost(0.2)) this.arriving.push(frame);
  }

  take(frame) {
    const { state, effects } = reduce(this.state, frame);
    this.state = state;
    for (const { ask, settle, verdict } of effects) {
      if (ask) this.toServer(ask);
      if (verdict?.type === "recorded") this.unsent = this.unsent.filter(({ clientId }) => clientId !== settle);
    }
    this.checkView();
  }

  write() {
    this.written += 1;
    const clientId = `${this.written}`.padStart(32, "a");
    const frame = send({ clientId, room: ROOM, text: "x", replyTo: null, sentMs: 0, seen: null });
    this.unsent.push({ clientId, author: ALICE.id, room: ROOM, order: this.written, frame, fault: null });
    this.take({ type: "local/outbox", items: this.unsent });
  }

  heal() {
    this.isFaulty = false;
    this.reconnect();
    for (let round = 0; round < 12 || this.unsent.length; round += 1) {
      if (this.unsent.length) this.toServer(this.unsent[0].frame);
      this.drain();
      this.take({ type: "local/older", room: ROOM });
      this.toServer(ping(round));
      for (const frame of this.server.since(this.server.log.length - 1)) this.toClient(frame);
      this.drain();
    }
  }

  drain() {
    while (this.arriving.length) this.take(this.arriving.shift());
  }

  reconnect() {
    this.arriving = [];
    this.isConnected = true;
    this.toServer(hello(cursors(this.state)));
  }

  act() {
    const { random, server } = this;
    const acts = [
      () => server.post(BOB, `${random.random()}`) && this.toClient(server.since(server.log.length - 1)[0]),
      () => this.write(),
      () => this.unsent.length && this.toServer(this.unsent[0].frame),
      () => this.arriving.length && this.take(this.arriving.shift()),
      () => this.arriving.length && this.take(this.arriving.shift()),
      () => this.toServer(ping(1)),
      () => random.chance(0.2) && this.toClient(server.seal()),
      () => random.chance(0.3) && this.reconnect(),
      () => random.chance(0.2) && ((this.isConnected = false), (this.arriving = [])),
      () => this.take({ type: "local/older", room: ROOM }),
    ];
    random.pick(acts)();
  }

  rows() {
    const unsent = this.state.outbox;
    return toRows({ events: this.state.rooms[ROOM].events, unsent, me: ALICE, dayOf: () => "day", atEnd: true });
  }

  checkView() {
    const messages = this.rows().filter(({ kind }) => kind === "message");
    const keys = messages.map(({ key }) => key);
    assert.equal(new Set(keys).size, keys.length, "nothing is shown twice");
    const seqs = messages.filter(({ event }) => event).map(({ event }) => event.seq);
    seqs.forEach((seq, i) => assert.equal(seq, seqs[0] + i, "entries stand in order, without a gap"));
  }
}

/** `sealed` frames name the block, not the leaf. */
const withoutLeaf = (event) => ({ ...event, leaf_index: null });

test("whatever the network does, the view ends equal to the log, with every message of mine once", () => {
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const simulation = new Simulation(seed);
    simulation.reconnect();
    for (let i = 0; i < STEPS; i += 1) simulation.act();
    simulation.heal();
    const { log } = simulation.server;
    assert.deepEqual(simulation.state.rooms[ROOM].events.map(withoutLeaf), log.map(withoutLeaf), `seed ${seed}`);
    assert.deepEqual(simulation.state.outbox, [], `seed ${seed}`);
    assert.equal(log.filter(({ author }) => author.id === ALICE.id).length, simulation.written, `seed ${seed}`);
  }
});
