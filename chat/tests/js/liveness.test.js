import assert from "node:assert/strict";
import { test } from "node:test";

import { present } from "../../../static/chat/js/presence.js";
import { stopped, typed, typingWords } from "../../../static/chat/js/typing.js";

const ada = { user: "a", name: "Ada", ttl_ms: 5000 };
const bob = { user: "b", name: "Bob", ttl_ms: 5000 };

test("who types is named until the time is over or their message comes", () => {
  let writers = typed(typed({}, ada, 0), bob, 1000);
  assert.equal(typingWords(writers), "Ada and Bob are typing…");
  writers = stopped(writers, [], 5000);
  assert.equal(typingWords(writers), "Bob is typing…");
  assert.equal(typingWords(stopped(writers, ["b"], 5001)), "");
  assert.equal(typingWords(stopped(writers, [], 6000)), "");
});

test("more than two are several", () => {
  const writers = [ada, bob, { user: "c", name: "Cy", ttl_ms: 1 }].reduce((all, one) => typed(all, one, 0), {});
  assert.equal(typingWords(writers), "Several people are typing…");
});

test("a welcome starts anew, a presence frame changes one person, offline forgets them", () => {
  let states = present({ x: "online" }, { type: "welcome", presence: { a: "online" } });
  assert.deepEqual(states, { a: "online" });
  states = present(states, { type: "presence", user: "b", state: "idle" });
  assert.deepEqual(states, { a: "online", b: "idle" });
  assert.deepEqual(present(states, { type: "presence", user: "a", state: "offline" }), { b: "idle" });
  assert.equal(present(states, { type: "events" }), states);
  assert.deepEqual(present(states, { type: "welcome" }), {});
});
