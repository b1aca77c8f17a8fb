/** Emoji, completion and word diffs. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { complete, completionAt } from "../../../static/chat/js/completion.js";
import { diffWords } from "../../../static/chat/js/diff.js";
import { EMOJI, named, readEmoji, replaceNames, search } from "../../../static/chat/js/emoji.js";
import { seeded } from "./random.js";

test("every emoji and every name is there once, and names can be typed", () => {
  assert.ok(EMOJI.length >= 150, `${EMOJI.length}`);
  for (const key of ["emoji", "name"]) assert.equal(new Set(EMOJI.map((each) => each[key])).size, EMOJI.length);
  for (const { name } of EMOJI) assert.match(name, /^[a-z0-9_+-]+$/);
});

test("a search finds by the beginning of a name first, then by other words", () => {
  assert.equal(search("thumb")[0].name, "thumbsup");
  assert.equal(search("celebrate")[0].emoji, "🎉");
  assert.equal(search("heart eyes")[0].emoji, "😍");
  assert.deepEqual(search("zzzz"), []);
  assert.equal(search("", 5).length, 5);
});

test("German calls every emoji something else, finds it by that too, and writes it by the same name", () => {
  const german = readEmoji("de");
  assert.deepEqual(german.map(({ name }) => name), EMOJI.map(({ name }) => name));
  const spoken = german.map((each) => each.spoken);
  assert.equal(new Set(spoken).size, spoken.length);
  const same = german.filter(({ name, spoken: said }) => said === name.replaceAll("_", " ")).map(({ name }) => name);
  assert.deepEqual(same, ["neutral", "pizza", "plus", "minus"]);
  for (const wanted of ["schlüssel", "Schlü", "key"]) assert.equal(search(wanted, 1, german)[0].emoji, "🔑", wanted);
  assert.equal(german.find(({ emoji }) => emoji === "👍").spoken, "daumen hoch");
  assert.equal(readEmoji("fr")[0].spoken, "thumbsup");
});

test("names between colons become emoji, but not in code and not where nobody has the name", () => {
  assert.equal(replaceNames("done :tada: :TADA:"), "done 🎉 🎉");
  assert.equal(replaceNames("`:tada:` ```\n:tada:\n``` :nothing: 12:30:45"), "`:tada:` ```\n:tada:\n``` :nothing: 12:30:45");
  assert.equal(named("heart"), "❤️");
});

test("what can be completed stands right before the caret, outside code", () => {
  const at = (text) => completionAt(text, text.length);
  assert.deepEqual(at("hello @bo"), { kind: "person", query: "bo", start: 6 });
  assert.deepEqual(at("@"), { kind: "person", query: "", start: 0 });
  assert.deepEqual(at("an @Zoë"), { kind: "person", query: "Zoë", start: 3 });
  assert.deepEqual(at("@王"), { kind: "person", query: "王", start: 0 });
  assert.deepEqual(at("nice :tad"), { kind: "emoji", query: "tad", start: 5 });
  for (const none of ["me@bo", "12:30", "`@bo", "```\n@bo", ":t", "hello", "http://x", "a :tada b"]) assert.equal(at(none), null, none);
  assert.deepEqual(at("`code` @bo")?.query, "bo");
  assert.equal(completionAt("@bob", 2).query, "b");
});

test("a choice takes the place of what was begun and leaves the caret behind it", () => {
  const begun = completionAt("hello @bo there", 9);
  assert.deepEqual(complete("hello @bo there", 9, begun, "@bob"), { text: "hello @bob there", caret: 11 });
});

test("a diff tells words apart, and its parts give back both texts", () => {
  assert.deepEqual(diffWords("see you at four", "see you at five o'clock").map(({ kind, text }) => `${kind}:${text}`), [
    "same:see you at ",
    "removed:four",
    "added:five o'clock",
  ]);
  assert.deepEqual(diffWords("same", "same"), [{ kind: "same", text: "same" }]);
  const random = seeded(3);
  const sentence = () => Array.from({ length: random.below(12) }, () => random.pick(["a", "b", "ö", " ", "\n", "👍", "."])).join("");
  for (let run = 0; run < 300; run += 1) {
    const [before, after] = [sentence(), sentence()];
    const parts = diffWords(before, after);
    const without = (kind) => parts.filter((part) => part.kind !== kind).map(({ text }) => text).join("");
    assert.deepEqual([without("added"), without("removed")], [before, after]);
  }
  assert.ok(diffWords("x y ".repeat(2000), "y x ".repeat(2000)).length > 0);
});
