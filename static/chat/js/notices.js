/** Tells of what is said while nobody looks: a number in the title, a sound, a notification of the desktop. */

import { mentionsMe } from "./mentions.js";
import { renew } from "./renewal.js";
import { isLookedAt } from "./visibility.js";

const CLAIM_MS = 10_000;

/** Pure: whether "HH:MM" lies between two others; from 22:00 until 07:00 spans midnight. */
export function isQuiet(quiet, clock) {
  if (!quiet) return false;
  const { from, until } = quiet;
  return from <= until ? from <= clock && clock < until : clock >= from || clock < until;
}

/** Pure: "HH:MM" in a time zone; in the browser's own where it does not know that one. */
export function clockIn(zone, now) {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  try {
    return new Intl.DateTimeFormat("en", { ...options, timeZone: zone }).format(now);
  } catch {
    return new Intl.DateTimeFormat("en", options).format(now);
  }
}

/** Pure: whether the person wants to be told of the event. */
export function isWanted(event, level, me) {
  if (event.kind !== "post" || event.author.id === me.id || event.erased) return false;
  return level === "all" || (level === "mentions" && mentionsMe(event.html, me));
}

export class Notices {
  #unseen = new Map(); // hash → {room, seq}
  #told = Promise.resolve(); // ends when all that is to be told has been

  /** `choices`: {sound, quiet: {from, until, zone} | null}; `rooms()`: those that the person is in, with their levels and
   * how far each is read; `current` is the room that is open; `onCount` is told how much came while nobody looked. */
  constructor({ me, choices, current, rooms, onCount, platform = browser() }) {
    Object.assign(this, { me, choices, current, rooms, onCount, platform });
    platform.onLook(() => this.#keep(() => !platform.isLookedAt()));
    platform.showLooking(this.#lookedAt(current));
  }

  /** Entries that have just come. */
  hear(room, events) {
    const gone = new Set(events.filter(({ kind }) => kind === "delete" || kind === "erase").map(({ ref }) => ref));
    this.#keep((hash) => !gone.has(hash));
    const isLooking = this.platform.isLookedAt();
    const place = this.rooms()[room];
    if (!place || place.level === "mute" || (isLooking && room === this.current)) return;
    // What came while this machine slept may have been read on another one.
    const news = events.filter((event) => event.seq > place.read && isWanted(event, "all", this.me));
    if (!isLooking) for (const { hash, seq } of news) this.#unseen.set(hash, { room, seq });
    this.onCount(this.#unseen.size);
    const wanted = isQuiet(this.choices.quiet, this.platform.clock(this.choices.quiet?.zone)) ? [] : news.filter((event) => isWanted(event, place.level, this.me));
    if (wanted.length > 0) this.#told = Promise.allSettled([this.#told, this.#tell(place, wanted.at(-1))]);
  }

  /** Read on another device. A notification that is just coming up cannot be taken back before it is there. */
  async read({ room, seq }) {
    this.#keep((_, unseen) => unseen.room !== room || unseen.seq > seq);
    await this.#told;
    this.platform.forget({ room, seq });
  }

  /** Of all tabs one, and none where a tab shows the room to somebody who looks at it. */
  async #tell(place, event) {
    if (await this.platform.isShown(this.#lookedAt(place.id))) return;
    const words = describe(place, event);
    if (!(await this.platform.claim(`connect.told.${this.me.id}.${words[1].tag}`))) return;
    if (this.choices.sound) this.platform.beep();
    await this.platform.notify(...words);
  }

  #lookedAt(room) {
    return `connect.looked.${this.me.id}.${room}`;
  }

  #keep(test) {
    const before = this.#unseen.size;
    for (const [hash, unseen] of this.#unseen) if (!test(hash, unseen)) this.#unseen.delete(hash);
    if (this.#unseen.size !== before) this.onCount(this.#unseen.size);
  }
}

/** By the tag a push of the same message takes its place instead of coming beside it. */
function describe({ id, kind, name, slug }, event) {
  const title = kind === "direct" ? event.author.name : `${event.author.name} · ${name}`;
  return [
    title,
    {
      body: event.body.text.slice(0, 200),
      tag: `${id}-${event.seq}`,
      icon: "/static/base/icons/connect-192.png",
      data: { url: `/rooms/${slug}/?at=${event.seq}` },
    },
  ];
}

function browser() {
  const registration = Promise.resolve(navigator.serviceWorker?.getRegistration()).then((found) => found ?? null);
  registration.then(renew).catch(() => null); // the next page tries again
  return {
    isLookedAt,
    onLook(act) {
      addEventListener("focus", act);
      document.addEventListener("visibilitychange", act);
    },
    showLooking,
    isShown: async (name) => (await navigator.locks?.query())?.held.some((lock) => lock.name === name) ?? false,
    clock: (zone) => clockIn(zone, new Date()),
    async notify(...words) {
      if (globalThis.Notification?.permission !== "granted" || !(await registration)) return;
      const worker = await navigator.serviceWorker.ready; // what comes in the page's first moments is told as well
      await worker.showNotification(...words);
    },
    claim,
    forget: async (place) => (await registration)?.active?.postMessage(place),
    beep,
  };
}

/** Holds the name, which several tabs may, for as long as the page is looked at. */
function showLooking(name) {
  let release = () => {};
  const turn = () => {
    release();
    if (!isLookedAt()) return;
    const looking = new Promise((resolve) => (release = resolve));
    navigator.locks?.request(name, { mode: "shared" }, () => looking);
  };
  for (const event of ["focus", "blur"]) addEventListener(event, turn);
  document.addEventListener("visibilitychange", turn);
  turn();
}

/** Whether nobody else in this browser holds the name, which is held for as long as tabs hear of one message. */
function claim(name) {
  if (!navigator.locks) return true;
  return new Promise((resolve) => {
    navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock && new Promise((release) => setTimeout(release, CLAIM_MS));
    });
  });
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
