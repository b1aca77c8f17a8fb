/* How long ago, in words. Pure. */

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export function ago(timeMs, nowMs) {
  const seconds = Math.max(0, Math.floor((nowMs - timeMs) / 1000));
  if (seconds < 2) return "just now";
  for (const [unit, length] of UNITS) {
    const count = Math.floor(seconds / length);
    if (count >= 1) return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
  }
  return `${seconds} seconds ago`;
}
