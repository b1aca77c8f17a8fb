/** What changed between two texts, by words. Pure. */

const CELLS = 1_000_000; // beyond this many comparisons the middle counts as replaced

/** [{kind: "same" | "added" | "removed", text}], in reading order. */
export function diffWords(before, after) {
  const [a, b] = [words(before), words(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const parts = [
    ...a.slice(0, start).map((text) => ["same", text]),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map((text) => ["same", text]),
  ];
  return joined(parts);
}

/** Words, blanks and signs; together they are the text. */
function words(text) {
  return text.match(/[\p{L}\p{N}\p{M}_]+|\s+|[^]/gu) ?? [];
}

/** By the longest common subsequence. */
function middle(a, b) {
  const all = (kind, list) => list.map((text) => [kind, text]);
  if (a.length * b.length > CELLS || !a.length || !b.length) return [...all("removed", a), ...all("added", b)];
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = a[i] === b[j] ? lengths[(i + 1) * width + j + 1] + 1 : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  const parts = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      parts.push(["same", a[i]]);
      i += 1;
      j += 1;
    } else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) parts.push(["removed", a[i++]]);
    else parts.push(["added", b[j++]]);
  }
  return [...parts, ...all("removed", a.slice(i)), ...all("added", b.slice(j))];
}

function joined(parts) {
  const out = [];
  for (const [kind, text] of parts) {
    if (out.at(-1)?.kind === kind) out.at(-1).text += text;
    else out.push({ kind, text });
  }
  return out;
}
