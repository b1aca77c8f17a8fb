import assert from "node:assert/strict";
import { test } from "node:test";

import { checkBody, commitBody } from "../../../static/ledger/js/bodies.js";
import { concat, toHex, utf8 } from "../../../static/ledger/js/bytes.js";
import { sha256 } from "../../../static/ledger/js/hashing.js";
import { KIND_BYTES } from "../../../static/ledger/js/records.js";
import { bytes, GOLDEN, refused } from "./golden.js";

const HEX = "ab".repeat(32);
const FILE = { name: "a.png", type: "image/png", size: 3, commitment: HEX };
const ROOM = { name: "World", topic: "", access: "open" };
const MEMBER = { member: "0".repeat(32) };
const GOOD = {
  post: { text: "hello" },
  edit: { text: "" },
  delete: null,
  react: { emoji: "👍" },
  unreact: { emoji: "👍" },
  erase: { reason: "asked for" },
  "room.create": ROOM,
  "room.update": ROOM,
  "member.join": MEMBER,
  "member.leave": MEMBER,
  "member.remove": MEMBER,
  "key.add": { public: `${"A".repeat(43)}=`, label: "phone" },
  "key.revoke": { device: HEX, reason: "lost" },
};
const WRONG = [null, 1, true, ["a"], {}, undefined];

test("the golden bodies open their commitments", async () => {
  for (const { body, salt, record } of GOLDEN.messages) {
    checkBody(record.statement.kind, body);
    if (body) assert.equal(toHex(await commitBody(bytes(salt), body)), record.statement.body);
  }
});

test("every kind takes exactly its keys, each of its type", () => {
  assert.deepEqual(Object.keys(GOOD).sort(), [...KIND_BYTES.keys()].sort());
  for (const [kind, good] of Object.entries(GOOD)) {
    checkBody(kind, good);
    const wrong = [{ ...good, more: "a" }, "text", [good], 1, undefined, good ? null : {}];
    for (const key of Object.keys(good ?? {})) {
      const { [key]: _, ...rest } = good;
      wrong.push(rest, ...WRONG.map((value) => ({ ...good, [key]: value })));
    }
    for (const body of wrong) {
      assert.throws(() => checkBody(kind, body), refused("bad_body"), `${kind} ${JSON.stringify(body)}`);
    }
  }
  for (const kind of ["", "Post", "genesis", "toString", "__proto__"]) {
    assert.throws(() => checkBody(kind, null), refused("bad_body"));
  }
});

test("files are exact, and only messages have them", () => {
  checkBody("post", { text: "", files: [FILE] });
  checkBody("edit", { text: "", files: [FILE, { ...FILE, size: 0 }] });
  const wrong = [null, [], {}, "a", [null], [{}], [FILE, {}], [{ ...FILE, more: 1 }]];
  wrong.push([{ ...FILE, commitment: "AB".repeat(32) }]);
  for (const size of [-1, 2 ** 53, 0.5, -0]) wrong.push([{ ...FILE, size }]);
  for (const files of wrong) assert.throws(() => checkBody("post", { text: "", files }), refused("bad_body"));
  assert.throws(() => checkBody("react", { emoji: "👍", files: [FILE] }), refused("bad_body"));
});

test("a commitment is the formula of the spec", async () => {
  const salt = Uint8Array.from({ length: 32 }, (_, i) => i);
  assert.deepEqual(await commitBody(salt, {}), await sha256(concat(utf8("connect-body/v1\n"), salt, utf8("{}"))));
  await assert.rejects(commitBody(salt.slice(1), {}), refused("bad_body"));
});
