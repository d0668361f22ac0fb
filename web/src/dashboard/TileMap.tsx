// The reporting regions as tiles, roughly where they lie in the province: one measure at a time, five steps of colour.

import { scaleQuantize } from "d3-scale";
import { percent } from "../shared/figures";
import { named, say } from "../shared/words";
import type { Board } from "./answers";
import { called, exact, written } from "./measures";
import { haveTargets, type Place } from "./standing";
import type { View } from "./view";

/** Column and row of each region; regions without a place here follow below the map. */
const TILES: Readonly<Record<string, readonly [number, number]>> = {
  "410500": [4, 1],
  "410900": [5, 1],
  "419001": [2, 2],
  "410800": [3, 2],
  "410700": [4, 2],
  "410600": [5, 2],
  "411200": [1, 3],
  "410300": [2, 3],
  "410100": [3, 3],
  "410173": [4, 3],
  "410200": [5, 3],
  "411400": [6, 3],
  "410400": [2, 4],
  "411000": [3, 4],
  "411100": [4, 4],
  "411600": [5, 4],
  "411300": [2, 5],
  "411700": [3, 5],
  "411500": [4, 5],
};
const STEPS = [0, 1, 2, 3, 4];

export function TileMap(props: { board: Board; view: View; places: Place[]; choose: (region: string) => void }) {
  const { board, view, places } = props;
  const byTarget = haveTargets(places) && (view.measure === "trainings" || view.measure === "high_skilled_persons");
  const worth = (place: Place) => (byTarget ? Number(place.pace?.percent ?? 0) : place.amounts[view.measure]);
  const amounts = places.map(worth);
  const step = scaleQuantize([Math.min(0, ...amounts), Math.max(1, ...amounts)], STEPS);
  const text = (place: Place) =>
    byTarget ? percent(place.pace?.percent ?? null) : written(view.measure, place.amounts[view.measure]);
  return (
    <section class="panel map" aria-labelledby="map-title">
      <div class="panel-head">
        <h2 id="map-title">{say("各地区", "Regions")}</h2>
        <span class="soft small">
          {called(view.measure)}
          {byTarget && say(" · 完成率", " · share of the target")}
        </span>
      </div>
      <ul class="tiles">
        {places.map((place) => {
          const [column, row] = TILES[place.code] ?? [];
          return (
            <li key={place.code} class={column ? `c${column} r${row}` : "elsewhere"}>
              <button
                type="button"
                data-step={step(worth(place))}
                data-behind={place.isBehind}
                title={exact(view.measure, place.amounts[view.measure])}
                onClick={() => props.choose(place.code)}
              >
                <span>{named(board.names.regions, place.code)}</span>
                <b>{text(place)}</b>
                {place.isBehind && <span class="flag">▼ {say("落后", "behind")}</span>}
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
