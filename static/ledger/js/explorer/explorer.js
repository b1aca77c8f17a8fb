/* The explorer's pages: hashes that copy, and the log that they show is judged by what this browser verified before; on
   the first page, a ribbon that lives and receipts that are checked. */

import { showAlarm } from "../keeper/alarmed.js";
import { PublishedLog } from "../keeper/published.js";
import { Shelf } from "../keeper/shelf.js";
import { Watch } from "../keeper/watch.js";
import { watchCopyButtons } from "./copy.js";
import { keepLive } from "./live.js";
import { watchReceipts } from "./receipt.js";

watchCopyButtons(document);

const watch = new Watch({ vkey: null, log: new PublishedLog(), shelf: new Shelf(), onChange: showAlarm });
watch.look();

const region = document.querySelector("[data-live]");
if (region) keepLive(region, { onTip: () => watch.look() });

const section = document.querySelector("[data-receipt]");
if (section) watchReceipts(section, showAlarm);
