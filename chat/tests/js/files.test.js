/** What a page shows of a message's files. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { lookUp, wipe } from "../../../static/chat/js/erasure.js";
import { meansFiles } from "../../../static/chat/js/files/attaching.js";
import { filesOf, fit, isBare, namesOf, sizeWords } from "../../../static/chat/js/files/shown.js";
import { makeEvent } from "./model_server.js";

const NAMED = [
  { name: "a.png", type: "image/png", size: 1_234_567, commitment: "00" },
  { name: "b.txt", type: "text/plain", size: 12, commitment: "01" },
];
const FOUND = [
  { id: "1", url: "/files/1/a.png", thumb: "/thumbnails/1", width: 2000, height: 1000, salt: "00" },
  { id: "2", url: "/files/2/b.txt", thumb: null, width: null, height: null, salt: "00" },
];
const event = (rest = {}) => makeEvent(1, { body: { text: "look", files: NAMED }, attachments: FOUND, ...rest });

test("sizes are told as disks count", () => {
  assert.deepEqual([0, 999, 1000, 1_499, 999_499, 999_500, 1_234_567, 25_000_000].map(sizeWords), [
    "0 bytes", "999 bytes", "1 kB", "1 kB", "999 kB", "1 MB", "1.2 MB", "25 MB",
  ]);
});

test("a preview has its place before it is there", () => {
  assert.deepEqual(fit({ width: 2000, height: 1000 }), { width: 360, height: 180 });
  assert.deepEqual(fit({ width: 1000, height: 2000 }), { width: 140, height: 280 });
  assert.deepEqual(fit({ width: 30, height: 20 }), { width: 30, height: 20 });
  assert.deepEqual(fit({ width: 60_000, height: 1 }), { width: 360, height: 1 });
});

test("pictures are previews, everything else is a card", () => {
  assert.deepEqual(filesOf({ event: event() }), [
    { name: "a.png", about: "1.2 MB", url: "/files/1/a.png", thumb: "/thumbnails/1", width: 360, height: 180 },
    { name: "b.txt", about: "12 bytes", url: "/files/2/b.txt", thumb: null },
  ]);
});

test("contents that are lost are told so", () => {
  const [file] = filesOf({ event: event({ attachments: [null, FOUND[1]] }) });
  assert.deepEqual(file, { name: "a.png", about: "No longer available", url: null, thumb: null });
});

test("a message shows no files without any, once deleted and once erased", () => {
  const erased = wipe(event(), lookUp([event().hash]));
  assert.equal("attachments" in erased, false);
  for (const each of [makeEvent(1), event({ deleted: true }), erased]) assert.deepEqual(filesOf({ event: each }), []);
});

test("a text that only names the files is not told twice", () => {
  const bare = event({ body: { text: namesOf(NAMED), files: NAMED } });
  const shows = (row) => isBare(row, filesOf(row));
  assert.equal(shows({ event: bare }), true);
  assert.equal(shows({ event: event() }), false);
  assert.equal(shows({ event: { ...bare, edited: { text: "x" } } }), false);
  assert.equal(shows({ event: makeEvent(1, { body: { text: "" } }) }), false);
  const files = NAMED.map((named, place) => ({ ...named, ...FOUND[place] }));
  assert.equal(shows({ item: { frame: { text: "a.png, b.txt" }, files } }), true);
  assert.equal(shows({ item: { frame: { text: "x" } } }), false);
});

test("a copied file is pasted although its name comes beside it; of a document's words and their picture the words are", () => {
  const clipboard = (words, ...names) => ({ files: names.map((name) => ({ name })), getData: () => words });
  assert.equal(meansFiles(clipboard("", "image.png")), true);
  assert.equal(meansFiles(clipboard("plan.pdf", "plan.pdf")), true);
  assert.equal(meansFiles(clipboard("a.txt\rZoe\u0308.txt", "a.txt", "Zo\u00eb.txt")), true);
  assert.equal(meansFiles(clipboard("Quarterly numbers", "image.png")), false);
  assert.equal(meansFiles(clipboard("plan.pdf")), false);
});
