/** What the palette offers, as data. Pure: the server's answer and the page's actions in, sections of options out. */

import { fill, gettext } from "../../../base/js/i18n.js";

/** Sections of options; empty ones are left out. An option has `kind`, `name` and `url`, `act` or, of a person, `id`. */
export function offer({ typed, answer, actions }) {
  const words = typed.trim();
  const search = words && { kind: "search", name: fill(gettext("Search all messages for “%(words)s”"), { words }), url: `/search/?q=${encodeURIComponent(words)}` };
  const people = answer.people.map((person) => ({ kind: "person", ...person }));
  const found = new Set(people.map(({ id }) => id)); // whose conversation opens by their name
  const conversations = answer.rooms.filter(({ kind, person }) => kind === "direct" && !found.has(person));
  return [
    { name: gettext("Rooms"), options: answer.rooms.filter(({ kind }) => kind === "room") },
    { name: gettext("People"), options: [...people, ...conversations] },
    { name: gettext("Messages"), options: answer.messages.map(describe) },
    { name: gettext("Actions"), options: actions.filter(({ name }) => fits(name, words)).map((action) => ({ kind: "action", ...action })) },
    { name: gettext("Search"), options: search ? [search] : [] },
  ].filter(({ options }) => options.length);
}

/** The place that the arrow keys lead to, round and round; −1 while there is nothing. */
export function step(place, count, key) {
  if (!count) return -1;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  if (key === "ArrowDown") return (place + 1) % count;
  if (key === "ArrowUp") return (Math.max(place, 0) - 1 + count) % count;
  return place;
}

/** Whether each of the words begins a word of the name. */
export function fits(name, typed) {
  const words = fold(name).split(/\s+/);
  return fold(typed).split(/\s+/).every((part) => words.some((word) => word.startsWith(part)));
}

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();

function describe({ pieces, author, room, time, url }) {
  return { kind: "message", name: pieces.map(({ text }) => text).join(""), pieces, author: author.name, room, time, url };
}
