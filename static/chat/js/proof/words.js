/** What the drawer says of a message, in plain words. Pure. */

/** One sentence. `index` is the entry's place in the log once its receipt told it. */
export function sentence({ block, erased }, index) {
  if (block === null) {
    return "Recorded, and linked to the message before it. The next block seals it, and this page will say so.";
  }
  const place = index === null ? "This message is sealed" : `This message is entry ${number(index)} of the log`;
  if (erased) return `${place}. Its words were erased; that it was there stays, and can be checked.`;
  return `${place}. To change one letter of it, somebody would have to change every hash from here to the signed root.`;
}

/** What happened to the message, in order: {name, title, timeMs, text}; `timeMs` is null where it is not known. */
export function states({ seq, sent_ms, received_ms, block }, sealedMs) {
  return [
    { name: "sent", title: "Sent", timeMs: sent_ms, text: "by the author's clock" },
    recorded(seq, received_ms),
    block === null
      ? { name: "sending", title: "Not sealed yet", timeMs: null, text: "waits for the next block" }
      : { name: "sealed", title: `Sealed in block ${number(block)}`, timeMs: sealedMs, text: "by the miner's clock" },
  ];
}

function recorded(seq, timeMs) {
  return { name: "recorded", title: "Recorded", timeMs, text: `by the server's clock, as number ${number(seq)} of the room` };
}

/** The independent check, to be pasted into a terminal. */
export function verifyCommand(receiptName, vkey) {
  return `python connect_verify.py ${quoted(receiptName)} --key ${quoted(vkey)}`;
}

function quoted(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

const number = (value) => value.toLocaleString("en");
