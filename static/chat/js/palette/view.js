/** The palette's options in the page: a listbox of named groups. Text only ever goes in as text. */

import { locale } from "../../../base/js/i18n.js";

const ICONS = { room: "room", direct: "people", search: "search", action: "arrow" };

export function draw(list, sections) {
  let number = 0;
  list.replaceChildren(
    ...sections.map(({ name, options }) => {
      const group = make("div", "palette__group");
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", name);
      const heading = make("p", "palette__heading", name);
      heading.setAttribute("aria-hidden", "true");
      group.append(heading, ...options.map((option) => drawOption(option, `palette-${(number += 1)}`)));
      return group;
    }),
  );
}

function drawOption(option, id) {
  const node = make("div", `option option--${option.kind}`);
  node.id = id;
  node.setAttribute("role", "option");
  node.setAttribute("aria-selected", "false");
  if (option.avatar) node.append(drawAvatar(option.avatar));
  else if (ICONS[option.kind]) node.append(drawIcon(ICONS[option.kind]));
  const words = make("span", "option__words");
  if (option.pieces) words.append(drawHead(option), drawPieces(option.pieces));
  else words.append(drawName(option.name));
  if (option.kind === "person") words.append(make("span", "option__note", ` @${option.username}`));
  node.append(words);
  return node;
}

function drawHead({ author, room, time }) {
  const head = make("span", "option__note");
  const when = make("time", "", new Date(time).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" }));
  when.dateTime = time;
  head.append(drawName(author), " · ", drawName(room), " · ", when);
  return head;
}

function drawPieces(pieces) {
  const line = make("span", "option__text");
  line.dir = "auto";
  line.append(...pieces.map(({ text, hit }) => (hit ? make("mark", "", text) : text)));
  return line;
}

function drawName(name) {
  return make("bdi", "", name);
}

function drawAvatar(address) {
  const picture = make("img", "option__avatar");
  Object.assign(picture, { src: address, alt: "", width: 24, height: 24 });
  return picture;
}

function drawIcon(name) {
  return document.querySelector(`[data-palette-icon="${name}"]`).content.cloneNode(true);
}

function make(tag, className, text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.textContent = text;
  return node;
}
