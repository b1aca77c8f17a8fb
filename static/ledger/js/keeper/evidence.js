/** What a verdict on the log's history means to a person, and what is saved when the log contradicts itself. Pure. */

/** After a single checkpoint was judged. `kind` is of judge.js, or null where no verdict was reached, with its `doubt`. */
export function history(kind, { kept, doubt }) {
  if (kind === null) return `It could not be compared with the log that this browser keeps: ${doubt.message}.`;
  if (!["first", "same", "extended", "late"].includes(kind)) return "It contradicts the log that this browser keeps.";
  return `It belongs to the log that this browser has followed since ${day(kept.sinceMs)}, ${count(kept.size)} long.`;
}

/**
 * All that somebody else needs to see the contradiction: both checkpoints as they were signed, the proof that was asked
 * for with its answer, keys and times.
 */
export function evidenceOf({ kind, head, asked, servedVkey }, { kept, vkey, note, nowMs, page }) {
  const shown = { note, size: head?.size ?? null, root: head?.root ?? null, vkey: servedVkey ?? vkey };
  return { v: 1, kind, page, seen: time(nowMs), kept: kept && keptOf(kept), shown, proof: asked };
}

function keptOf({ note, size, root, vkey, sinceMs, checkedMs }) {
  return { note, size, root, vkey, since: time(sinceMs), checked: time(checkedMs) };
}

/** {title, text} for the banner. */
export function tell(evidence) {
  return TOLD[evidence.kind](evidence);
}

const TOLD = {
  rollback: ({ kept, shown }) => ({
    title: "This log has lost entries.",
    text:
      `The server now shows a log of ${count(shown.size)} and cannot show ${known(kept)}. ` +
      "Either an older copy was put back, or messages were cut off.",
  }),
  fork: ({ kept, shown }) => ({
    title: "The history of this log was rewritten.",
    text:
      `The log that the server now shows (${count(shown.size)}) does not agree with ${known(kept)}. ` +
      "Messages may have been changed or removed, or different people are shown different logs.",
  }),
  key: ({ kept, shown }) => ({
    title: "This log is signed by another key.",
    text:
      (kept ? `Since ${day(kept.since)} this browser knows it by key ${keyId(kept.vkey)}; ` : `The log names key ${keyId(shown.vkey)}; `) +
      "what the server shows now is not signed by it. It may be another log, or somebody else's.",
  }),
  forged: () => ({
    title: "The server showed a checkpoint that the log did not sign.",
    text: "Somebody made it up, or changed it on its way. What this page says about proofs cannot be relied on now.",
  }),
};

export function evidenceName({ kind, seen }) {
  return `connect-evidence-${kind}-${seen.replace(/[:.]/g, "-")}.json`;
}

const known = ({ size, checked }) => `the ${count(size)} that this browser verified on ${day(checked)}`;
const time = (ms) => new Date(ms).toISOString();
const day = (time) => new Date(time).toLocaleDateString("en", { day: "numeric", month: "long", year: "numeric" });
const count = (size) => `${size.toLocaleString("en")} ${size === 1 ? "entry" : "entries"}`;
const keyId = (vkey) => vkey.split("+")[1] ?? "?";
