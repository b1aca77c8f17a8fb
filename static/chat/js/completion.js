/** What a text field could complete at its caret: `:name` → an emoji, `@name` → a person. Pure. */

const BEFORE_EMOJI = /(?:^|[\s(])(:)([\p{L}\p{N}_+-]{2,30})$/u;
const BEFORE_PERSON = /(?:^|[\s(*_~])(@)([\p{L}\p{M}\p{N}_.-]{0,32})$/u;

/** {kind: "emoji" | "person", query, start} or null; `start` is where the sign stands. */
export function completionAt(text, caret) {
  const before = text.slice(0, caret);
  if (isInCode(before)) return null;
  const person = BEFORE_PERSON.exec(before);
  if (person) return { kind: "person", query: person[2], start: caret - person[2].length - 1 };
  const emoji = BEFORE_EMOJI.exec(before);
  return emoji ? { kind: "emoji", query: emoji[2], start: caret - emoji[2].length - 1 } : null;
}

/** The text with the choice put in place of what was begun, and the caret after it. */
export function complete(text, caret, { start }, choice) {
  const head = `${text.slice(0, start)}${choice} `;
  return { text: head + text.slice(caret).replace(/^ /, ""), caret: head.length };
}

function isInCode(before) {
  const fences = before.split("```").length - 1;
  if (fences % 2) return true;
  const line = before.slice(before.lastIndexOf("\n") + 1).replaceAll("```", "");
  return (line.split("`").length - 1) % 2 === 1;
}
