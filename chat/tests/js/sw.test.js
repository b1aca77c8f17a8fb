/** The service worker in a world of its own: what is pushed, clicked, and read elsewhere. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";
import { createContext, runInContext } from "node:vm";

const CODE = readFileSync(new URL("../../../static/chat/sw.js", import.meta.url), "utf8");
const PUSHED = { title: "bob · World", body: "look", url: "/rooms/world/?at=7", tag: "ab-7" };

/** What browsers give a service worker, as far as ours asks for it. */
class Scope {
  handlers = {};
  shown = [];
  windows = [];
  opened = [];

  addEventListener(type, handler) {
    this.handlers[type] = handler;
  }
  skipWaiting() {}
  clients = {
    claim: async () => {},
    matchAll: async ({ includeUncontrolled = false }) => this.windows.filter(({ isControlled }) => isControlled || includeUncontrolled),
    openWindow: async (url) => void this.opened.push(url),
  };
  registration = {
    showNotification: async (title, options) => void this.shown.push(notification(this, title, options)),
    getNotifications: async () => [...this.shown],
  };

  async fire(type, event) {
    const waiting = [];
    this.handlers[type]({ ...event, waitUntil: (promise) => waiting.push(promise) });
    assert.ok(waiting.length, "the browser may stop a worker that it does not wait for");
    await Promise.all(waiting);
  }
  push = (data) => this.fire("push", { data: { json: () => data } });
}

function notification(scope, title, options) {
  const made = { title, ...options, close: () => (scope.shown = scope.shown.filter((each) => each !== made)) };
  return made;
}

function aWindow({ focused = false, visibilityState = "visible", isControlled = true } = {}) {
  const made = { focused, visibilityState, isControlled, went: [], focus: async () => (made.focused = true) };
  made.navigate = async (url) => void made.went.push(url);
  return made;
}

let scope;
beforeEach(() => {
  scope = new Scope();
  runInContext(CODE, createContext({ self: scope }));
});

test("what is pushed is shown, and leads to its message", async () => {
  await scope.push(PUSHED);
  const [{ title, body, tag, data }] = scope.shown;
  assert.deepEqual([title, body, tag, data.url], ["bob · World", "look", "ab-7", PUSHED.url]);
});

test("nothing is shown to who looks at the chat", async () => {
  scope.windows = [aWindow({ focused: true })];
  await scope.push(PUSHED);
  assert.equal(scope.shown.length, 0);
  scope.windows = [aWindow(), aWindow({ focused: true, visibilityState: "hidden" })];
  await scope.push(PUSHED);
  assert.equal(scope.shown.length, 1);
});

test("a click opens a window where there is none, and takes the one that is there", async () => {
  await scope.push(PUSHED);
  await scope.fire("notificationclick", { notification: scope.shown[0] });
  assert.deepEqual([scope.opened, scope.shown], [[PUSHED.url], []]);
  scope.windows = [aWindow()];
  await scope.push(PUSHED);
  await scope.fire("notificationclick", { notification: scope.shown[0] });
  assert.deepEqual([scope.opened.length, scope.windows[0].focused, scope.windows[0].went], [1, true, [PUSHED.url]]);
});

test("a window that was loaded past the worker cannot be led anywhere: a click opens another one", async () => {
  scope.windows = [aWindow({ isControlled: false })];
  await scope.push(PUSHED);
  await scope.fire("notificationclick", { notification: scope.shown[0] });
  assert.deepEqual(scope.opened, [PUSHED.url]);
});

test("what is read on another device goes, and nothing else", async () => {
  for (const tag of ["ab-7", "ab-9", "cd-3"]) await scope.push({ ...PUSHED, tag });
  await scope.fire("message", { data: { room: "ab", seq: 8 } });
  assert.deepEqual(scope.shown.map(({ tag }) => tag), ["ab-9", "cd-3"]);
});
