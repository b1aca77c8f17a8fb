/**
 * Erasures as a client carries them out: what an `erase` entry names loses its words wherever they are, whatever comes
 * later out of a page that was read before. Pure.
 */

const NO_WORDS = { body: null, salt: null, html: null, erased: true };
const noEdit = (event) => (event.kind === "post" ? { edited: null } : {});

/** The hashes that these entries erase. */
export function erasedBy(events) {
  return events.filter(({ kind, ref }) => kind === "erase" && ref).map(({ ref }) => ref);
}

/** The event as it is once the entries in `erased` (hash → true) have lost their words. */
export function wipe(event, erased) {
  const reply = wipeQuote(event.reply, erased);
  if (erased[event.hash] && (!event.erased || event.edited)) {
    const { attachments: _, ...rest } = event;
    return { ...rest, reply, ...NO_WORDS, ...noEdit(event) };
  }
  return reply === event.reply ? event : { ...event, reply };
}

/** The quote above a reply, or that of a message not sent yet. */
export function wipeQuote(quote, erased) {
  return quote && quote.text !== null && erased[quote.hash] ? { ...quote, text: null } : quote;
}

/** A set of hashes as an object. */
export function lookUp(hashes) {
  return Object.fromEntries(hashes.map((hash) => [hash, true]));
}
