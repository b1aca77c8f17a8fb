/**
 * What is done to posts, as a client adds it to an event: edited, deleted, reacted to. Pure; the same rules as
 * chat/acts.py, so that a page and the acts heard since are what a later page says.
 *
 * A post's `acts` is the seq of the newest act that it includes: one that is not newer has been added already.
 */

const KINDS = ["edit", "delete", "react", "unreact"];

export const isAct = (event) => KINDS.includes(event.kind) && Boolean(event.ref);

/** An index of acts, hash of the post → acts in order, with some more that come after all of them. */
export function addActs(index, acts) {
  const grown = { ...index };
  for (const act of acts) grown[act.ref] = [...(grown[act.ref] ?? []), act];
  return grown;
}

/** The event after the acts on it, and on what it quotes; the same one where nothing changes. */
export function apply(event, index) {
  if (event.kind !== "post") return event;
  const after = (index[event.hash] ?? []).filter(({ seq }) => seq > (event.acts ?? 0)).reduce(take, event);
  const reply = (index[event.reply?.hash] ?? []).reduce(takeQuoted, event.reply);
  return reply === after.reply ? after : { ...after, reply };
}

function take(post, act) {
  const next = { ...post, acts: act.seq };
  if (act.kind === "delete") return remove(next);
  if (act.kind === "edit") return post.deleted || post.erased ? next : { ...next, edited: edit(post, act) };
  return { ...next, reactions: react(post.reactions ?? [], act) };
}

function remove({ attachments: _, ...post }) {
  return { ...post, html: null, edited: null, deleted: true };
}

function edit(post, { seq, hash, body, html, received_ms }) {
  return { seq, hash, count: (post.edited?.count ?? 0) + 1, text: body?.text ?? null, html, received_ms };
}

/** An emoji that nobody has left goes; one that comes again stands last. */
function react(reactions, { kind, author, body }) {
  const emoji = body?.emoji ?? "";
  const known = reactions.find((each) => each.emoji === emoji);
  const isIn = Boolean(known?.by.some(({ id }) => id === author.id));
  if (isIn === (kind === "react")) return reactions;
  if (!known) return [...reactions, { emoji, by: [{ id: author.id, name: author.name }] }];
  const by = isIn ? known.by.filter(({ id }) => id !== author.id) : [...known.by, { id: author.id, name: author.name }];
  return by.length ? reactions.map((each) => (each === known ? { emoji, by } : each)) : reactions.filter((each) => each !== known);
}

/** A quote keeps the version that its author saw. */
function takeQuoted(quote, act) {
  if (act.kind === "delete") return quote.deleted ? quote : { ...quote, text: null, deleted: true };
  if (act.kind !== "edit" || quote.changed || act.seq <= (quote.version ?? quote.seq)) return quote;
  return { ...quote, changed: true };
}
