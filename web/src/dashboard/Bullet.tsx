// A bar of what is done beside a target, with a mark where today should be. Its figures stand beside it as text.

import { scaleLinear } from "d3-scale";
import type { PaceRow } from "./answers";

const WIDTH = 100;
const HEIGHT = 10;

export function Bullet({ row }: { row: PaceRow }) {
  if (!row.target) return null;
  const x = scaleLinear().domain([0, row.target]).range([0, WIDTH]).clamp(true);
  const state = row.done >= row.target ? "reached" : row.alert ? "behind" : "going";
  return (
    <svg class={`bullet ${state}`} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" x={0} y={2} width={WIDTH} height={6} />
      <rect class="fill" x={0} y={2} width={x(row.done)} height={6} />
      {row.expected !== null && <rect class="mark" x={x(row.expected) - 0.6} y={0} width={1.2} height={HEIGHT} />}
    </svg>
  );
}
