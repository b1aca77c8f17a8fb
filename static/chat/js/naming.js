/** Somebody is called otherwise now, wherever an entry names them. Pure. */

/** Whom an entry names. */
export function namedIn({ author, member, reply, reactions }) {
  return [author, member, reply?.author, ...(reactions ?? []).flatMap(({ by }) => by)].filter(Boolean);
}

/** The log with the new name; what does not name them stays the same. */
export function renameIn(log, person) {
  return log && { ...log, events: log.events.map((event) => rename(event, person)) };
}

function rename(event, person) {
  const call = (who) => (who?.id === person.id ? { ...who, ...person } : who);
  const { author, member, reply, reactions } = event;
  if (!namedIn(event).some((who) => who.id === person.id)) return event;
  const named = { ...event, author: call(author) };
  if (member) named.member = call(member);
  if (reply) named.reply = { ...reply, author: call(reply.author) };
  if (reactions) named.reactions = reactions.map((each) => ({ ...each, by: each.by.map(call) }));
  return named;
}
