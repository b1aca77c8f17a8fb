/** What a page says when a device gives no passkey. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { isSupported, problemOf } from "../../../static/account/js/passkey.js";

const named = (name) => Object.assign(new Error("in the browser's words"), { name });

test("every refusal of a device has words that say what to do", () => {
  const names = ["NotAllowedError", "InvalidStateError", "SecurityError", "NotSupportedError", "TypeError"];
  const words = names.map((name) => problemOf(named(name)));
  assert.equal(new Set(words).size, names.length);
  assert.ok(words.every((text) => text && !text.includes("in the browser's words")));
  assert.equal(problemOf(undefined), words.at(-1));
});

test("a browser without JSON for passkeys is told apart", () => {
  const whole = { parseCreationOptionsFromJSON() {}, parseRequestOptionsFromJSON() {} };
  assert.equal(isSupported({ PublicKeyCredential: whole }), true);
  assert.equal(isSupported({ PublicKeyCredential: { parseRequestOptionsFromJSON() {} } }), false);
  assert.equal(isSupported({}), false);
});
