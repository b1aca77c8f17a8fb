/** Tells of what is said while nobody looks: a number in the title, a sound, a notification of the desktop. */

const MENTION = /<span class="mention">@([^<]+)<\/span>/g;
const EVERYBODY = "room";

/** Pure: whether the rendered message names the person or the whole room. */
export function mentionsMe(html, username) {
  const me = username.toLowerCase();
  return [...(html ?? "").matchAll(MENTION)].some(([, name]) => [me, EVERYBODY].includes(name.toLowerCase()));
}

/** Pure: whether "HH:MM" lies between two others; from 22:00 until 07:00 spans midnight. */
export function isQuiet(quiet, clock) {
  if (!quiet) return false;
  const { from, until } = quiet;
  return from <= until ? from <= clock && clock < until : clock >= from || clock < until;
}

/** Pure: whether the person wants to be told of the event. */
export function isWanted(event, level, me) {
  if (event.kind !== "post" || event.author.id === me.id || event.erased) return false;
  return level === "all" || (level === "mentions" && mentionsMe(event.html, me.username));
}

export class Notices {
  #title = document.title;
  #unseen = 0;
  #worker = null;

  /** `choices`: {rooms: {id: {level, name, slug}}, sound, quiet: {from, until, zone} | null}. */
  constructor({ me, choices }) {
    Object.assign(this, { me, choices });
    navigator.serviceWorker?.getRegistration().then((worker) => (this.#worker = worker ?? null));
    document.addEventListener("visibilitychange", () => this.#seen());
  }

  /** Entries that have just come. */
  hear(room, events) {
    if (!document.hidden) return;
    const choice = this.choices.rooms[room];
    const wanted = choice && !this.#isQuiet() ? events.filter((event) => isWanted(event, choice.level, this.me)) : [];
    this.#unseen += events.filter((event) => event.kind === "post" && event.author.id !== this.me.id).length;
    this.#showTitle();
    if (wanted.length === 0) return;
    if (this.choices.sound) beep();
    this.#notify(room, choice, wanted.at(-1));
  }

  /** Read on another device. */
  read({ room, seq }) {
    this.#worker?.active?.postMessage({ room, seq });
  }

  #seen() {
    if (document.hidden) return;
    this.#unseen = 0;
    this.#showTitle();
  }

  #showTitle() {
    document.title = this.#unseen ? `(${this.#unseen > 99 ? "99+" : this.#unseen}) ${this.#title}` : this.#title;
  }

  /** By the tag a push of the same message takes its place instead of coming beside it. */
  #notify(room, { name, slug }, event) {
    if (globalThis.Notification?.permission !== "granted" || !this.#worker) return;
    const title = name ? `${event.author.name} · ${name}` : event.author.name;
    this.#worker.showNotification(title, {
      body: event.body.text.slice(0, 200),
      tag: `${room}-${event.seq}`,
      icon: "/static/base/icons/connect-192.png",
      data: { url: `/rooms/${slug}/?at=${event.seq}` },
    });
  }

  #isQuiet() {
    const { quiet } = this.choices;
    if (!quiet) return false;
    const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: quiet.zone };
    return isQuiet(quiet, new Intl.DateTimeFormat("en", clock).format(new Date()));
  }
}

/** Two short notes; silent where the browser wants a click first. */
function beep() {
  const audio = new AudioContext();
  [660, 880].forEach((frequency, place) => {
    const [note, volume] = [audio.createOscillator(), audio.createGain()];
    const start = audio.currentTime + place * 0.09;
    note.frequency.value = frequency;
    volume.gain.setValueAtTime(0.08, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.12);
    note.connect(volume).connect(audio.destination);
    note.start(start);
    note.stop(start + 0.13);
  });
  setTimeout(() => audio.close(), 500);
}
