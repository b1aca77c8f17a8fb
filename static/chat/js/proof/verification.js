/** A receipt checked against the message on the screen. No document. */

import { fill, gettext } from "../../../base/js/i18n.js";
import { toHex } from "../../../ledger/js/bytes.js";
import { LedgerFormatError, UnsupportedError } from "../../../ledger/js/errors.js";
import { report, verdict } from "../../../ledger/js/receipt/report.js";
import { checkReceipt } from "../../../ledger/js/receipts.js";
import { recordFromEvent, recordHash } from "../../../ledger/js/records.js";

/** {rows, summary}: the six checks, the leaf being the one of the message that the reader sees. */
export async function verify({ text, parts }, event, { room, origin }, vkey) {
  const screen = await recordOnScreen(event, parts, room, origin);
  const steps = await checkReceipt(text, vkey, { leafHash: screen.hash });
  const rows = report(steps, { receipt: parts, vkey, screen: screen.record && screen });
  return { rows, summary: verdict(rows) };
}

/** The record rebuilt from the event. Of an erased message only the receipt still has the commitment. */
async function recordOnScreen(event, parts, room, origin) {
  const commitment = event.erased ? (parts?.record.statement?.body ?? null) : null;
  try {
    const record = await recordFromEvent({ ...event, body_commitment: commitment }, room, origin);
    return { record, body: event.body, salt: event.salt, hash: toHex(await recordHash(record)) };
  } catch (error) {
    if (error instanceof UnsupportedError) return { record: null, hash: event.hash };
    if (error instanceof LedgerFormatError) return { record: null, hash: fill(gettext("unreadable (%(reason)s)"), { reason: error.message }) };
    throw error;
  }
}
