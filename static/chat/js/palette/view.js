/** The palette's options in the page: a listbox of named groups. Text only ever goes in as text. */

import { locale } from "../../../base/js/i18n.js";
import { element } from "../element.js";

const ICONS = { room: "room", direct: "people", search: "search", action: "arrow" };

export function draw(list, sections) {
  let number = 0;
  list.replaceChildren(
    ...sections.map(({ name, options }) => {
      const heading = element("p", "palette__heading", name);
      heading.setAttribute("aria-hidden", "true");
      const group = element("div", "palette__group", heading, ...options.map((option) => drawOption(option, `palette-${(number += 1)}`)));
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", name);
      return group;
    }),
  );
}

function drawOption(option, id) {
  const node = element("div", `option option--${option.kind}`);
  node.id = id;
  node.setAttribute("role", "option");
  node.setAttribute("aria-selected", "false");
  if (option.avatar) node.append(drawAvatar(option.avatar));
  else if (option.access === "private") node.append(drawIcon("lock"));
  else if (ICONS[option.kind]) node.append(drawIcon(ICONS[option.kind]));
  const words = element("span", "option__words");
  if (option.pieces) words.append(drawHead(option), drawPieces(option.pieces));
  else words.append(drawName(option.name));
  if (option.kind === "person") words.append(element("span", "option__note", ` @${option.username}`));
  node.append(words);
  return node;
}

function drawHead({ author, room, time }) {
  const when = element("time", "", new Date(time).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" }));
  when.dateTime = time;
  return element("span", "option__note", drawName(author), " · ", drawName(room), " · ", when);
}

function drawPieces(pieces) {
  const line = element("span", "option__text", ...pieces.map(({ text, hit }) => (hit ? element("mark", "", text) : text)));
  line.dir = "auto";
  return line;
}

function drawName(name) {
  return element("bdi", "", name);
}

function drawAvatar(address) {
  const picture = element("img", "option__avatar");
  Object.assign(picture, { src: address, alt: "", width: 24, height: 24 });
  return picture;
}

function drawIcon(name) {
  return document.querySelector(`[data-palette-icon="${name}"]`).content.cloneNode(true);
}
