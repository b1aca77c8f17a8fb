/* The explorer's pages: hashes that copy, and the log that they show is judged by what this browser verified before; on
   the first page, a ribbon that lives and receipts that are checked. */

import { showAlarm } from "../monitor/alarmed.js";
import { PublishedLog } from "../monitor/published.js";
import { LogState } from "../monitor/state.js";
import { Watch } from "../monitor/watch.js";
import { watchCopyButtons } from "./copy.js";
import { keepLive } from "./live.js";
import { watchReceipts } from "./receipt.js";

watchCopyButtons(document);

const watch = new Watch({ vkey: null, log: new PublishedLog(), state: new LogState(), onChange: showAlarm });
watch.look();

const region = document.querySelector("[data-live]");
if (region) keepLive(region, { onTip: () => watch.look() });

const section = document.querySelector("[data-receipt]");
if (section) watchReceipts(section, showAlarm);
