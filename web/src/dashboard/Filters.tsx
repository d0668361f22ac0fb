// What the whole page is about: one period, a plan, a map of the regions, and the measure of map and trend.

import { say } from "../shared/words";
import type { Board } from "./answers";
import { called } from "./measures";
import { MEASURES, type PeriodKind, type View } from "./view";

const PERIODS: Readonly<Record<PeriodKind, readonly [string, string]>> = {
  year: ["全年", "Year"],
  month: ["本月", "Month"],
  week: ["本周", "Week"],
  day: ["今日", "Today"],
  days: ["自定", "Days"],
};

export type Put = (changes: Record<string, string | null>) => void;

export function Filters({ board, view, put }: { board: Board; view: View; put: Put }) {
  return (
    <form
      class="filters row"
      aria-label={say("显示范围", "What is shown")}
      onSubmit={(event) => event.preventDefault()}
    >
      <fieldset class="row">
        <legend class="unseen">{say("时间范围", "Period")}</legend>
        {(Object.keys(PERIODS) as PeriodKind[]).map((kind) => (
          <button
            key={kind}
            type="button"
            aria-pressed={kind === view.period}
            onClick={() => put({ period: kind === "year" ? null : kind, first: null, last: null })}
          >
            {say(...PERIODS[kind])}
          </button>
        ))}
      </fieldset>
      {view.period === "days" && (
        <>
          <label>
            {say("自 ", "From ")}
            <input
              type="date"
              value={view.days.first}
              max={view.days.last}
              onChange={(event) => put({ first: event.currentTarget.value })}
            />
          </label>
          <label>
            {say("至 ", "to ")}
            <input
              type="date"
              value={view.days.last}
              min={view.days.first}
              onChange={(event) => put({ last: event.currentTarget.value })}
            />
          </label>
        </>
      )}
      <label>
        {say("指标 ", "Measure ")}
        <select value={view.measure} onChange={(event) => put({ measure: event.currentTarget.value })}>
          {MEASURES.map((measure) => (
            <option key={measure} value={measure}>
              {called(measure)}
            </option>
          ))}
        </select>
      </label>
      {board.plans.length > 1 && (
        <label>
          {say("计划 ", "Plan ")}
          <select value={view.plan ?? ""} onChange={(event) => put({ plan: event.currentTarget.value })}>
            <option value="">{say("今日的计划", "Today's")}</option>
            {board.plans.map((plan) => (
              <option key={plan.code} value={plan.code}>
                {say(plan.name_zh, plan.name_en)}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        {say("地区口径 ", "Map ")}
        <select value={view.map} onChange={(event) => put({ as: event.currentTarget.value === "now" ? "now" : null })}>
          <option value="then">{say("上报时", "As reported")}</option>
          <option value="now">{say("现行区划", "As of today")}</option>
        </select>
      </label>
    </form>
  );
}
