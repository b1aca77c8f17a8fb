/* The page of invitations: a button copies a link, and the words beside it say so. */

import { gettext } from "../../base/js/i18n.js";
import { copy } from "../../ledger/js/explorer/copy.js";

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const said = button.parentElement.querySelector("[role=status]");
    said.textContent = (await copy(button.dataset.copy)) ? gettext("Copied.") : gettext("This browser does not let pages copy.");
  });
}
