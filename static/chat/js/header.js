/** The head of the room: what is pinned, and the way to a day. */

export function listenToHeader({ pins, dayForm, openPins, goTo }) {
  pins.addEventListener("click", (event) => {
    event.preventDefault();
    openPins();
  });
  // The browser knows where its reader's day begins; without a script the server takes a day of UTC.
  dayForm.addEventListener("change", ({ target }) => {
    const since = new Date(`${target.value}T00:00`).getTime();
    if (since > 0) goTo(`?since=${since}`);
  });
}
