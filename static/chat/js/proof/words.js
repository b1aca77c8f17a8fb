/** What the drawer says of a message, in plain words. Pure. */

import { fill, gettext, grouped } from "../../../base/js/i18n.js";

/** One sentence. `index` is the entry's place in the log once its receipt told it; `isDenied`: the receipt does not prove it. */
export function sentence({ kind, block, erased }, index, isDenied = false) {
  if (block === null) {
    return gettext("Recorded, and linked to the message before it. The next block seals it, and this page will say so.");
  }
  if (isDenied) return fill(gettext("The server says that block %(height)s seals this. The receipt that it gave does not prove it."), { height: grouped(block) });
  const isEdit = kind === "edit";
  const entry = isEdit ? gettext("This version is entry %(index)s of the log.") : gettext("This message is entry %(index)s of the log.");
  const sealed = isEdit ? gettext("This version is sealed.") : gettext("This message is sealed.");
  const place = index === null ? sealed : fill(entry, { index: grouped(index) });
  const rest = erased
    ? gettext("The server says that its words were erased; that it was there stays, and can be checked.")
    : gettext("To change one letter of it, somebody would have to change every hash from here to the signed root.");
  return `${place} ${rest}`;
}

/** What happened to the message, in order: {name, title, timeMs, text}; `timeMs` is null where it is not known or no time. */
export function states({ seq, sent_ms, received_ms, block }, sealedMs, isDenied = false) {
  return [
    { name: "sent", title: gettext("Sent"), timeMs: isInCalendar(sent_ms) ? sent_ms : null, text: gettext("by the author's clock") },
    recorded(seq, received_ms),
    sealed(block, sealedMs, isDenied),
  ];
}

/** An author may claim any number. */
function isInCalendar(timeMs) {
  return !Number.isNaN(new Date(timeMs).getTime());
}

function sealed(block, timeMs, isDenied) {
  if (block === null) return { name: "sending", title: gettext("Not sealed yet"), timeMs: null, text: gettext("waits for the next block") };
  if (isDenied) return { name: "failed", title: gettext("Not proved"), timeMs: null, text: gettext("what the server says of it does not hold") };
  const clock = timeMs === null ? "" : gettext("by the miner's clock"); // offline, nobody tells the time
  return { name: "sealed", title: fill(gettext("Sealed in block %(height)s"), { height: grouped(block) }), timeMs, text: clock };
}

function recorded(seq, timeMs) {
  const text = fill(gettext("by the server's clock, as number %(seq)s of the room"), { seq: grouped(seq) });
  return { name: "recorded", title: gettext("Recorded"), timeMs, text };
}

/** The independent check, to be pasted into a terminal. */
export function verifyCommand(receiptName, vkey) {
  return `python connect_verify.py ${quoted(receiptName)} --key ${quoted(vkey)}`;
}

function quoted(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
