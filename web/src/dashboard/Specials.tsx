// The ten special programmes, each with its target, its pace and its parts; and what was reached by level and award.

import { percent, whole } from "../shared/figures";
import { Head, Wide } from "../shared/Wide";
import { named, say } from "../shared/words";
import type { Board, PaceRow } from "./answers";
import { Bullet } from "./Bullet";
import { called, exact, written } from "./measures";
import type { View } from "./view";

const PART = "-";

export function Specials(props: { board: Board; view: View; toggle: () => void }) {
  const { board, view } = props;
  const aim = view.measure === "high_skilled_persons" ? view.measure : "trainings";
  const rows = board.programmes.rows
    .filter((row) => row.key !== board.programmes.plan?.code && (view.parts || !row.key.includes(PART)))
    .sort((one, other) => one.key.localeCompare(other.key));
  return (
    <section class="panel long specials" aria-labelledby="specials-title">
      <div class="panel-head">
        <h2 id="specials-title">{say("十大专项", "Ten special programmes")}</h2>
        <button type="button" class="quiet" aria-pressed={view.parts} onClick={props.toggle}>
          {say("显示子项", "Show parts")}
        </button>
      </div>
      <p class="soft small">
        {called(aim)}
        {view.region && say("（全省）", " (the whole province)")}
        {say("；竖线为今日应达到的进度", "; the mark is where today should be")}
      </p>
      <Wide name={say("十大专项", "Ten special programmes")}>
        <table aria-labelledby="specials-title">
          <Head
            columns={[
              [say("专项", "Programme"), "text"],
              [say("完成", "Done")],
              [say("目标", "Target")],
              [say("完成率", "Share")],
              [say("进度", "Pace"), "text pace"],
            ]}
          />
          <tbody>
            {rows.map((row) => (
              <Special key={row.key} row={row} name={named(board.names.programmes, row.key)} />
            ))}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}

function Special({ row, name }: { row: PaceRow; name: string }) {
  return (
    <tr data-programme={row.key}>
      <th class={row.key.includes(PART) ? "text part" : "text"} scope="row">
        <span class="soft small">{row.key}</span> {name}
      </th>
      <td>{whole(row.done)}</td>
      <td>{row.target === null ? "—" : whole(row.target)}</td>
      <td>{percent(row.percent)}</td>
      <td class="pace">
        <Bullet row={row} />
        <span class="unseen">
          {row.behind_by
            ? say(`落后 ${whole(row.behind_by)}`, `behind by ${whole(row.behind_by)}`)
            : say("达到进度或无目标", "on pace, or without a target")}
        </span>
      </td>
    </tr>
  );
}

export function Awards({ board, view }: { board: Board; view: View }) {
  const rows = board.awards.rows.filter((row) => row[view.measure] !== 0);
  const largest = Math.max(1, ...rows.map((row) => row[view.measure]));
  const order = Object.keys(board.names.awards);
  rows.sort((one, other) => order.indexOf(one.award ?? "") - order.indexOf(other.award ?? ""));
  return (
    <section class="panel awards" aria-labelledby="awards-title">
      <div class="panel-head">
        <h2 id="awards-title">{say("等级与证书种类", "Levels and awards")}</h2>
        <span class="soft small">{called(view.measure)}</span>
      </div>
      {rows.length === 0 && <p>{say("本期没有数据。", "There are no figures in this period.")}</p>}
      <table hidden={rows.length === 0}>
        <caption class="unseen">{say("按等级与证书种类", "By level and award")}</caption>
        <thead class="unseen">
          <tr>
            <th scope="col">{say("等级或种类", "Level or award")}</th>
            <th scope="col">{say("占比", "Share")}</th>
            <th scope="col">{called(view.measure)}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.award} data-award={row.award}>
              <th class="text" scope="row">
                {named(board.names.awards, row.award ?? "")}
              </th>
              <td class="share">
                <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                  <rect class="bar" width={Math.max(0, (row[view.measure] / largest) * 100)} height={8} />
                </svg>
              </td>
              <td title={exact(view.measure, row[view.measure])}>{written(view.measure, row[view.measure])}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
