// How places stand beside each other: their rank by what they have reached of their target, and the three behind.

import type { Board, Measures, Organisation, PaceRow, TotalsRow } from "./answers";
import type { View } from "./view";

export const BEHIND_SHOWN = 3;

export interface Place {
  code: string;
  /** 1 is the first; null for a place that has no target beside others that have one. */
  rank: number | null;
  isBehind: boolean;
  pace: PaceRow | null;
  amounts: Measures;
  /** The measure shown, by month of the plan's year. */
  months: number[];
}

const NOTHING: Measures = {
  trainings: 0,
  subsidised_trainings: 0,
  certificates: 0,
  high_skilled_persons: 0,
  approved_fen: 0,
  paid_fen: 0,
  recovered_fen: 0,
  in_training: 0,
};
const MONTHS = 12;

function codeOf(row: TotalsRow): string {
  return row.county ?? row.region ?? "";
}

function share(row: PaceRow): number | null {
  return row.target ? row.done / row.target : null;
}

/** Whether any place has a target of its own, so that they can be ranked by it. */
export function haveTargets(places: readonly Place[]): boolean {
  return places.some((place) => place.pace?.target != null);
}

export function placesOf(board: Board, view: View): Place[] {
  const paces = new Map(view.region ? [] : board.regions.rows.map((row) => [row.key, row]));
  const amounts = new Map(board.places.rows.map((row) => [codeOf(row), row]));
  const months = new Map<string, number[]>();
  for (const row of board.months.rows) {
    const line = months.get(codeOf(row)) ?? Array<number>(MONTHS).fill(0);
    line[Number(row.month?.slice(5, 7)) - 1] = row[view.measure];
    months.set(codeOf(row), line);
  }
  const places = [...new Set([...paces.keys(), ...amounts.keys()])].map((code) => ({
    code,
    rank: null as number | null,
    isBehind: false,
    pace: paces.get(code) ?? null,
    amounts: amounts.get(code) ?? NOTHING,
    months: months.get(code) ?? Array<number>(MONTHS).fill(0),
  }));
  return ranked(places, view);
}

/** Institutions and bodies in the order of what they add to the measure that is shown. */
export function placesOfOrganisations(found: readonly Organisation[], view: View): Place[] {
  const nothing = { rank: null, isBehind: false, pace: null, months: [] };
  return ranked(
    found.map((each) => ({ ...nothing, code: each.id, amounts: each })),
    view,
  );
}

function ranked(places: Place[], view: View): Place[] {
  const byTarget = haveTargets(places);
  const worth = (place: Place) =>
    byTarget ? (place.pace === null ? null : share(place.pace)) : place.amounts[view.measure];
  const inOrder = places
    .filter((place) => worth(place) !== null)
    .sort((one, other) => (worth(other) ?? 0) - (worth(one) ?? 0) || one.code.localeCompare(other.code));
  inOrder.forEach((place, index) => {
    const above = inOrder[index - 1];
    place.rank = above && worth(above) === worth(place) ? above.rank : index + 1;
  });
  const behind = inOrder.filter((place) => (place.pace?.behind_by ?? 0) > 0).slice(-BEHIND_SHOWN);
  for (const place of behind) place.isBehind = true;
  return [...inOrder, ...places.filter((place) => worth(place) === null)];
}
