/** Times that the server wrote in UTC, by the reader's own clock: as the room and the palette show them. */

import { locale } from "../../base/js/i18n.js";

const LOCAL = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });

for (const node of document.querySelectorAll("[data-local]")) {
  node.title = node.textContent;
  node.textContent = LOCAL.format(new Date(node.dateTime));
}
