/* What the admin's ledger pages do beyond Django's own. */

import { watchCopyButtons } from "../js/explorer/copy.js";

watchCopyButtons(document);
