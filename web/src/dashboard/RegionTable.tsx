// The regions, the counties of one, or who is at work in one, as a table that sorts: rank, target and pace, course, certificates and money.

import type { ComponentChildren } from "preact";
import { type Cell, download } from "../shared/download";
import { percent, whole, yuan } from "../shared/figures";
import { Wide } from "../shared/Wide";
import { named, say } from "../shared/words";
import type { Board } from "./answers";
import { Bullet } from "./Bullet";
import { called, written } from "./measures";
import { Spark } from "./Spark";
import { haveTargets, type Place } from "./standing";
import type { View } from "./view";

interface Column {
  code: string;
  title: () => string;
  /** What the column is sorted by, and what a file has of it. */
  worth: (place: Place) => Cell;
  /** Left out on a wall. */
  isMinor?: boolean;
  cell: (place: Place) => ComponentChildren;
}

function ofMoney(code: "approved_fen" | "paid_fen" | "recovered_fen"): Column {
  return {
    code,
    title: () => called(code),
    isMinor: true,
    worth: (place) => place.amounts[code] / 100,
    cell: (place) => <span title={yuan(place.amounts[code])}>{written(code, place.amounts[code])}</span>,
  };
}

function ofCount(code: "certificates" | "high_skilled_persons" | "in_training" | "subsidised_trainings"): Column {
  return {
    code,
    title: () => called(code),
    isMinor: code !== "high_skilled_persons",
    worth: (place) => place.amounts[code],
    cell: (place) => whole(place.amounts[code]),
  };
}

function ofPace(view: View, byTarget: boolean): Column[] {
  const aim = view.measure === "high_skilled_persons" ? view.measure : "trainings";
  const done: Column = {
    code: "done",
    title: () => called(aim),
    worth: (place) => place.pace?.done ?? place.amounts[aim],
    cell: (place) => whole(place.pace?.done ?? place.amounts[aim]),
  };
  if (!byTarget) return [done];
  return [
    done,
    {
      code: "target",
      title: () => say("目标", "Target"),
      worth: (place) => place.pace?.target ?? null,
      cell: (place) => (place.pace?.target == null ? "—" : whole(place.pace.target)),
    },
    {
      code: "percent",
      title: () => say("完成率", "Share"),
      worth: (place) => (place.pace?.percent == null ? null : Number(place.pace.percent)),
      cell: (place) => (
        <span class="pace">
          {place.pace && <Bullet row={place.pace} />}
          {percent(place.pace?.percent ?? null)}
        </span>
      ),
    },
    {
      code: "behind_by",
      title: () => say("落后进度", "Behind by"),
      worth: (place) => place.pace?.behind_by ?? null,
      cell: (place) => (place.pace?.behind_by ? whole(place.pace.behind_by) : "—"),
    },
  ];
}

function columns(view: View, byTarget: boolean): Column[] {
  return [
    ...ofPace(view, byTarget),
    ofCount("subsidised_trainings"),
    ofCount("in_training"),
    ofCount("certificates"),
    ofCount("high_skilled_persons"),
    ofMoney("approved_fen"),
    ofMoney("paid_fen"),
    ofMoney("recovered_fen"),
  ];
}

function sorted(places: readonly Place[], sort: string, known: readonly Column[]): Place[] {
  const isDown = sort.startsWith("-");
  const column = known.find((each) => each.code === sort.replace("-", ""));
  if (!column) return [...places];
  const worth = (place: Place) => Number(column.worth(place) ?? Number.NEGATIVE_INFINITY);
  return [...places].sort((one, other) => (isDown ? worth(other) - worth(one) : worth(one) - worth(other)));
}

export function RegionTable(props: {
  board: Board;
  view: View;
  places: Place[];
  sort: (by: string) => void;
  choose: (code: string) => void;
}) {
  const { board, view } = props;
  return (
    <Ranking
      view={view}
      places={props.places}
      title={view.region ? say("各县（市、区）", "Counties") : say("各地区排名", "Ranking of the regions")}
      what={say("地区", "Region")}
      note={told(props.places, view)}
      file={`regions-${board.regions.day}.csv`}
      name={(place) => named(board.names.regions, place.code)}
      sort={props.sort}
      choose={props.choose}
      isOfPlaces
    />
  );
}

/** Places, or who is at work in one, beside each other. Places have codes that people know, and months. */
export function Ranking(props: {
  view: View;
  places: Place[];
  title: string;
  what: string;
  note: string;
  file: string;
  name: (place: Place) => string;
  sort: (by: string) => void;
  choose?: (code: string) => void;
  isOfPlaces?: boolean;
}) {
  const { view, title, what, name, choose } = props;
  const known = columns(view, haveTargets(props.places));
  const places = sorted(props.places, view.sort, known);
  const code = (text: string) => (props.isOfPlaces ? [text] : []);
  const save = () => {
    const head = [say("名次", "Rank"), ...code(say("代码", "Code")), what, ...known.map((each) => each.title())];
    const rows = places.map((place) => [
      place.rank,
      ...code(place.code),
      name(place),
      ...known.map((each) => each.worth(place)),
    ]);
    download(props.file, [head, ...rows]);
  };
  return (
    <section class="panel long regions" aria-labelledby="regions-title">
      <div class="panel-head">
        <h2 id="regions-title">{title}</h2>
        <button type="button" class="quiet" onClick={save}>
          {say("下载表格", "Download the table")}
        </button>
      </div>
      <p class="soft small">{props.note}</p>
      <Wide name={title}>
        <table aria-labelledby="regions-title">
          <thead>
            <tr>
              <Heading code="rank" title={say("名次", "Rank")} sort={props.sort} now={view.sort} />
              <th class="text name" scope="col">
                {what}
              </th>
              {known.map((each) => (
                <Heading
                  key={each.code}
                  code={each.code}
                  title={each.title()}
                  isMinor={each.isMinor ?? false}
                  sort={props.sort}
                  now={view.sort}
                />
              ))}
              {props.isOfPlaces && (
                <th scope="col" class="no-print">
                  {say("各月", "By month")}
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {places.map((place) => (
              <tr key={place.code} data-place={place.code} data-behind={place.isBehind}>
                <td>{place.rank ?? "—"}</td>
                <th class="text name" scope="row">
                  {choose ? (
                    <button type="button" class="link" onClick={() => choose(place.code)}>
                      {name(place)}
                    </button>
                  ) : (
                    name(place)
                  )}
                  {place.isBehind && <span class="flag">▼ {say("落后", "behind")}</span>}
                </th>
                {known.map((each) => (
                  <td key={each.code} class={each.isMinor ? "minor" : undefined}>
                    {each.cell(place)}
                  </td>
                ))}
                {props.isOfPlaces && (
                  <td class="no-print">
                    <Spark
                      amounts={place.months}
                      told={`${called(view.measure)} · ${place.months.map((amount) => written(view.measure, amount)).join(say("、", ", "))}`}
                    />
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}

function told(places: readonly Place[], view: View): string {
  if (view.region)
    return say("县（市、区）没有单独的目标，按完成量排名。", "Counties have no targets; ranked by amounts.");
  return haveTargets(places)
    ? say("按完成率排名；▼ 为落后进度的后三名。", "Ranked by share of the target; ▼ marks the three furthest behind.")
    : say(
        "各地区目标尚未载入，按完成量排名，不标落后。",
        "No targets of regions were loaded: ranked by amounts, and nobody is marked as behind.",
      );
}

function Heading(props: { code: string; title: string; isMinor?: boolean; now: string; sort: (by: string) => void }) {
  const isUp = props.now === props.code;
  const isDown = props.now === `-${props.code}`;
  const next = props.code === "rank" ? "rank" : isDown ? props.code : `-${props.code}`;
  return (
    <th
      scope="col"
      class={props.isMinor ? "minor" : undefined}
      aria-sort={isUp ? "ascending" : isDown ? "descending" : "none"}
    >
      <button type="button" class="link" onClick={() => props.sort(next)}>
        {props.title}
        <span aria-hidden="true">{isUp ? " ▲" : isDown ? " ▼" : ""}</span>
      </button>
    </th>
  );
}
