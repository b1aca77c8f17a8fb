/**
 * Where the way from a leaf to the checkpoint is drawn. Pure geometry.
 *
 *         [checkpoint]           row n+2
 *           [ block ]            row n+1
 *           [ root  ]            row n
 *     ┌────────•                   two hashes become one
 *     [ab12] [cd34]              a row for each sibling, which stands on the side where it joins
 *              •────────┐
 *            [leaf]   [ef56]     row 0
 */

export const WIDTH = 320;
const ROW = 46;
const PADDING = 3;
const CAPTION = 18; // below the leaf
const NODE = { width: 88, height: 26 };
const WIDE = { width: 208, height: 30 };
const CENTRE = { left: NODE.width / 2 + PADDING, middle: WIDTH / 2, right: WIDTH - NODE.width / 2 - PADDING };
const BEND = 8;

/**
 * `sides` are those on which the siblings join, leaf to root. Returns {width, height, spine, siblings, joints, links}:
 * `spine` the boxes from the leaf up to the checkpoint, `siblings` the boxes beside it in the same order.
 */
export function layoutPath(sides) {
  const rows = sides.length + 3;
  const height = (rows - 1) * ROW + NODE.height / 2 + WIDE.height / 2 + 2 * PADDING + CAPTION;
  const yOf = (row) => height - CAPTION - PADDING - NODE.height / 2 - row * ROW;
  const spine = Array.from({ length: rows }, (_, row) => box("middle", yOf(row), row < sides.length ? NODE : WIDE));
  const siblings = sides.map((side, row) => box(side, yOf(row), NODE));
  const joints = sides.map((_, row) => ({ x: CENTRE.middle, y: yOf(row) - ROW / 2 }));
  const links = [
    ...spine.slice(1).map((above, row) => `M${CENTRE.middle} ${spine[row].y}V${above.y + above.height}`),
    ...siblings.map((sibling, row) => elbow(sides[row], sibling.y, joints[row])),
  ];
  return { width: WIDTH, height, spine, siblings, joints, links };
}

function box(column, y, { width, height }) {
  return { x: CENTRE[column] - width / 2, y: y - height / 2, width, height };
}

/** From the top of a sibling up and over to where it meets the spine. */
function elbow(side, top, joint) {
  const x = CENTRE[side];
  const turn = side === "left" ? BEND : -BEND;
  return `M${x} ${top}V${joint.y + BEND}Q${x} ${joint.y} ${x + turn} ${joint.y}H${joint.x}`;
}
