// How the province, or the region that was chosen, stands: its target, what was reached, and where today should be.

import { money, percent, signed, whole, yuan } from "../shared/figures";
import { named, say } from "../shared/words";
import type { Board, PaceRow } from "./answers";
import { Bullet } from "./Bullet";
import { called } from "./measures";
import type { View } from "./view";

export function Hero({ board, view }: { board: Board; view: View }) {
  const row = view.region ? board.regions.rows.find((each) => each.key === view.region) : board.regions.total;
  const aim = view.measure === "high_skilled_persons" ? view.measure : "trainings";
  const place = view.county ?? view.region;
  const where = place ? named(board.names.regions, place) : say("全省", "The province");
  const done = view.county ? board.period.total[aim] : (row?.done ?? 0);
  return (
    <section class="panel hero" aria-labelledby="hero-title">
      <div class="panel-head">
        <h2 id="hero-title">
          {where} · {called(aim)}
        </h2>
        <span class="soft small">
          {say(`截至 ${board.regions.day}`, `Until ${board.regions.day}`)}
          {board.regions.share &&
            say(
              `，时间进度 ${(Number(board.regions.share) * 100).toFixed(1)}%`,
              `, ${(Number(board.regions.share) * 100).toFixed(1)}% of the year's work is due`,
            )}
        </span>
      </div>
      <p class="big" data-figure="done">
        {whole(done)}
      </p>
      {view.county ? (
        <p class="soft">{say("县（市、区）没有单独的目标。", "Counties have no targets of their own.")}</p>
      ) : row ? (
        <Standing row={row} />
      ) : (
        <p>{say("该地区尚无数据。", "There are no figures of this region yet.")}</p>
      )}
      <dl class="flows">
        <Flow name={say("今日", "Today")} amount={board.today.total[aim]} figure="today" />
        <Flow name={say("本周", "This week")} amount={board.week.total[aim]} figure="week" />
        <Flow name={called("in_training")} amount={board.period.total.in_training} figure="in_training" isStock />
        <Flow name={called("certificates")} amount={board.period.total.certificates} figure="certificates" isStock />
      </dl>
    </section>
  );
}

function Standing({ row }: { row: PaceRow }) {
  if (row.target === null)
    return <p class="soft">{say("尚未载入该地区的年度目标。", "No target was loaded for it.")}</p>;
  return (
    <>
      <Bullet row={row} />
      <p>
        {say("年度目标 ", "Target ")}
        <b>{whole(row.target)}</b>
        {say("，完成 ", ", reached ")}
        <b data-figure="percent">{percent(row.percent)}</b>
        {row.expected !== null && (
          <>
            {say("；按进度应完成 ", "; due by now ")}
            <b>{whole(row.expected)}</b>
          </>
        )}
        {say("。", ".")}
      </p>
      {row.behind_by ? (
        <p class="bad">
          ▼{" "}
          {say(
            `落后进度 ${whole(row.behind_by)}（自 ${row.behind_since ?? "—"} 起）`,
            `Behind by ${whole(row.behind_by)} since ${row.behind_since ?? "—"}`,
          )}
        </p>
      ) : (
        <p class="good">● {say("达到进度要求", "On pace")}</p>
      )}
      {row.forecast !== null && (
        <p class="soft small">
          {say(
            `照此速度，年底预计 ${whole(row.forecast)}（${percent(row.forecast_percent)}）`,
            `At this pace, ${whole(row.forecast)} by the end of the year (${percent(row.forecast_percent)})`,
          )}
        </p>
      )}
    </>
  );
}

function Flow(props: { name: string; amount: number; figure: string; isStock?: boolean }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd data-figure={props.figure}>{props.isStock ? whole(props.amount) : signed(props.amount)}</dd>
    </div>
  );
}

/** Money of the period: what was allocated in the year, approved, waits to be paid, was paid and recovered. */
export function Money({ board, view }: { board: Board; view: View }) {
  const { approved_fen, paid_fen, recovered_fen } = board.period.total;
  const waiting = approved_fen - paid_fen;
  const year = view.today.slice(0, 4);
  return (
    <section class="panel money" aria-labelledby="money-title">
      <div class="panel-head">
        <h2 id="money-title">{say("补贴资金", "Subsidies")}</h2>
      </div>
      <dl>
        {!view.county && (
          <Sum
            name={say(`${year} 年预算`, `Allocated for ${year}`)}
            fen={board.allocations.allocated_fen}
            figure="allocated_fen"
          />
        )}
        <Sum name={say("已批准", "Approved")} fen={approved_fen} figure="approved_fen" />
        <Sum name={say("待拨付（批准减拨付）", "Approved and not paid")} fen={waiting} figure="waiting_fen" />
        <Sum name={say("已拨付", "Paid")} fen={paid_fen} figure="paid_fen" />
        <Sum name={say("已追回", "Recovered")} fen={recovered_fen} figure="recovered_fen" />
      </dl>
    </section>
  );
}

function Sum({ name, fen, figure }: { name: string; fen: number; figure: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <b>{money(fen)}</b>
        <span class="soft small" data-figure={figure}>
          {yuan(fen)}
        </span>
      </dd>
    </div>
  );
}
