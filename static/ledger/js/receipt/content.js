/** What a receipt says of its entry. Nothing is verified: a field without its form is left out. Pure. */

import { isCount, isPositive, isText } from "../shapes.js";

/** {kind, number, time, text}: the first two null and the others empty where there is none. `parts` are of open.js. */
export function contentOf({ record, body }) {
  const { statement, room_seq: number, received_ms: receivedMs } = record;
  return {
    kind: isText(statement?.kind) ? statement.kind : null,
    number: isPositive(number) ? number : null,
    time: isCount(receivedMs) ? timeOf(new Date(receivedMs)) : "",
    text: [body?.text, body?.emoji].find(isText) ?? "",
  };
}

/** Of what no calendar holds, nothing. */
function timeOf(date) {
  return Number.isNaN(date.getTime()) ? "" : `${date.toISOString().slice(0, 19).replace("T", " ")} UTC.`;
}
