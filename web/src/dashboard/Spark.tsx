// The course of a place over the months of the year, as a line without axes; the table beside it has the figures.

import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";

const WIDTH = 72;
const HEIGHT = 20;

export function Spark({ amounts, told }: { amounts: readonly number[]; told: string }) {
  const x = scaleLinear([0, amounts.length - 1], [1, WIDTH - 1]);
  const y = scaleLinear([0, Math.max(1, ...amounts)], [HEIGHT - 2, 2]);
  const drawn = line<number>(
    (_, index) => x(index),
    (amount) => y(amount),
  )([...amounts]);
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={told}>
      <path d={drawn ?? ""} />
    </svg>
  );
}
