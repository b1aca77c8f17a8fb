/** Popovers beside the button that opened them, within the window. They close by themselves. */

const GAP = 4;

/** Shows it below the anchor, or above where there is more room; it then grows away from the anchor. */
export function showBeside(popover, anchor) {
  popover.showPopover();
  const { innerWidth, innerHeight } = window;
  const [at, size] = [anchor.getBoundingClientRect(), popover.getBoundingClientRect()];
  const isBelow = at.bottom + GAP + size.height <= innerHeight || at.top < innerHeight - at.bottom;
  const left = getComputedStyle(popover).direction === "rtl" ? at.left : at.right - size.width;
  popover.style.inset = "auto";
  if (isBelow) popover.style.top = `${clamp(at.bottom + GAP, innerHeight - size.height)}px`;
  else popover.style.bottom = `${clamp(innerHeight - at.top + GAP, innerHeight - size.height)}px`;
  popover.style.left = `${clamp(left, innerWidth - size.width)}px`;
}

const clamp = (value, most) => Math.max(GAP, Math.min(value, most - GAP));

/**
 * The focus back to what opened it, which may have been pushed out of sight meanwhile. A toolbar may be seen only while its
 * message has the focus, so that gets it first.
 */
export function giveBack(opener) {
  opener.closest("article")?.focus({ preventScroll: true });
  opener.focus({ preventScroll: true });
  opener.scrollIntoView({ block: "nearest" });
}
