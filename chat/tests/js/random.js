/** Seeded random numbers (mulberry32), so that a failing run can be repeated by its seed. */

export function seeded(seed) {
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    random,
    chance: (probability) => random() < probability,
    below: (n) => Math.floor(random() * n),
    pick: (list) => list[Math.floor(random() * list.length)],
  };
}
