/** Why a message was refused, in words for the person who wrote it. The server's `detail` is for developers. */

const REASONS = {
  bad_frame: "This message holds something that cannot be stored.",
  empty: "There is nothing in this message.",
  forbidden: "You may not write here.",
  not_found: "The message that this answers, one of its files, or the room is no longer there.",
  unverified_email: "Confirm your e-mail address first; the link is in your mail.",
};

export function reason({ code, detail }) {
  return REASONS[code] ?? `This was not sent: ${detail}.`;
}
