// What the dashboard asks of the service, and the shapes of the answers that it uses.

import { all, ask, path } from "../shared/api";
import type { Name } from "../shared/words";
import type { View } from "./view";

export interface Measures {
  trainings: number;
  subsidised_trainings: number;
  certificates: number;
  high_skilled_persons: number;
  approved_fen: number;
  paid_fen: number;
  recovered_fen: number;
  in_training: number;
}

export type Measure = keyof Measures;

export interface TotalsRow extends Measures {
  programme?: string;
  region?: string;
  county?: string;
  award?: string;
  day?: string;
  week?: string;
  month?: string;
}

interface Topic {
  facts: number;
  applied_at: string | null;
  behind: number | null;
  seen_at: string | null;
}

export interface AsOf {
  read_at: string;
  topics: Record<string, Topic>;
}

export interface Plan {
  code: string;
  year: number;
  name_zh: string;
  name_en: string;
}

export interface Totals {
  as_of: AsOf;
  plan: Plan | null;
  rows: TotalsRow[];
  total: Measures;
}

export interface PaceRow {
  key: string;
  target: number | null;
  done: number;
  percent: string | null;
  expected: number | null;
  behind_by: number | null;
  behind_since: string | null;
  forecast: number | null;
  forecast_percent: string | null;
  alert: boolean;
}

export interface Pace {
  as_of: AsOf;
  plan: Plan | null;
  day: string;
  method: "last-year" | "linear";
  share: string | null;
  total: PaceRow | null;
  rows: PaceRow[];
}

export interface Names {
  plan: Plan | null;
  programmes: Record<string, Name>;
  regions: Record<string, Name>;
  awards: Record<string, Name>;
}

export interface Books {
  light: "green" | "amber" | "red";
  compared_at: string | null;
  unequal: number;
}

export interface Allocations {
  rows: { region: string; allocated_fen: number }[];
  allocated_fen: number;
}

/** Everything that the page shows at one moment. */
export interface Board {
  names: Names;
  plans: Plan[];
  period: Totals;
  today: Totals;
  week: Totals;
  places: Totals;
  regions: Pace;
  programmes: Pace;
  awards: Totals;
  trend: Totals;
  months: Totals;
  allocations: Allocations;
  books: Books;
}

/** The query that all questions share: plan, map, and the days of the period. */
export function asked(view: View): Record<string, string | undefined> {
  return { plan: view.plan, as: view.map, first_day: view.days.first, last_day: view.days.last };
}

export async function today(plan: string | undefined): Promise<Pace> {
  return ask<Pace>(path("v1/pace", { along: "region", plan }));
}

export async function board(view: View): Promise<Board> {
  const period = asked(view);
  const { region } = view;
  const place = view.county ?? region;
  const totals = (more: Record<string, string | undefined>) =>
    ask<Totals>(path("v1/totals", { ...period, region: place, ...more }));
  const aim = view.measure === "high_skilled_persons" ? view.measure : "trainings";
  const pace = (along: string) =>
    ask<Pace>(path("v1/pace", { along, measure: aim, plan: view.plan, day: view.days.last }));
  const ofYear = { first_day: undefined, last_day: undefined };
  const by = region ? "county" : "region";
  const [names, plans, whole, today, week, places, regions, programmes, awards, trend, months, allocations, books] =
    await Promise.all([
      ask<Names>(path("v1/names", { plan: view.plan, as: view.map })),
      ask<Plan[]>("v1/plans"),
      totals({ by: "" }),
      totals({ by: "", first_day: view.today, last_day: view.today }),
      totals({ by: "", first_day: view.monday, last_day: view.today }),
      totals({ by }),
      pace("region"),
      pace("programme"),
      totals({ by: "award" }),
      totals({ by: view.step }),
      totals({ ...ofYear, by: `${by},month` }),
      ask<Allocations>(path("v1/allocations", { year: view.today.slice(0, 4), region })),
      ask<Books>("v1/books"),
    ]);
  return {
    names,
    plans,
    period: whole,
    today,
    week,
    places,
    regions,
    programmes,
    awards,
    trend,
    months,
    allocations,
    books,
  };
}

/** An institution or an assessment body, with what it adds to the figures of the place that is shown. */
export interface Organisation extends Measures {
  id: string;
  /** Null where nobody told it. */
  name: string | null;
}

/** Those that whoever is signed in may see. */
export async function organisations(view: View): Promise<Organisation[]> {
  return all<Organisation>("v1/organisation-totals", { ...asked(view), region: view.county ?? view.region });
}
