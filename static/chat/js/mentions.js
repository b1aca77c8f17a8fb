/** Whom a message means, as the server rendered it (chat/markup/mentions.py). Pure. */

const MENTION = /<span class="mention">@([^<]+)<\/span>/g;
const EVERYBODY = "room";

/** Whether the rendered message names the person or the whole room. */
export function mentionsMe(html, { username }) {
  const meant = [username.toLowerCase(), EVERYBODY];
  return [...(html ?? "").matchAll(MENTION)].some(([, name]) => meant.includes(name.toLowerCase()));
}
