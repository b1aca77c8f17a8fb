/** "Open the chat" leads back to the room that this tab showed last, as long as one is logged in and may see it. */

const KEY = "connect.room";
const room = document.querySelector("[data-room-slug]");
const link = document.querySelector("[data-open-chat]");

try {
  if (room) sessionStorage.setItem(KEY, `/rooms/${room.dataset.roomSlug}/`);
  else if (!link || sessionStorage.getItem(KEY) === location.pathname) sessionStorage.removeItem(KEY);
  else link.href = sessionStorage.getItem(KEY) ?? link.href;
} catch {
  // storage is switched off
}
