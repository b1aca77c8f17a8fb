/** A receipt's text opened for reading; nothing verified. */

import { parseHex } from "../bytes.js";
import { LedgerFormatError, UnsupportedError } from "../errors.js";
import { HEADER_SIZE, parseHeader } from "../headers.js";
import { readReceipt } from "../receipts.js";

/** {parts, sealedMs}: the parts of receipts.js and the block's time, each null where it cannot be read. */
export async function openReceipt(text) {
  const parts = await orNull(() => readReceipt(text));
  const header = parts && (await orNull(() => headerOf(parts)));
  return { parts, sealedMs: header?.timeMs ?? null };
}

function headerOf({ block, record }) {
  return parseHeader(parseHex(block.header, HEADER_SIZE), record.statement?.log ?? "");
}

async function orNull(attempt) {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof LedgerFormatError || error instanceof UnsupportedError) return null;
    throw error;
  }
}
