import assert from "node:assert/strict";
import { test } from "node:test";

import { ago } from "../../../static/ledger/js/explorer/ago.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

test("how long ago is told in the largest unit that fits", () => {
  const now = 1_700_000_000_000;
  for (const [passed, words] of [
    [0, "just now"],
    [2 * SECOND, "2 seconds ago"],
    [59 * SECOND, "59 seconds ago"],
    [MINUTE, "1 minute ago"],
    [59 * MINUTE + 59 * SECOND, "59 minutes ago"],
    [60 * MINUTE, "1 hour ago"],
    [47 * 60 * MINUTE, "1 day ago"],
    [48 * 60 * MINUTE, "2 days ago"],
  ]) {
    assert.equal(ago(now - passed, now), words);
  }
});

test("a block from a clock ahead of this one is just now, not in the future", () => {
  assert.equal(ago(5000, 0), "just now");
});
