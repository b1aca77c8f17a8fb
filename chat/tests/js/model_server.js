/** A server in a few lines: the protocol's promises without sockets, threads or a database. */

import { createHash } from "node:crypto";

export const ROOM = "c0117ec7000040008000000000000001";
export const ALICE = person("a");
export const BOB = person("b");

export function person(letter) {
  return { id: letter.repeat(32), username: letter, name: letter, avatar: `/avatars/${letter.repeat(32)}` };
}

export function makeEvent(seq, { author = BOB, clientId = `${seq}`.padStart(32, "e"), text = `message ${seq}`, ...rest } = {}) {
  return {
    seq,
    hash: createHash("sha256").update(`${seq}`).digest("hex"),
    kind: "post",
    author,
    client_id: clientId,
    reply: null,
    body: { text },
    html: `<p>${text}</p>`,
    sent_ms: seq * 1000,
    received_ms: seq * 1000,
    leaf_index: null,
    block: null,
    erased: false,
    ...rest,
  };
}

export class ModelServer {
  log = [];
  height = 0;

  post(author, clientId) {
    const known = this.log.find((event) => event.client_id === clientId && event.author.id === author.id);
    if (known) return { event: known, duplicate: true };
    const event = makeEvent(this.log.length + 1, { author, clientId });
    this.log.push(event);
    return { event, duplicate: false };
  }

  seal() {
    this.height += 1;
    const first_leaf = this.log.filter((event) => event.block !== null).length;
    this.log = this.log.map((event) =>
      event.block === null ? { ...event, block: this.height, leaf_index: event.seq } : event,
    );
    const block = { height: this.height, first_leaf, tree_size: this.log.length, time_ms: 0 };
    return { type: "sealed", block, rooms: { [ROOM]: this.log.length } };
  }

  welcome() {
    return { type: "welcome", limits: {}, rooms: [{ id: ROOM, head: this.log.length }] };
  }

  /** The frames that answer one from `author`. */
  answer(frame, author) {
    const { type } = frame;
    if (type === "hello") return [this.welcome(), ...this.since(frame.cursors[ROOM] ?? this.log.length)];
    if (type === "ping") return [{ type: "pong", heads: { [ROOM]: this.log.length } }];
    if (type === "sync") return [this.page(frame, frame.after, Math.min(this.log.length, frame.after + frame.limit))];
    if (type === "older") return [this.page(frame, Math.max(0, frame.before - 1 - frame.limit), frame.before - 1)];
    const { event, duplicate } = this.post(author, frame.client_id);
    const ack = { re: frame.id, client_id: frame.client_id, room: ROOM, seq: event.seq, hash: event.hash, duplicate };
    return [{ type: "ack", ...ack }];
  }

  since(cursor) {
    const events = this.log.slice(cursor);
    return events.length ? [{ type: "events", room: ROOM, events }] : [];
  }

  page({ id, type }, from, to) {
    const more = type === "sync" ? to < this.log.length : from > 0;
    return { type: "events", room: ROOM, events: this.log.slice(from, to), re: id, more };
  }
}
