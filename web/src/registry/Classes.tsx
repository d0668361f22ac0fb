// My classes: their state, days, seats, and what each needs next. Those that wait for the institution come first.

import { change, useAddress } from "../shared/address";
import { Shown, useAnswer } from "../shared/answer";
import { all } from "../shared/api";
import { whole } from "../shared/figures";
import { type Catalogue, nameOf, placeOf } from "../shared/names";
import { Way } from "../shared/Way";
import { Head, Wide } from "../shared/Wide";
import { named, say } from "../shared/words";
import { type ClassInHand, NEEDS, STATES, STEPS, type Status } from "./classes";

const ORDER: readonly Status[] = ["returned", "approved", "running", "filed", "completed", "cancelled"];
const DAY_MS = 86_400_000;

export function days(one: { starts_on: string; ends_on: string }): number {
  return Math.round((Date.parse(one.ends_on) - Date.parse(one.starts_on)) / DAY_MS) + 1;
}

/** The step, its day and what it lacks, in one sentence. */
export function nextWords(one: ClassInHand): string {
  if (!one.next_step) return "—";
  const step = named(STEPS, one.next_step);
  const byDay = one.next_step === "answer" && one.next_on;
  const due = byDay ? say(`（${one.next_on} 前）`, ` (by ${one.next_on})`) : "";
  const missing = one.needs.map((need) => {
    const words = named(NEEDS, need);
    return need.endsWith("_day") && one.next_on ? `${words} ${one.next_on}` : words;
  });
  const lacks = missing.length ? say(`；尚需：${missing.join("、")}`, `; it still needs: ${missing.join(", ")}`) : "";
  return `${step}${due}${lacks}`;
}

export function Classes(props: { names: Catalogue }) {
  const status = useAddress().get("status") ?? "";
  const answer = useAnswer(() => all<ClassInHand>("v1/classes/next-steps"), []);
  return (
    <section class="panel long" aria-labelledby="classes-title">
      <div class="panel-head">
        <h2 id="classes-title">{say("我的班级", "My classes")}</h2>
        <Way to={{ view: "file", class: null }}>{say("报备新班", "File a class")}</Way>
      </div>
      <Shown answer={answer}>
        {(found) =>
          found.length === 0 ? (
            <p>{say("还没有报备过班级。", "No class has been filed yet.")}</p>
          ) : (
            <>
              <p class="row filters">
                <label>
                  {say("状态", "State")}{" "}
                  <select value={status} onChange={(event) => change({ status: event.currentTarget.value })}>
                    <option value="">{say(`全部（${found.length}）`, `All (${found.length})`)}</option>
                    {ORDER.map((each) => (
                      <option key={each} value={each}>
                        {say(...STATES[each])}（{found.filter((one) => one.status === each).length}）
                      </option>
                    ))}
                  </select>
                </label>
              </p>
              <Table rows={found.filter((one) => !status || one.status === status)} names={props.names} />
            </>
          )
        }
      </Shown>
    </section>
  );
}

function Table(props: { rows: readonly ClassInHand[]; names: Catalogue }) {
  const { names } = props;
  const rows = [...props.rows].sort(
    (one, other) =>
      ORDER.indexOf(one.status) - ORDER.indexOf(other.status) || (one.starts_on < other.starts_on ? 1 : -1),
  );
  return (
    <Wide name={say("我的班级", "My classes")}>
      <table>
        <caption class="unseen">{say("我的班级", "My classes")}</caption>
        <Head
          columns={[
            [say("班级", "Class"), "text"],
            [say("状态", "State"), "text"],
            [say("下一步", "Next step"), "text"],
            [say("起止日期", "Days"), "text"],
            [say("学员/名额", "Trainees / seats")],
            [say("专项与等级", "Programme and award"), "text"],
            [say("地点", "Place"), "text"],
          ]}
        />
        <tbody>
          {rows.map((one) => (
            <tr key={one.id} data-class={one.local_id}>
              <th class="text" scope="row">
                <Way to={{ class: one.id, part: null }}>{one.local_id}</Way>
              </th>
              <td class="text">
                <span class={`badge ${TONES[one.status]}`}>{say(...STATES[one.status])}</span>
              </td>
              <td class="wrap">{nextWords(one)}</td>
              <td class="text">
                {one.starts_on} {say("至", "to")} {one.ends_on}
                <br />
                <span class="soft small">
                  {say(`${days(one)} 天 · ${one.hours} 学时`, `${days(one)} days · ${one.hours} class hours`)}
                </span>
              </td>
              <td>
                {whole(one.seated)} / {whole(one.seats)}
              </td>
              <td class="wrap">
                {nameOf(names.programmes, one.programme)}
                <br />
                <span class="soft small">{nameOf(names.awards, one.award)}</span>
              </td>
              <td class="text">{placeOf(names.regions, one.region)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

export const TONES: Readonly<Record<Status, string>> = {
  filed: "soft",
  returned: "bad",
  approved: "warn",
  running: "good",
  completed: "soft",
  cancelled: "soft",
};
