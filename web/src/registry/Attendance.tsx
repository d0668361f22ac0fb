// Attendance of a class: hours and share of each trainee, one trainee's days, and a day that is corrected.

import { useState } from "preact/hooks";
import { Shown, useAnswer } from "../shared/answer";
import { all, ask, post } from "../shared/api";
import { percent } from "../shared/figures";
import { Field, Form } from "../shared/forms";
import { Listing } from "../shared/Listing";
import { Head, Wide } from "../shared/Wide";
import { named, say } from "../shared/words";
import { type ClassInHand, OUTCOMES } from "./classes";

interface Attended {
  id: string;
  local_id: string;
  status: string;
  hours: number;
  days: number;
  share: number;
}

interface Day {
  day: string;
  minutes: number;
  hours: number;
  edited: boolean;
}

interface Days {
  hours: number;
  carried: number;
  share: number;
  days: Day[];
  edits: { id: string; day: string; hours_before: number; hours_after: number; reason: string; signed_by: string }[];
}

interface Mark {
  id: string;
  local_id: string;
  enrolment_id: string;
  day: string;
  at: string;
  direction: "in" | "out";
  counts: boolean;
}

export function Attendance(props: { one: ClassInHand }) {
  const list = useAnswer(() => all<Attended>(`v1/classes/${props.one.id}/attendance`), [props.one.id]);
  const [chosen, setChosen] = useState<Attended | null>(null);
  const [day, setDay] = useState("");
  return (
    <div class="stack">
      <Listing id="attendance" title={say("考勤", "Attendance")} answer={list}>
        {(rows) =>
          rows.length === 0 ? (
            <p>{say("还没有学员。", "There is no trainee yet.")}</p>
          ) : (
            <Wide name={say("考勤", "Attendance")}>
              <table>
                <caption>
                  {say(`出勤率按 ${props.one.hours} 学时计算。`, `Shares are of ${props.one.hours} class hours.`)}
                </caption>
                <Head
                  columns={[
                    [say("学员编号", "Trainee"), "text"],
                    [say("状态", "State"), "text"],
                    [say("天数", "Days")],
                    [say("学时", "Hours")],
                    [say("出勤率", "Share")],
                  ]}
                />
                <tbody>
                  {rows.map((each) => (
                    <tr key={each.id}>
                      <th class="text" scope="row">
                        <button
                          type="button"
                          class="link"
                          aria-expanded={chosen?.id === each.id}
                          onClick={() => setChosen(chosen?.id === each.id ? null : each)}
                        >
                          {each.local_id}
                        </button>
                      </th>
                      <td class="text">{named(OUTCOMES, each.status)}</td>
                      <td>{each.days}</td>
                      <td>{each.hours}</td>
                      <td>{percent((each.share * 100).toFixed(1))}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Wide>
          )
        }
      </Listing>
      {chosen && <OneTrainee key={chosen.id} one={props.one} trainee={chosen} changed={list.again} />}
      <section class="panel long" aria-labelledby="marks-title">
        <h2 id="marks-title">{say("某一天的打卡", "Marks of a day")}</h2>
        <p class="row filters">
          <label>
            {say("日期", "Day")}{" "}
            <input
              type="date"
              min={props.one.starts_on}
              max={props.one.ends_on}
              value={day}
              onChange={(event) => setDay(event.currentTarget.value)}
            />
          </label>
        </p>
        {day && <Marks id={props.one.id} day={day} trainees={list.found ?? []} />}
      </section>
    </div>
  );
}

function OneTrainee(props: { one: ClassInHand; trainee: Attended; changed: () => void }) {
  const { trainee } = props;
  const answer = useAnswer(() => ask<Days>(`v1/enrolments/${trainee.id}/attendance`), [trainee.id]);
  const name = say(`学员 ${trainee.local_id} 每天的学时`, `Hours of trainee ${trainee.local_id} by day`);
  return (
    <section class="panel" aria-labelledby="days-title">
      <h2 id="days-title">{name}</h2>
      <div class="sides">
        <Shown answer={answer}>
          {(found) =>
            found.days.length === 0 ? (
              <p>{say("没有记录。", "Nothing is recorded.")}</p>
            ) : (
              <Wide name={name}>
                <table>
                  <caption class="unseen">{name}</caption>
                  <Head
                    columns={[
                      [say("日期", "Day"), "text"],
                      [say("分钟", "Minutes")],
                      [say("学时", "Hours")],
                      [say("更正", "Corrected"), "text"],
                    ]}
                  />
                  <tbody>
                    {found.days.map((day) => (
                      <tr key={day.day}>
                        <th class="text" scope="row">
                          {day.day}
                        </th>
                        <td>{day.minutes}</td>
                        <td>{day.hours}</td>
                        <td class="wrap">
                          {found.edits
                            .filter((edit) => edit.day === day.day)
                            .map(
                              (edit) =>
                                `${edit.hours_before} → ${edit.hours_after}：${edit.reason}（${edit.signed_by}）`,
                            )
                            .join("；")}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Wide>
            )
          }
        </Shown>
        <Form
          name={say("更正一天", "Correct a day")}
          button={say("保存更正", "Save the correction")}
          send={async (filled, key) => {
            const body = { day: filled.day, hours: Number(filled.hours), reason: filled.reason };
            await post(`v1/enrolments/${trainee.id}/attendance-edits`, body, key);
            answer.again();
            props.changed();
          }}
        >
          <Field
            name="day"
            type="date"
            label={say("更正哪一天", "Day to correct")}
            min={props.one.starts_on}
            max={props.one.ends_on}
            required
          />
          <Field name="hours" type="number" min="0" label={say("学时", "Class hours")} required />
          <Field name="reason" label={say("原因", "Reason")} minLength={2} maxLength={500} required />
        </Form>
      </div>
    </section>
  );
}

function Marks(props: { id: string; day: string; trainees: readonly Attended[] }) {
  const answer = useAnswer(
    () => all<Mark>(`v1/classes/${props.id}/attendance-marks`, { day: props.day }),
    [props.id, props.day],
  );
  const names = new Map(props.trainees.map((each) => [each.id, each.local_id]));
  return (
    <Shown answer={answer}>
      {(marks) =>
        marks.length === 0 ? (
          <p>{say("这一天没有打卡。", "There is no mark on this day.")}</p>
        ) : (
          <Wide name={say("打卡", "Marks")}>
            <table>
              <caption class="unseen">{say("打卡", "Marks")}</caption>
              <Head
                columns={[
                  [say("时间", "Time"), "text"],
                  [say("学员编号", "Trainee"), "text"],
                  [say("方向", "Direction"), "text"],
                  [say("计入", "Counts"), "text"],
                ]}
              />
              <tbody>
                {marks.map((mark) => (
                  <tr key={mark.id}>
                    <th class="text" scope="row">
                      {new Date(mark.at).toLocaleTimeString("zh-CN", { hour12: false, timeZone: "Asia/Shanghai" })}
                    </th>
                    <td class="text">{names.get(mark.enrolment_id)}</td>
                    <td class="text">{mark.direction === "in" ? say("签到", "In") : say("签退", "Out")}</td>
                    <td class="text">{mark.counts ? say("是", "Yes") : say("否", "No")}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Wide>
        )
      }
    </Shown>
  );
}
