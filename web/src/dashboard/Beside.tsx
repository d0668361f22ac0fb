// What stands beside the totals: what trainings led to, and what waits in supervision. Asked for once the figures stand.

import type { ComponentChildren } from "preact";
import { type Answer, Shown, useAnswer } from "../shared/answer";
import { ask, path } from "../shared/api";
import { percent, whole } from "../shared/figures";
import { Table } from "../shared/Wide";
import { named, say } from "../shared/words";
import type { Board } from "./answers";
import type { View } from "./view";

interface Rate {
  numerator: number | null;
  denominator: number | null;
  percent: string | null;
  suppressed: boolean;
}

interface Pay {
  median_permille: number | null;
  n: number | null;
  suppressed: boolean;
}

interface About {
  code: string;
  name_zh: string;
  name_en: string;
  cohort_zh: string;
  cohort_en: string;
}

type Rates = { key: string; pay: Pay } & Record<string, Rate>;

interface Quality {
  year: number;
  counted_on: string | null;
  group_size_min: number;
  rates: About[];
  total: Rates;
  rows: Rates[];
}

interface Waiting {
  flags_open: number;
  flags_holding: number;
  flags_late: number;
  findings_open: number;
  findings_late: number;
  patrols: number;
}

interface Supervision {
  day: string;
  first_day: string;
  last_day: string;
  rows: (Waiting & { place: string })[];
  total: Waiting;
}

const PERMILLE_PER_PERCENT = 10;

export function QualityRates({ board, view }: { board: Board; view: View }) {
  const year = (view.days.last ?? view.today).slice(0, 4);
  const answer = useAnswer(() => ask<Quality>(path("v1/quality", { year, along: "region" })), [year, view.today]);
  return (
    <Panel id="quality" title={say(`${year} 年培训质量`, `Quality of trainings that ended in ${year}`)}>
      <Quietly answer={answer}>
        {(found) => <RatesOf found={found} rates={ratesOf(found, view.region)} place={placeOf(board, view)} />}
      </Quietly>
    </Panel>
  );
}

/** Those of the region; null where it has none yet. */
function ratesOf(found: Quality, region: string | undefined): Rates | null {
  if (found.counted_on === null) return null;
  return region ? (found.rows.find((row) => row.key === region) ?? null) : found.total;
}

function placeOf(board: Board, view: View): string {
  return view.region ? named(board.names.regions, view.region) : say("全省", "The whole province");
}

function RatesOf(props: { found: Quality; rates: Rates | null; place: string }) {
  const { found, rates } = props;
  if (rates === null) return <p>{say("尚未统计。", "Nothing has been counted yet.")}</p>;
  return (
    <>
      <p class="soft small">
        {say(`${props.place}，统计至 ${found.counted_on}`, `${props.place}, counted on ${found.counted_on}`)}
        {say(
          `；不足 ${found.group_size_min} 人的不公布`,
          `; of fewer than ${found.group_size_min} people nothing is published`,
        )}
      </p>
      <dl class="rates">
        {found.rates.map((about) => (
          <div key={about.code} data-rate={about.code}>
            <dt>
              {say(about.name_zh, about.name_en)}
              <span class="soft small">{say(about.cohort_zh, about.cohort_en)}</span>
            </dt>
            <dd>{about.code === "pay" ? <PayChange pay={rates.pay} /> : <Share rate={rates[about.code]} />}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Share({ rate }: { rate: Rate | undefined }) {
  if (rate === undefined || rate.suppressed) return <Suppressed />;
  if (rate.denominator === null || rate.numerator === null || rate.percent === null) return <b>—</b>;
  return (
    <>
      <b>{percent(rate.percent)}</b>
      <span class="soft small">
        {say(
          `${whole(rate.numerator)} / ${whole(rate.denominator)}`,
          `${whole(rate.numerator)} of ${whole(rate.denominator)}`,
        )}
      </span>
    </>
  );
}

function PayChange({ pay }: { pay: Pay }) {
  if (pay.suppressed) return <Suppressed />;
  if (pay.median_permille === null || pay.n === null) return <b>—</b>;
  return (
    <>
      <b>{percent((pay.median_permille / PERMILLE_PER_PERCENT).toFixed(1))}</b>
      <span class="soft small">{say(`${whole(pay.n)} 人的中位数`, `median of ${whole(pay.n)}`)}</span>
    </>
  );
}

function Suppressed() {
  return <span class="soft small">{say("人数过少，不公布", "too few people")}</span>;
}

export function SupervisionPanel({ board, view }: { board: Board; view: View }) {
  const place = view.county ?? view.region;
  const { first, last } = view.days;
  const answer = useAnswer(
    () => ask<Supervision>(path("v1/supervision", { region: place, first_day: first, last_day: last })),
    [place, first, last, board.period.total],
  );
  return (
    <Panel id="supervision" title={say("监管", "Supervision")}>
      <Quietly answer={answer}>
        {(found) => (
          <>
            <p class="soft small">
              {say(
                `待办截至 ${found.day}；巡查 ${found.first_day} 至 ${found.last_day}`,
                `What waits on ${found.day}; patrols from ${found.first_day} to ${found.last_day}`,
              )}
            </p>
            <dl class="flows">
              {counts().map(([code, name]) => (
                <div key={code}>
                  <dt>{name}</dt>
                  <dd class={code.endsWith("_late") && found.total[code] > 0 ? "bad" : ""} data-figure={code}>
                    {whole(found.total[code])}
                  </dd>
                </div>
              ))}
            </dl>
            {!view.county && found.rows.length > 0 && (
              <details>
                <summary>{view.region ? say("按县", "By county") : say("按地区", "By region")}</summary>
                <Table
                  name={say("监管待办", "What waits in supervision")}
                  rows={found.rows}
                  empty=""
                  columns={[[say("地区", "Region"), "text"], ...counts().map(([, name]) => [name] as const)]}
                >
                  {(row) => (
                    <tr key={row.place} data-place={row.place}>
                      <th class="text" scope="row">
                        {named(board.names.regions, row.place)}
                      </th>
                      {counts().map(([code]) => (
                        <td key={code}>{whole(row[code])}</td>
                      ))}
                    </tr>
                  )}
                </Table>
              </details>
            )}
          </>
        )}
      </Quietly>
    </Panel>
  );
}

function counts(): readonly (readonly [keyof Waiting, string])[] {
  return [
    ["flags_open", say("疑点待核", "Flags that wait")],
    ["flags_holding", say("其中暂停补贴", "of these, holding a claim")],
    ["flags_late", say("逾期疑点", "Flags past their day")],
    ["findings_open", say("问题待整改", "Findings that are open")],
    ["findings_late", say("逾期问题", "Findings past their day")],
    ["patrols", say("巡查次数", "Patrols")],
  ];
}

/** As elsewhere, but a service that is away is told by the head of the page alone. */
function Quietly<T>(props: { answer: Answer<T>; children: (found: T) => ComponentChildren }) {
  const { refused } = props.answer;
  return (
    <Shown answer={refused?.isPassing ? { ...props.answer, refused: null } : props.answer}>{props.children}</Shown>
  );
}

function Panel(props: { id: string; title: string; children: ComponentChildren }) {
  return (
    <section class={`panel ${props.id}`} aria-labelledby={`${props.id}-title`}>
      <div class="panel-head">
        <h2 id={`${props.id}-title`}>{props.title}</h2>
      </div>
      {props.children}
    </section>
  );
}
