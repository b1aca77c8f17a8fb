import assert from "node:assert/strict";
import { test } from "node:test";

import { fits, offer, step } from "../../../static/chat/js/palette/options.js";

const NOTHING = { rooms: [], people: [], messages: [], problem: null };
const ACTIONS = [{ name: "Your settings", act: 1 }, { name: "The chain", act: 2 }];

test("nothing typed offers rooms and actions, and no search for nothing", () => {
  const answer = { ...NOTHING, rooms: [{ kind: "room", name: "World", url: "/rooms/world/" }] };
  const sections = offer({ typed: "  ", answer, actions: ACTIONS });
  assert.deepEqual(sections.map(({ name }) => name), ["Rooms", "Actions"]);
  assert.deepEqual(sections[0].options, [{ kind: "room", name: "World", url: "/rooms/world/" }]);
  assert.equal(sections[1].options.length, 2);
});

test("a conversation is among the people, once", () => {
  const rooms = ["anna", "bert"].map((person) => ({ kind: "direct", name: person, url: `/rooms/${person}/`, person }));
  const sections = offer({ typed: "a", answer: { ...NOTHING, rooms, people: [{ id: "anna", name: "anna" }] }, actions: [] });
  assert.deepEqual(sections.map(({ name }) => name), ["People", "Search"]);
  assert.deepEqual(sections[0].options.map(({ kind, name }) => [kind, name]), [["person", "anna"], ["direct", "bert"]]);
});

test("whatever is typed can be searched for, literally", () => {
  const [section] = offer({ typed: ' a&b "c" ', answer: NOTHING, actions: ACTIONS });
  assert.deepEqual(section.options, [
    { kind: "search", name: 'Search all messages for “a&b "c"”', url: "/search/?q=a%26b%20%22c%22" },
  ]);
});

test("messages keep their marked pieces", () => {
  const pieces = [{ text: "a ", hit: false }, { text: "b", hit: true }];
  const message = { pieces, author: { name: "Bob" }, room: "World", time: "2026-11-25T10:00:00+00:00", url: "/x" };
  const [section] = offer({ typed: "b", answer: { ...NOTHING, messages: [message] }, actions: [] });
  assert.equal(section.options[0].name, "a b");
  assert.equal(section.options[0].pieces, pieces);
});

test("actions are found by the beginnings of their words, without case and accents", () => {
  assert.ok(fits("Your settings", "set"));
  assert.ok(fits("Your settings", "SET you"));
  assert.ok(fits("Réglages", "reg"));
  assert.ok(!fits("Your settings", "tings"));
});

test("arrows go round, Home and End to the ends, and nowhere where there is nothing", () => {
  assert.equal(step(0, 3, "ArrowDown"), 1);
  assert.equal(step(2, 3, "ArrowDown"), 0);
  assert.equal(step(0, 3, "ArrowUp"), 2);
  assert.equal(step(-1, 3, "ArrowUp"), 2);
  assert.equal(step(1, 3, "Home"), 0);
  assert.equal(step(1, 3, "End"), 2);
  assert.equal(step(-1, 0, "ArrowDown"), -1);
});
