/** Everything that opens around a message for its acts: editor, menu, picker, sheet, the question before a deletion. */

import { Acting, postForm } from "./acting.js";
import { askIn } from "./asking.js";
import { Editor } from "./editor.js";
import { Menu } from "./menu.js";
import { Picker } from "./picker.js";
import { plainText } from "./plain.js";
import { Sheet } from "./sheet.js";

/** `find` gives the place with a data- attribute, `page` is the room's dataset, `limit` the longest text. */
export function openTools({ find, me, page, writing, reading, timeline, jumping, composer, outbox, proof, pins, tell, limit }) {
  const acting = new Acting({
    me,
    place: page,
    writing,
    reading,
    pins,
    tell,
    list: find("list"),
    rowOf: (node) => timeline.rowOf(node),
    picker: new Picker({ node: find("picker") }),
    menu: new Menu({ node: find("menu"), items: (row) => acting.items(row), onChoose: (name, opener) => acting.do(name, opener) }),
    sheet: new Sheet({ node: find("sheet") }),
    editor: new Editor({
      template: document.querySelector('[data-form="edit"]'),
      limit,
      people: `/rooms/${page.roomSlug}/people`,
      onSave: (event, text) => writing.act("edit", event, { text }),
      onEnd: (message) => (message.isConnected ? show(message) : find("text").focus()),
    }),
    jump: (seq) => jumping.to(seq),
    post: postForm,
    confirm: () => askIn(find("delete-dialog")),
    prove: (...what) => proof.open(...what),
    reply: (event) => composer.replyTo(quoteOf(event)),
    discard: (item) => outbox.remove(item.clientId),
    async writeAgain(item) {
      await outbox.remove(item.clientId);
      composer.edit(item.frame.text, item.quote, item.files);
    },
  });
  return acting;
}

/** Where the window is low, the field had the place in which the message now comes back. */
function show(message) {
  message.focus({ preventScroll: true });
  message.scrollIntoView({ block: "nearest" });
}

/** One line of the newest text; nothing of what is gone. */
function quoteOf({ seq, hash, author, body, html, edited, deleted }) {
  const newest = edited ?? { html, text: body?.text };
  const text = deleted ? "" : newest.html ? plainText(newest.html) : (newest.text ?? "").replace(/\s+/g, " ");
  return { seq, hash, author: author.name, text: text.slice(0, 200) };
}
