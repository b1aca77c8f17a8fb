import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { mentionsMe } from "../../../static/chat/js/mentions.js";
import { isQuiet, isWanted } from "../../../static/chat/js/notices.js";
import { present } from "../../../static/chat/js/presence.js";
import { Typing, stopped, typed, typingWords } from "../../../static/chat/js/typing.js";

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

test("nobody goes on typing because the clock was set back", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let [clock, passed] = [7_200_000, 0];
  mock.method(Date, "now", () => clock);
  mock.method(performance, "now", () => passed);
  const line = { textContent: "" };
  const typing = new Typing({ room: "r", text: new EventTarget(), line, tell: () => true });
  typing.hear({ type: "typing", room: "r", ...ada });
  assert.equal(line.textContent, "Ada is typing…");
  [clock, passed] = [3_600_000, 5_001];
  typing.hear({ type: "events", room: "r", events: [] });
  assert.equal(line.textContent, "");
  mock.timers.reset();
  mock.restoreAll();
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

test("a mention counts where the server has marked one of me or of the room, not where code or others stand", () => {
  const html = (name) => `<p>hello <span class="mention">@${name}</span></p>`;
  assert.ok(mentionsMe(html("Ada"), { username: "ada" }));
  assert.ok(mentionsMe(html("room"), { username: "ada" }));
  assert.ok(!mentionsMe(html("adam"), { username: "ada" }));
  assert.ok(!mentionsMe("<code>@ada</code>", { username: "ada" }));
  assert.ok(!mentionsMe(null, { username: "ada" }));
});

test("quiet hours may span midnight", () => {
  const night = { from: "22:00", until: "07:00" };
  for (const clock of ["22:00", "23:59", "00:00", "06:59"]) assert.ok(isQuiet(night, clock), clock);
  for (const clock of ["07:00", "12:00", "21:59"]) assert.ok(!isQuiet(night, clock), clock);
  assert.ok(isQuiet({ from: "12:00", until: "13:00" }, "12:30"));
  assert.ok(!isQuiet({ from: "12:00", until: "13:00" }, "13:00"));
  assert.ok(!isQuiet(null, "13:00"));
});

test("what a level lets through", () => {
  const me = { id: "me", username: "ada" };
  const post = { kind: "post", author: { id: "other" }, html: "<p>hi</p>" };
  const mention = { ...post, html: '<p><span class="mention">@ada</span></p>' };
  assert.deepEqual(["all", "mentions", "mute"].map((level) => isWanted(post, level, me)), [true, false, false]);
  assert.deepEqual(["all", "mentions", "mute"].map((level) => isWanted(mention, level, me)), [true, true, false]);
  for (const other of [{ ...post, author: me }, { ...post, kind: "edit" }, { ...post, erased: true }]) {
    assert.ok(!isWanted(other, "all", me));
  }
});
