/** The switch for notifications in this browser, on the page of settings: permission, service worker, subscription. */

import { gettext } from "../../base/js/i18n.js";
import { renew } from "./renewal.js";

const box = document.querySelector("[data-push]");
const [button, words] = [box.querySelector("button"), box.querySelector("[data-push-words]")];
const csrf = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

/** base64url without padding → bytes, as `subscribe` takes the site's key. */
function decodeKey(text) {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
}

async function post(path, body) {
  // Whoever has been logged out meanwhile is led to the log-in, which would count as done.
  const answer = await fetch(path, { method: "POST", redirect: "error", headers: { "X-CSRFToken": csrf() }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail ?? answer.status);
}

async function current() {
  const worker = await navigator.serviceWorker.getRegistration();
  return (await worker?.pushManager.getSubscription()) ?? null;
}

async function switchOn() {
  if ((await Notification.requestPermission()) !== "granted") {
    return show(false, gettext("This browser does not allow notifications from this site; its settings can change that."));
  }
  await navigator.serviceWorker.register("/sw.js", { scope: "/" });
  const worker = await navigator.serviceWorker.ready;
  try {
    const key = decodeKey(box.dataset.push);
    const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    await post("/push/", subscription.toJSON());
    return show(true, gettext("On, also while the chat is closed."));
  } catch (error) {
    // Without a push service the open chat can still tell.
    return show(true, `${gettext("On while the chat is open. While it is closed, this browser cannot be reached:")} ${error.message}`);
  }
}

async function switchOff() {
  const subscription = await current();
  if (subscription) {
    await subscription.unsubscribe();
    await post("/push/remove/", { endpoint: subscription.endpoint }).catch(() => null); // the push service tells it, too
  }
  await (await navigator.serviceWorker.getRegistration())?.unregister();
  show(false, gettext("Off in this browser."));
}

let isOn = false;

/** The button says what it does next: that it is pressed, too, would say the opposite. */
function show(isOnNow, text) {
  isOn = isOnNow;
  button.textContent = isOn ? gettext("Switch off") : gettext("Switch on");
  words.textContent = text;
}

async function begin() {
  if (!navigator.serviceWorker || !globalThis.Notification) {
    button.hidden = true;
    words.textContent = gettext("This browser offers no notifications here; they need https:// or this very machine.");
    return;
  }
  const worker = Notification.permission === "granted" && (await navigator.serviceWorker.getRegistration());
  // Switched on by somebody else who was logged in here before, it is off; without a push service the open chat tells.
  const wasOn = Boolean(worker) && (await renew(worker).catch(() => null)) !== false;
  show(wasOn, wasOn ? gettext("On in this browser.") : gettext("Off in this browser."));
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await (isOn ? switchOff() : switchOn());
    } finally {
      button.disabled = false;
    }
  });
}

/** Whoever has not chosen a zone yet most likely lives in the browser's. */
const zone = document.querySelector("[name=time_zone]");
if (zone.value === "UTC" && !zone.closest("form").querySelector("[name=quiet_from]").value) {
  zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
}

begin();
