/* The explorer's pages: hashes that copy; on the first page, a ribbon that lives and receipts that are checked. */

import { watchCopyButtons } from "./copy.js";
import { keepLive } from "./live.js";
import { watchReceipts } from "./receipt.js";

watchCopyButtons(document);

const region = document.querySelector("[data-live]");
if (region) keepLive(region);

const section = document.querySelector("[data-receipt]");
if (section) watchReceipts(section);
