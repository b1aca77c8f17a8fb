/* The service worker: shows what is pushed while nobody looks, and opens the message when it is clicked. It caches nothing. */

const isSeen = (windows) => windows.some((each) => each.focused && each.visibilityState === "visible");

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const { title, body, url, tag } = event.data.json();
  const show = async () => {
    const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    if (isSeen(windows)) return; // the chat itself tells
    await self.registration.showNotification(title, { body, tag, icon: "/static/base/icons/connect-192.png", data: { url } });
  };
  event.waitUntil(show());
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { url } = event.notification.data;
  const open = async () => {
    const [window] = await self.clients.matchAll({ type: "window" }); // others cannot be led anywhere
    if (!window) return self.clients.openWindow(url);
    await window.focus();
    return window.navigate(url);
  };
  event.waitUntil(open());
});

/* Read on another device: what is still shown of it goes. */
self.addEventListener("message", (event) => {
  const { room, seq } = event.data;
  const close = async () => {
    for (const each of await self.registration.getNotifications()) {
      const [of, at] = each.tag.split("-");
      if (of === room && Number(at) <= seq) each.close();
    }
  };
  event.waitUntil(close());
});
