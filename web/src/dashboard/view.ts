// What of the figures is shown, as the address says it: one period for the whole page, a region, a measure, an order.

import type { Measure } from "./answers";

export type PeriodKind = "year" | "month" | "week" | "day" | "days";
export type Step = "day" | "week" | "month";

export interface View {
  period: PeriodKind;
  days: { first: string | undefined; last: string | undefined };
  today: string;
  monday: string;
  plan: string | undefined;
  map: "then" | "now";
  region: string | undefined;
  /** A place in the region. */
  county: string | undefined;
  measure: Measure;
  step: Step;
  sort: string;
  parts: boolean;
  wall: boolean;
}

const PERIODS: readonly PeriodKind[] = ["year", "month", "week", "day", "days"];
const STEPS: readonly Step[] = ["day", "week", "month"];
export const MEASURES: readonly Measure[] = [
  "trainings",
  "subsidised_trainings",
  "certificates",
  "high_skilled_persons",
  "in_training",
  "approved_fen",
  "paid_fen",
  "recovered_fen",
];
const DAY = /^\d{4}-\d{2}-\d{2}$/;

function among<T extends string>(known: readonly T[], text: string | null, otherwise: T): T {
  return known.find((each) => each === text) ?? otherwise;
}

/** The Monday of the week of `day`. */
export function mondayOf(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}

function daysOf(period: PeriodKind, today: string, given: URLSearchParams): View["days"] {
  switch (period) {
    case "year":
      return { first: undefined, last: undefined };
    case "month":
      return { first: `${today.slice(0, 8)}01`, last: today };
    case "week":
      return { first: mondayOf(today), last: today };
    case "day":
      return { first: today, last: today };
    case "days": {
      const [first, last] = [given.get("first") ?? "", given.get("last") ?? ""];
      const end = DAY.test(last) ? last : today;
      const start = DAY.test(first) ? first : `${today.slice(0, 4)}-01-01`;
      return start <= end ? { first: start, last: end } : { first: end, last: start };
    }
  }
}

export function viewOf(given: URLSearchParams, today: string): View {
  const period = among(PERIODS, given.get("period"), "year");
  return {
    period,
    days: daysOf(period, today, given),
    today,
    monday: mondayOf(today),
    plan: given.get("plan") ?? undefined,
    map: among(["then", "now"], given.get("map"), "then"),
    region: given.get("region") ?? undefined,
    county: given.get("region") ? (given.get("county") ?? undefined) : undefined,
    measure: among(MEASURES, given.get("measure"), "trainings"),
    step: among(STEPS, given.get("step"), "month"),
    sort: given.get("sort") ?? "rank",
    parts: given.get("parts") === "1",
    wall: given.get("wall") === "1",
  };
}
