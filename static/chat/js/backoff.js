/** How long to wait before the next attempt to connect. Pure: randomness comes in as `random()` in [0, 1). */

import { CLOSE } from "./protocol.js";

const FIRST_MS = 500;
const LONGEST_MS = 15_000;
const RESTART_MS = 2_500;
const RESTART_ATTEMPTS = 10;

/** Milliseconds until attempt number `attempt` (0, 1, 2 …) after the connection ended with `code`; a restart's code
 * stays until the server is back. */
export function backoff(code, attempt, retryMs, random) {
  if (retryMs) return retryMs * (1 + 0.5 * random());
  if (code === CLOSE.RATE_LIMIT) return 5_000 + 10_000 * random();
  if (code === CLOSE.TOO_SLOW && attempt === 0) return 250 * random();
  // A restart sends everybody away at once: they come back spread over the seconds that it takes.
  if (code === CLOSE.RESTARTING && attempt === 0) return 500 + 2_000 * random();
  const longest = code === CLOSE.RESTARTING && attempt < RESTART_ATTEMPTS ? RESTART_MS : LONGEST_MS;
  const ceiling = Math.min(longest, FIRST_MS * 2 ** attempt);
  return ceiling / 2 + (ceiling / 2) * random();
}

/** Whether trying again by itself makes sense after `code`. */
export function mayReconnect(code) {
  return ![CLOSE.NOT_LOGGED_IN, CLOSE.NOT_ALLOWED, CLOSE.NEWER_PROTOCOL].includes(code);
}
