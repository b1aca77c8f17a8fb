/** Ctrl-K: a field that jumps to rooms and people, finds messages and does what the page can do. `?` opens the sheet. */

import { gettext, ngettext, fill } from "../../../base/js/i18n.js";
import { offer, step } from "./options.js";
import { draw } from "./view.js";

const PAUSE_MS = 120;
const SLOW_MS = 1_000;
const NOTHING = { rooms: [], people: [], messages: [], problem: null };

const find = (name) => document.querySelector(`[data-palette-${name}]`);
const dialog = find("dialog");
const field = find("field");
const list = find("list");
const status = find("status");
const sheet = document.querySelector("[data-shortcuts]");

let options = [];
let place = -1;
let asking = null;
let pause = 0;
let slow = 0;
let token = ""; // came with the answer: a page that anybody may be shown holds none
let shownFor = null; // what was typed when the options were found
let isDue = false; // Enter was faster than the answer

function open() {
  if (dialog.open) return field.select();
  document.querySelectorAll("dialog:modal").forEach((other) => other.close());
  dialog.showModal();
  field.value = "";
  shownFor = null;
  isDue = false;
  field.focus();
  ask();
}

/** Asks the server for what is typed; whatever was asked before no longer counts. */
async function ask() {
  asking?.abort();
  asking = new AbortController();
  const typed = field.value;
  clearTimeout(slow);
  slow = setTimeout(() => say(gettext("Searching…")), SLOW_MS);
  try {
    const response = await fetch(`/search/suggest/?q=${encodeURIComponent(typed)}`, { signal: asking.signal, redirect: "error" });
    if (!response.ok) throw new Error(response.statusText);
    show(typed, await response.json());
  } catch (error) {
    if (error.name !== "AbortError") show(typed, { ...NOTHING, problem: gettext("The server cannot be reached.") });
  }
}

function show(typed, answer) {
  clearTimeout(slow);
  token = answer.token ?? token;
  const sections = offer({ typed, answer, actions: actions() });
  options = sections.flatMap((section) => section.options);
  draw(list, sections);
  list.scrollTop = 0;
  choose(options.length ? 0 : -1);
  shownFor = typed;
  const count = fill(ngettext("%(count)s entry", "%(count)s entries", options.length), { count: options.length });
  say(answer.problem ?? (options.length ? count : gettext("Nothing found")), { isSeen: Boolean(answer.problem) || options.length === 0 });
  if (isDue) enter();
}

function say(words, { isSeen = true } = {}) {
  status.textContent = words;
  status.classList.toggle("hidden-visually", !isSeen);
}

/** What the page lets one do: links and buttons that the server wrote, for this person, in their language. */
function actions() {
  return [...document.querySelectorAll("[data-palette-actions] > *")].map((node) => ({ name: node.textContent.trim(), act: node }));
}

function choose(index) {
  const nodes = list.querySelectorAll("[role=option]");
  nodes[place]?.setAttribute("aria-selected", "false");
  place = index;
  const node = nodes[place];
  node?.setAttribute("aria-selected", "true");
  node?.scrollIntoView({ block: "nearest" });
  if (node) field.setAttribute("aria-activedescendant", node.id);
  else field.removeAttribute("aria-activedescendant");
}

function carryOut(option) {
  dialog.close();
  if (option.kind === "person") return converse(option);
  if (option.url) return location.assign(option.url);
  return (option.act.dataset.clicks ? document.querySelector(option.act.dataset.clicks) : option.act).click();
}

/** Opens the conversation with somebody, which is there already or begins by it. */
function converse({ id }) {
  const form = Object.assign(document.createElement("form"), { method: "post", action: "/direct/new/", hidden: true });
  for (const [name, value] of [["csrfmiddlewaretoken", token], ["person", id]]) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(form);
  form.submit();
}

/** Never what was offered for other words: where they are still asked about, the answer decides. */
function enter() {
  isDue = field.value !== shownFor;
  if (!isDue && options[place]) carryOut(options[place]);
}

function openSheet() {
  if (!sheet.open) sheet.showModal();
}

const isTyping = (node) => node.closest("input, textarea, select, [contenteditable]") !== null;

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
    event.preventDefault();
    open();
  } else if (event.key === "?" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)) {
    event.preventDefault();
    openSheet();
  }
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-palette-open], [data-shortcuts-open]");
  if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (opener.matches("[data-palette-open]")) open();
  else openSheet();
});

field.addEventListener("input", () => {
  isDue = false;
  clearTimeout(pause);
  pause = setTimeout(ask, PAUSE_MS);
});

field.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key === "Enter") {
    event.preventDefault();
    enter();
  } else if (["ArrowDown", "ArrowUp"].includes(event.key) || (event.ctrlKey && ["Home", "End"].includes(event.key))) {
    event.preventDefault();
    choose(step(place, options.length, event.key));
  }
});

list.addEventListener("click", (event) => {
  const node = event.target.closest("[role=option]");
  if (node) carryOut(options[[...list.querySelectorAll("[role=option]")].indexOf(node)]);
});

for (const each of [dialog, sheet]) {
  // A click on the backdrop is a click on the dialog itself.
  each.addEventListener("click", (event) => event.target === each && each.close());
}
dialog.addEventListener("close", () => {
  clearTimeout(pause);
  clearTimeout(slow);
  asking?.abort();
  list.replaceChildren();
});
