/** The switch for notifications on the page of settings, with a browser and a server that the test makes up. */

import assert from "node:assert/strict";
import { test } from "node:test";

const [button, words] = [new EventTarget(), new EventTarget()];
const box = { dataset: { push: "AAAA" }, querySelector: (selector) => (selector === "button" ? button : words) };
const places = { "[data-push]": box, "[name=csrfmiddlewaretoken]": { value: "token" }, "[name=time_zone]": { value: "Europe/Berlin" } };
const subscription = { endpoint: "https://push.test/1", toJSON: () => ({}), unsubscribe: async () => (isSubscribed = false) };
const worker = {
  unregister: async () => true,
  pushManager: { getSubscription: async () => (isSubscribed ? subscription : null), subscribe: async () => ((isSubscribed = true), subscription) },
};
let isSubscribed = false;
let answer;

globalThis.document = { querySelector: (selector) => places[selector], documentElement: { lang: "en" } };
globalThis.Notification = { permission: "granted", requestPermission: async () => "granted" };
const serviceWorker = { ready: worker, register: async () => worker, getRegistration: async () => (isSubscribed ? worker : undefined) };
Object.defineProperty(globalThis.navigator, "serviceWorker", { value: serviceWorker });
globalThis.fetch = async (_address, { redirect }) => answer(redirect);
await import("../../../static/chat/js/push.js");

async function click() {
  button.dispatchEvent(new Event("click"));
  do await new Promise(setImmediate);
  while (button.disabled);
}

const loggedOut = async (redirect) => {
  if (redirect === "error") throw new TypeError("Failed to fetch");
  return { ok: true, json: async () => JSON.parse("<!doctype html>") }; // the page to log in on
};

test("whoever has been logged out meanwhile is not told that the server pushes to them", async () => {
  await new Promise(setImmediate);
  answer = loggedOut;
  await click();
  assert.match(words.textContent, /^On while the chat is open\. .*Failed to fetch$/);
  answer = async () => ({ ok: true });
  await click(); // off
  await click();
  assert.equal(words.textContent, "On, also while the chat is closed.");
});

test("what is switched off is off, whether the server hears of it or not", async () => {
  answer = async () => {
    throw new TypeError("Failed to fetch");
  };
  await click();
  assert.deepEqual([isSubscribed, button.textContent, words.textContent], [false, "Switch on", "Off in this browser."]);
});
