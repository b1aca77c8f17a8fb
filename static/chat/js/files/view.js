/** Draws the files of a message: previews of pictures, cards for everything else. */

import { filesOf, isBare } from "./shown.js";

/** Fills the places of a message's node. Nodes of the first paint hold their files already. */
export function fillFiles(node, row) {
  const list = node.querySelector("[data-files]");
  const files = filesOf(row);
  const version = files.map(({ url, name }) => url ?? name).join("\n");
  node.querySelector("[data-body]").hidden = isBare(row, files);
  if (list.dataset.version === undefined && list.children.length === files.length && files.length) list.dataset.version = version;
  if ((list.dataset.version ?? "") === version) return;
  list.dataset.version = version;
  list.hidden = files.length === 0;
  list.replaceChildren(...files.map(drawFile));
}

export function drawFile(file) {
  const node = document.querySelector("[data-template=file]").content.firstElementChild.cloneNode(true);
  const find = (name) => node.querySelector(`[data-file-${name}]`);
  const [keep, drop] = file.thumb ? ["picture", "card"] : ["card", "picture"];
  find(drop).remove();
  if (file.url) find(keep).href = file.url;
  if (file.thumb) {
    Object.assign(find("thumb"), { alt: file.name, width: file.width, height: file.height, src: file.thumb });
    find("picture").title = file.name;
  } else {
    find("name").textContent = file.name;
    find("about").textContent = file.about;
  }
  return node;
}
