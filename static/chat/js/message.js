/** Fills the places of one row's node. Text goes in as text; the only HTML is the `html` that the server has sanitised. */

import { fill, gettext, grouped } from "../../base/js/i18n.js";
import { fillFiles } from "./files/view.js";
import { blockName, dayName, fullTime, timeParts } from "./format.js";
import { element } from "./element.js";
import { nameOf } from "./emoji.js";
import { reason } from "./reasons.js";

const ERASED = gettext("This message was erased.");
const DELETED = gettext("This message was deleted by its author.");
const QUOTE_DELETED = gettext("This message was deleted.");
const NAMES_SHOWN = 20;
/** A few emoji and no word: shown large. The same as in chat/templatetags/timeline.py. */
export const EMOJI_ALONE = /^[\s\u200d\u231a\u231b\u23e9-\u23fa\u2600-\u27bf\u2b50\u2b55\ufe0f\u{1f000}-\u{1faff}]{1,24}$/u;
const STATE_NAMES = {
  sending: gettext("Sending"),
  recorded: gettext("Recorded, not yet in a block"),
  failed: gettext("Not sent"),
};

export function fillRow(node, row, me, blocks) {
  if (row.kind === "day") fillDay(node, row);
  else if (row.kind === "note") place(node, "note").textContent = row.text;
  else if (row.kind === "notes") fillNotes(node, row);
  else if (row.kind === "message") fillMessage(node, row, me, blocks);
}

export function fillDay(node, { dayMs }) {
  const time = place(node, "day");
  time.textContent = dayName(dayMs);
  time.dateTime = new Date(dayMs).toISOString().slice(0, 10);
}

function fillNotes(node, { text, lines }) {
  place(node, "note").textContent = text;
  place(node, "notes").textContent = lines;
}

function fillMessage(node, row, me, blocks) {
  node.classList.toggle("message--first", row.first);
  node.classList.toggle("message--newest-mine", row.newestMine);
  node.classList.toggle("message--failed", row.state === "failed");
  node.id = row.event ? `m${row.event.seq}` : "";
  place(node, "author").textContent = row.author.name;
  if (place(node, "avatar").getAttribute("src") !== row.author.avatar) place(node, "avatar").src = row.author.avatar;
  fillTime(place(node, "time"), row.timeMs);
  fillGlyph(place(node, "glyph"), row);
  fillQuote(place(node, "quote"), row.event ? row.event.reply : row.item.quote);
  fillBody(node, row, me);
  fillFiles(node, row);
  place(node, "edited").hidden = !row.event?.edited;
  fillReactions(place(node, "reactions"), row, me);
  fillNotch(place(node, "notch"), row, blocks);
  place(node, "fault").hidden = !row.item?.fault;
  place(node, "fault-text").textContent = row.item?.fault ? reason(row.item.fault) : "";
}

export function fillTime(node, ms) {
  const { clock, period } = timeParts(ms);
  node.replaceChildren(clock, element("span", "message__period", period));
  node.dateTime = new Date(ms).toISOString();
  node.title = fullTime(ms);
}

function fillGlyph(node, { state, block }) {
  node.setAttribute("class", `glyph glyph--${state}`);
  node.setAttribute("aria-label", block === null ? STATE_NAMES[state] : fill(gettext("Sealed in block %(height)s"), { height: grouped(block) }));
  const use = node.querySelector("use");
  const [sheet] = use.getAttribute("href").split("#");
  use.setAttribute("href", `${sheet}#${state}`);
}

function fillQuote(node, quote) {
  node.hidden = !quote;
  if (!quote) return;
  node.setAttribute("href", `#m${quote.seq}`);
  place(node, "quote-author").textContent = quote.author?.name ?? quote.author;
  place(node, "quote-text").textContent = quote.text ?? (quote.deleted ? QUOTE_DELETED : ERASED);
  place(node, "quote-changed").hidden = !quote.changed || quote.text === null;
}

/** Nodes of the first paint already hold their body: it is not put in again, so that a selection survives. */
function fillBody(node, { event, item }, me) {
  const body = place(node, "body");
  const version = event ? versionOf(event) : item.clientId;
  node.dataset.hash = event?.hash ?? "";
  if (node.dataset.version !== version) {
    node.dataset.version = version;
    if (!event) body.replaceChildren(element("p", "message__echo", item.frame.text));
    else if (event.erased) body.replaceChildren(element("p", "muted", ERASED));
    else if (event.deleted) body.replaceChildren(element("p", "muted", DELETED));
    else if (event.edited && event.edited.html === null) body.replaceChildren(element("p", "message__echo", event.edited.text));
    else body.innerHTML = (event.edited ?? event).html ?? "";
  }
  const isGone = event?.erased || event?.deleted;
  const words = event ? (event.edited ?? event.body)?.text : item.frame.text;
  body.classList.toggle("message__body--large", !isGone && EMOJI_ALONE.test(words ?? ""));
  const mine = [`@${me.username.toLowerCase()}`, "@room"];
  for (const mention of body.querySelectorAll(".mention")) mention.classList.toggle("mention--me", mine.includes(mention.textContent.toLowerCase()));
  // What scrolls sideways must be within reach of the keyboard.
  for (const wide of body.querySelectorAll("pre, table")) wide.tabIndex = 0;
}

/** The same as in chat/templatetags/timeline.py. An edit on its way has no hash yet. */
function versionOf({ hash, edited, deleted, erased }) {
  const gone = erased ? " erased" : deleted ? " deleted" : "";
  return `${edited ? (edited.hash ?? `sending ${edited.text}`) : hash}${gone}`;
}

/** A toggle for each emoji, with who in its name; what is the same stays, so that the focus does. */
function fillReactions(node, { event, isGone }, me) {
  const reactions = (!isGone && event?.reactions) || [];
  const buttons = new Map([...node.querySelectorAll("button")].map((button) => [button.dataset.emoji, button]));
  const wanted = reactions.map(({ emoji, by }) => {
    const button = buttons.get(emoji) ?? newReaction(emoji);
    const who = by.slice(0, NAMES_SHOWN).map(({ name }) => name).join(", ");
    const more = by.length > NAMES_SHOWN ? fill(gettext(" and %(count)s more"), { count: by.length - NAMES_SHOWN }) : "";
    button.querySelector(".reaction__count").textContent = grouped(by.length);
    button.setAttribute("aria-pressed", String(by.some(({ id }) => id === me.id)));
    button.title = `${who}${more}`;
    button.setAttribute("aria-label", fill(gettext("%(emoji)s %(count)s: %(who)s"), { emoji: nameOf(emoji), count: by.length, who: `${who}${more}` }));
    return button;
  });
  const same = node.childElementCount === wanted.length && wanted.every((button, i) => node.children[i] === button);
  if (!same) node.replaceChildren(...wanted);
}

function newReaction(emoji) {
  const button = element("button", "reaction", emoji, element("span", "reaction__count"));
  button.type = "button";
  button.dataset.act = "toggle";
  button.dataset.emoji = emoji;
  return button;
}

export function fillNotch(node, { ends, block }, blocks) {
  node.hidden = !ends;
  if (!ends) return;
  const name = blockName(block, blocks[block]);
  node.setAttribute("aria-label", name);
  place(node, "notch-text").textContent = name;
}

function place(node, name) {
  return node.querySelector(`[data-${name}]`);
}
