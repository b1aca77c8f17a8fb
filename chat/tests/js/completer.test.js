/** The list beside a field, without a document: what it asks, and what it does with keys. */

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

class Node extends EventTarget {
  children = [];
  setAttribute() {}
  removeAttribute() {}
  scrollIntoView() {}
  append() {}
  replaceChildren(...children) {
    this.children = children;
  }
}

globalThis.document = { createElement: () => new Node(), documentElement: { lang: "en" } };
const { Completer } = await import("../../../static/chat/js/completer.js");

const BOB = { username: "bob", name: "Bob", avatar: "/avatars/b" };
let people;
let field;
let completer;

beforeEach(() => {
  people = [];
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  globalThis.fetch = async () => ({ ok: true, json: async () => ({ people }) });
  field = Object.assign(new Node(), { value: "", setSelectionRange: (at) => (field.selectionStart = at) });
  completer = new Completer({ field, list: Object.assign(new Node(), { id: "list", hidden: true }), people: "/people" });
});

async function type(text) {
  Object.assign(field, { value: text, selectionStart: text.length });
  field.dispatchEvent(new Event("input"));
  mock.timers.tick(200);
  await new Promise(setImmediate);
}

const press = (key) => completer.key(Object.assign(new Event("keydown", { cancelable: true }), { key }));

test("whoever has come into the room meanwhile is found, though nobody was before", async () => {
  await type("@bo");
  assert.equal(completer.isOpen, false);
  await type("");
  people = [BOB];
  await type("@bo");
  assert.equal(press("Enter"), true);
  assert.equal(field.value, "@bob ");
});

test("where the caret has left what was begun, Enter is not the list's", async () => {
  people = [BOB];
  await type("hello @bo");
  assert.equal(completer.isOpen, true);
  field.selectionStart = 2;
  assert.equal(press("Enter"), false);
  assert.deepEqual([completer.isOpen, field.value], [false, "hello @bo"]);
});
