/** What is asked for when the connection is back. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Missed } from "../../../static/chat/js/missed.js";
import { renameIn } from "../../../static/chat/js/naming.js";

const ADA = { id: "ada", name: "Ada" };
const WELCOME = { type: "welcome", me: ADA };
const PINS = { pinned: [{ seq: 3, hash: "a" }], may_pin: false, standing: { moderates: true, pins: false } };

/** A page whose log names these people, and a server that calls them otherwise. */
function page(names, server = {}) {
  let log = { events: names.map(([id, name], place) => ({ seq: place + 1, author: { id, name } })) };
  const [asked, told] = [[], []];
  const missed = new Missed({
    room: "tea",
    address: "/rooms/tea/",
    logs: () => [log],
    asks: async (address) => {
      asked.push(address);
      if (address.endsWith("pins/")) return server.pins ?? null;
      const ids = new URLSearchParams(address.split("?")[1]).getAll("id");
      return { people: ids.map((id) => ({ id, name: server.names?.[id] ?? "?" })) };
    },
    dispatch(frame) {
      told.push(frame);
      if (frame.type === "person") log = renameIn(log, frame.person);
    },
  });
  const welcome = async () => {
    missed.hear(WELCOME);
    await new Promise(setImmediate);
  };
  return { welcome, asked, told, names: () => log.events.map(({ author }) => author.name) };
}

test("the first welcome asks nothing, for the page tells it", async () => {
  const { welcome, asked } = page([["bob", "Bob"]]);
  await welcome();
  assert.deepEqual(asked, []);
});

test("the next one asks what is pinned, where one stands, and how those on the page are called", async () => {
  const { welcome, told, names } = page([["bob", "Bob"], ["cid", "Cid"], ["bob", "Bobby"]], { pins: PINS, names: { ada: "Ada L.", bob: "Bobby", cid: "Cid" } });
  await welcome();
  await welcome();
  assert.deepEqual(told.filter(({ type }) => type !== "person"), [
    { type: "pins", room: "tea", pinned: PINS.pinned },
    { type: "standing", room: "tea", moderates: true, pins: false },
  ]);
  assert.deepEqual(names(), ["Bobby", "Cid", "Bobby"]);
  assert.deepEqual(told.filter(({ type }) => type === "person").map(({ person }) => person.id), ["ada", "bob"]);
});

test("many people are asked for in several questions, each once", async () => {
  const many = Array.from({ length: 250 }, (_, place) => [`p${place % 240}`, "x"]);
  const { welcome, asked } = page(many);
  await welcome();
  await welcome();
  const ids = asked.slice(1).map((address) => new URLSearchParams(address.split("?")[1]).getAll("id"));
  assert.deepEqual(ids.map(({ length }) => length), [100, 100, 41]);
  assert.equal(new Set(ids.flat()).size, 241);
});
