/** What a verdict on the log's history means to a person, and what is saved when the log contradicts itself. Pure. */

import { fill, gettext, grouped, locale, ngettext } from "../../../base/js/i18n.js";

/** After a single checkpoint was judged. `kind` is of judge.js, or null where no verdict was reached, with its `doubt`. */
export function history(kind, { kept, doubt }) {
  if (kind === null) {
    return fill(gettext("It could not be compared with the log that this browser keeps: %(reason)s."), { reason: doubt.message });
  }
  if (!["first", "same", "extended", "late"].includes(kind)) return gettext("It contradicts the log that this browser keeps.");
  const words = gettext("It belongs to the log that this browser has followed since %(day)s, %(entries)s long.");
  return fill(words, { day: day(kept.sinceMs), entries: count(kept.size) });
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
    title: gettext("This log has lost entries."),
    text: fill(
      gettext(
        "The server now shows a log of %(entries)s and cannot show the %(known)s that this browser verified on %(day)s. " +
          "Either an older copy was put back, or messages were cut off.",
      ),
      both(kept, shown),
    ),
  }),
  fork: ({ kept, shown }) => ({
    title: gettext("The history of this log was rewritten."),
    text: fill(
      gettext(
        "The log that the server now shows (%(entries)s) does not agree with the %(known)s that this browser verified on " +
          "%(day)s. Messages may have been changed or removed, or different people are shown different logs.",
      ),
      both(kept, shown),
    ),
  }),
  key: ({ kept, shown }) => ({
    title: gettext("This log is signed by another key."),
    text: kept
      ? fill(
          gettext(
            "Since %(day)s this browser knows it by key %(key)s; what the server shows now is not signed by it. It may be " +
              "another log, or somebody else's.",
          ),
          { day: day(kept.since), key: keyId(kept.vkey) },
        )
      : fill(
          gettext(
            "The log names key %(key)s; what the server shows now is not signed by it. It may be another log, or somebody else's.",
          ),
          { key: keyId(shown.vkey) },
        ),
  }),
  forged: () => ({
    title: gettext("The server showed a checkpoint that the log did not sign."),
    text: gettext("Somebody made it up, or changed it on its way. What this page says about proofs cannot be relied on now."),
  }),
};

export function evidenceName({ kind, seen }) {
  return `connect-evidence-${kind}-${seen.replace(/[:.]/g, "-")}.json`;
}

const both = (kept, shown) => ({ entries: count(shown.size), known: count(kept.size), day: day(kept.checked) });
const time = (ms) => new Date(ms).toISOString();
const day = (time) => new Date(time).toLocaleDateString(locale, { day: "numeric", month: "long", year: "numeric" });
const count = (size) => fill(ngettext("%(count)s entry", "%(count)s entries", size), { count: grouped(size) });
const keyId = (vkey) => vkey.split("+")[1] ?? "?";
