/**
 * Frames of the wire protocol, version 1 (docs/specs, "Wire protocol"): constructors, close codes, ids. Pure.
 */

import { fill, gettext, grouped } from "../../base/js/i18n.js";

export const VERSION = 1;
const SYNC_LIMIT = 200;

export const CLOSE = Object.freeze({
  RESTARTING: 1012,
  BAD_FRAME: 4400,
  NOT_LOGGED_IN: 4401,
  NOT_ALLOWED: 4403,
  TOO_SLOW: 4408,
  NEWER_PROTOCOL: 4409,
  RATE_LIMIT: 4429,
});

/** A random UUID as 32 hex digits. Not `crypto.randomUUID`: that one is missing on plain http:// in a local network. */
export function newId(crypto = globalThis.crypto) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const hello = (cursors, checkpoint) => ({ type: "hello", v: VERSION, cursors, checkpoint });

export const ping = (n) => ({ type: "ping", n });

export const typing = (room) => ({ type: "typing", room });

export const sync = (room, after) => ({ type: "sync", id: `sync-${room}-${after}`, room, after, limit: SYNC_LIMIT });

export const older = (room, before) => ({ type: "older", id: `older-${room}-${before}`, room, before, limit: SYNC_LIMIT });

/** A page of history that ends before `before` and holds `seq`, told by its id from one that continues what is known. */
export const around = (room, before, seq) => ({ type: "older", id: `around-${room}-${seq}`, room, before, limit: 100 });

export const read = (room, seq) => ({ type: "read", room, seq });

/** The frame of an act on a post: kind "edit" with {text}, "delete" with {}, "react" and "unreact" with {emoji}. */
export function act(kind, { clientId, room, ref, sentMs, seen, checkpoint }, body) {
  return { type: kind, id: clientId, client_id: clientId, room, ref, ...body, sent_ms: sentMs, seen, checkpoint };
}

/** The frame of a message. Built once and stored: a repeated send must be the same to the last byte. */
export function send({ clientId, room, text, replyTo, files = [], sentMs, seen, checkpoint }) {
  return {
    type: "send",
    id: clientId,
    client_id: clientId,
    room,
    text,
    reply_to: replyTo,
    files,
    sent_ms: sentMs,
    seen,
    checkpoint,
  };
}

const NAMELESS = '"username":""';

/** A server frame, or null for what this client does not understand. */
export function parse(text) {
  try {
    const frame = JSON.parse(text, text.includes(NAMELESS) ? nameDeleted : undefined);
    return frame && typeof frame.type === "string" ? frame : null;
  } catch {
    return null;
  }
}

/** One frame serves readers of all languages: what stands for the name of an account that is gone is the reader's. */
function nameDeleted(_key, value) {
  return value?.username === "" ? { ...value, name: gettext("Deleted account") } : value;
}

/** Why the text cannot be sent, or "" when it can. `length` counts code points, as the server does. */
export function refusal(text, limit) {
  const length = [...text.trim()].length;
  if (length === 0) return gettext("Write something first.");
  const words = gettext("%(length)s of at most %(limit)s characters. Please shorten it.");
  if (length > limit) return fill(words, { length: grouped(length), limit: grouped(limit) });
  return "";
}
