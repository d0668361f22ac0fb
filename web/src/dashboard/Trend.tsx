// The measure by day, week or month: bars with a scale, the amount under the pointer as text, and all of it as a table.

import { scaleBand, scaleLinear } from "d3-scale";
import { useState } from "preact/hooks";
import { download } from "../shared/download";
import { Head, Wide } from "../shared/Wide";
import { say } from "../shared/words";
import type { Board, TotalsRow } from "./answers";
import { called, exact, isMoney, written } from "./measures";
import type { Step, View } from "./view";

const WIDTH = 720;
const HEIGHT = 220;
const MARGIN = { top: 8, right: 8, bottom: 22, left: 56 };
const LABELS_MAX = 8;
const LEVELS = 4;
const FEN_PER_WAN = 1_000_000;

const CALLED: Readonly<Record<Step, readonly [string, string]>> = {
  day: ["按日", "By day"],
  week: ["按周", "By week"],
  month: ["按月", "By month"],
};

interface Bar {
  when: string;
  amount: number;
}

function bars(rows: readonly TotalsRow[], view: View): Bar[] {
  return rows
    .map((row) => ({ when: row[view.step] ?? "", amount: row[view.measure] }))
    .sort((one, other) => one.when.localeCompare(other.when));
}

function shown(step: Step, when: string): string {
  return step === "month" ? when.slice(0, 7) : when;
}

export function Trend(props: { board: Board; view: View; choose: (step: Step) => void }) {
  const { board, view } = props;
  const found = bars(board.trend.rows, view);
  const [pointed, setPointed] = useState<string | null>(null);
  const read = found.find((bar) => bar.when === pointed) ?? found.at(-1);
  const title = `${called(view.measure)} · ${say(...CALLED[view.step])}`;
  const rows = found.map((bar) => [shown(view.step, bar.when), isMoney(view.measure) ? bar.amount / 100 : bar.amount]);
  const unit = isMoney(view.measure) ? say("金额（元）", "yuan") : called(view.measure);
  return (
    <section class="panel trend" aria-labelledby="trend-title">
      <div class="panel-head">
        <h2 id="trend-title">{say("趋势", "Trend")}</h2>
        <fieldset class="row no-print">
          <legend class="unseen">{say("时间单位", "Unit of time")}</legend>
          {(Object.keys(CALLED) as Step[]).map((step) => (
            <button key={step} type="button" aria-pressed={step === view.step} onClick={() => props.choose(step)}>
              {say(...CALLED[step])}
            </button>
          ))}
        </fieldset>
      </div>
      <p class="soft small">
        {title}
        {read && (
          <>
            {say("：", ": ")}
            <b>
              {shown(view.step, read.when)} {exact(view.measure, read.amount)}
            </b>
          </>
        )}
      </p>
      {found.length === 0 ? (
        <p>{say("本期没有数据。", "There are no figures in this period.")}</p>
      ) : (
        <Bars bars={found} view={view} told={title} point={setPointed} />
      )}
      <details>
        <summary>{say("以表格显示", "As a table")}</summary>
        <div class="row">
          <button
            type="button"
            class="quiet"
            onClick={() => download(`trend-${view.step}.csv`, [[say("时间", "When"), unit], ...rows])}
          >
            {say("下载", "Download")}
          </button>
        </div>
        <Wide class="scroll" name={title}>
          <table>
            <Head columns={[[say("时间", "When"), "text"], [called(view.measure)]]} />
            <tbody>
              {found.map((bar) => (
                <tr key={bar.when}>
                  <th class="text" scope="row">
                    {shown(view.step, bar.when)}
                  </th>
                  <td>{exact(view.measure, bar.amount)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      </details>
    </section>
  );
}

function Bars(props: { bars: Bar[]; view: View; told: string; point: (when: string | null) => void }) {
  const { view } = props;
  const x = scaleBand(
    props.bars.map((bar) => bar.when),
    [MARGIN.left, WIDTH - MARGIN.right],
  ).padding(0.2);
  const amounts = props.bars.map((bar) => bar.amount);
  const y = scaleLinear([Math.min(0, ...amounts), Math.max(1, ...amounts)], [HEIGHT - MARGIN.bottom, MARGIN.top]).nice(
    LEVELS,
  );
  const every = Math.ceil(props.bars.length / LABELS_MAX);
  const level = (amount: number) =>
    isMoney(view.measure)
      ? say(`${amount / FEN_PER_WAN}万`, `${amount / FEN_PER_WAN / 100}m`)
      : written(view.measure, amount);
  return (
    <svg class="bars" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={props.told}>
      {y.ticks(LEVELS).map((amount) => (
        <g key={amount}>
          <line class="level" x1={MARGIN.left} x2={WIDTH - MARGIN.right} y1={y(amount)} y2={y(amount)} />
          <text x={MARGIN.left - 6} y={y(amount) + 4} text-anchor="end">
            {level(amount)}
          </text>
        </g>
      ))}
      {props.bars.map((bar, index) => (
        <g key={bar.when} onPointerEnter={() => props.point(bar.when)} onPointerLeave={() => props.point(null)}>
          <rect
            class="hit"
            x={x(bar.when)}
            y={MARGIN.top}
            width={x.bandwidth()}
            height={HEIGHT - MARGIN.bottom - MARGIN.top}
          />
          <rect
            class="bar"
            x={x(bar.when)}
            y={Math.min(y(0), y(bar.amount))}
            width={x.bandwidth()}
            height={Math.abs(y(0) - y(bar.amount))}
          />
          {index % every === 0 && (
            <text x={(x(bar.when) ?? 0) + x.bandwidth() / 2} y={HEIGHT - 6} text-anchor="middle">
              {view.step === "month" ? bar.when.slice(2, 7) : bar.when.slice(5)}
            </text>
          )}
        </g>
      ))}
    </svg>
  );
}
