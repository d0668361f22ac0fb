// One class: what it needs next and the button for it, its trainees, attendance day by day, outcomes, and its history.

import { useState } from "preact/hooks";
import { useAddress } from "../shared/address";
import { Shown, useAnswer } from "../shared/answer";
import { all, ask, newKey, post, Refused } from "../shared/api";
import { Faults } from "../shared/Faults";
import { moment, yuan } from "../shared/figures";
import { Field, Form } from "../shared/forms";
import { Listing } from "../shared/Listing";
import { type Catalogue, nameOf, placeOf } from "../shared/names";
import { Way } from "../shared/Way";
import { Ways } from "../shared/Work";
import { type Name, named, say } from "../shared/words";
import { Attendance } from "./Attendance";
import { days, nextWords, TONES } from "./Classes";
import { type ClassInHand, FUNDS, STATES } from "./classes";
import { FileClass } from "./FileClass";
import { Roster } from "./Roster";

interface Step {
  id: string;
  verb: string;
  done_by: string;
  done_at: string;
  reasons: string[];
}

const VERBS: Readonly<Record<string, Name>> = {
  file: ["报备", "Filed"],
  refile: ["重新报备", "Filed again"],
  return: ["退回", "Returned"],
  approve: ["批准", "Approved"],
  check: ["开班前核查", "Site checked"],
  start: ["开班", "Started"],
  change: ["变更", "Changed"],
  complete: ["结班", "Completed"],
  cancel: ["取消", "Cancelled"],
  reinstate: ["恢复", "Reinstated"],
  move: ["区划调整", "Moved with its region"],
};

/** The steps that the institution itself takes by a button, and what they are called. */
const ACTIONS: Readonly<Record<string, { noun: string; name: Name; done: Name }>> = {
  start: { noun: "start", name: ["开班", "Start the class"], done: ["已开班。", "The class has started."] },
  conclude: {
    noun: "conclusion",
    name: ["按考勤登记结业结果", "Record outcomes from attendance"],
    done: ["结业结果已登记。", "Outcomes are recorded."],
  },
  complete: { noun: "completion", name: ["结班", "Complete the class"], done: ["已结班。", "The class is completed."] },
};

async function inHand(id: string): Promise<ClassInHand> {
  const found = (await all<ClassInHand>("v1/classes/next-steps")).find((one) => one.id === id);
  // Whoever follows an address to a class of others is told so by the service.
  return found ?? { ...(await ask<ClassInHand>(`v1/classes/${id}`)), seated: 0, next_step: null, needs: [] };
}

export function ClassPage(props: { id: string; names: Catalogue }) {
  const address = useAddress();
  const part = address.get("part") ?? "overview";
  const answer = useAnswer(() => inHand(props.id), [props.id]);
  return (
    <>
      <p class="no-print">
        <Way to={{ class: null, part: null, filed: null }}>{say("← 全部班级", "← All classes")}</Way>
      </p>
      <Shown answer={answer}>
        {(one) => (
          <>
            {address.has("filed") && (
              <p class="message" role="status">
                {say("已报备，等待县级审批。", "The class is filed and awaits the county's approval.")}
              </p>
            )}
            <section class="panel" aria-labelledby="class-title">
              <div class="panel-head">
                <h2 id="class-title">
                  {say(`班级 ${one.local_id}`, `Class ${one.local_id}`)}{" "}
                  <span class={`badge ${TONES[one.status]}`}>{say(...STATES[one.status])}</span>
                </h2>
                <p class="soft">
                  {say(`${one.seated} 名学员，${one.seats} 个名额`, `${one.seated} trainees, ${one.seats} seats`)}
                </p>
              </div>
              <Next one={one} again={answer.again} />
            </section>
            <Ways
              name={say("班级内容", "Parts of the class")}
              parameter="part"
              now={part}
              ways={[
                ["overview", say("概况", "Overview")],
                ["roster", say("学员与结果", "Trainees and outcomes")],
                ["attendance", say("考勤", "Attendance")],
                ["history", say("经过", "History")],
              ]}
            />
            {part === "overview" && <Overview one={one} names={props.names} again={answer.again} />}
            {part === "roster" && <Roster one={one} changed={answer.again} />}
            {part === "attendance" && <Attendance one={one} />}
            {part === "history" && <History id={one.id} />}
          </>
        )}
      </Shown>
    </>
  );
}

function Next(props: { one: ClassInHand; again: () => void }) {
  const { one } = props;
  const [isBusy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<Refused | null>(null);
  const [done, setDone] = useState<Name | null>(null);
  const [key] = useState(newKey);
  const action = one.next_step ? ACTIONS[one.next_step] : undefined;
  const act = async (noun: string, words: Name) => {
    setBusy(true);
    setWrong(null);
    setDone(null);
    try {
      await post(`v1/classes/${one.id}/${noun}`, undefined, `${key}-${noun}-${one.version}`);
      setDone(words);
      props.again();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setWrong(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="message next">
      <p>
        <b>{say("下一步：", "Next: ")}</b>
        {nextWords(one)}
      </p>
      {one.status === "returned" && (
        <ul>
          {one.return_reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      {done && <p role="status">{say(...done)}</p>}
      {wrong && <Faults refused={wrong} />}
      {action && (
        <p class="no-print">
          <button type="button" disabled={isBusy} onClick={() => act(action.noun, action.done)}>
            {isBusy ? say("请稍候……", "One moment …") : say(...action.name)}
          </button>
        </p>
      )}
    </div>
  );
}

function Overview(props: { one: ClassInHand; names: Catalogue; again: () => void }) {
  const { one, names } = props;
  const fee = one.government_fen + one.enterprise_fen + one.individual_fen;
  const facts: readonly (readonly [string, string])[] = [
    [say("专项", "Programme"), `${one.programme} ${nameOf(names.programmes, one.programme)}`],
    [say("职业（工种）", "Occupation"), one.occupation],
    [say("证书", "Award"), nameOf(names.awards, one.award)],
    [say("培训地区", "Region"), placeOf(names.regions, one.region)],
    [
      say("起止日期", "Days"),
      say(
        `${one.starts_on} 至 ${one.ends_on}，${days(one)} 天`,
        `${one.starts_on} to ${one.ends_on}, ${days(one)} days`,
      ),
    ],
    [say("学时", "Class hours"), String(one.hours)],
    [say("名额", "Seats"), String(one.seats)],
    [say("资金来源", "Funds"), fundName(one.fund_source)],
    [say("收费（元/人）", "Fee each"), fee ? yuan(fee) : "—"],
    [say("教学计划", "Teaching plan"), one.teaching_plan ?? "—"],
    [
      say("计划考核", "Planned examination"),
      [one.exam_plan?.planned_on, one.exam_plan?.place].filter(Boolean).join(" ") || "—",
    ],
    [say("报备日期", "Filed on"), one.filed_on ?? "—"],
    [say("开班前核查", "Site checked on"), one.checked_on ?? "—"],
  ];
  return (
    <div class="stack">
      <section class="panel" aria-labelledby="overview-title">
        <h2 id="overview-title">{say("概况", "Overview")}</h2>
        <dl class="facts">
          {facts.map(([name, value]) => (
            <>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </>
          ))}
        </dl>
      </section>
      {one.status === "returned" && (
        <FileClass organisation={one.institution_id} names={names} again={one} done={props.again} />
      )}
      {(one.status === "filed" || one.status === "returned" || one.status === "approved") && (
        <section class="panel no-print" aria-labelledby="cancel-title">
          <h2 id="cancel-title">{say("取消班级", "Cancel the class")}</h2>
          <Form
            name={say("取消班级", "Cancel the class")}
            button={say("取消这个班", "Cancel it")}
            send={async (filled, key) => {
              await post(`v1/classes/${one.id}/cancellation`, { reason: filled.reason }, key);
              props.again();
            }}
          >
            <Field name="reason" label={say("原因", "Reason")} minLength={2} maxLength={500} required />
          </Form>
        </section>
      )}
    </div>
  );
}

function fundName(code: string | null): string {
  const name = FUNDS.find(([known]) => known === code)?.[1];
  return name ? say(...name) : say("不申请补贴", "No subsidy");
}

function History(props: { id: string }) {
  const answer = useAnswer(() => all<Step>(`v1/classes/${props.id}/history`), [props.id]);
  return (
    <Listing id="history" title={say("经过", "History")} answer={answer}>
      {(steps) => (
        <ol>
          {steps.map((step) => (
            <li key={step.id}>
              <b>{named(VERBS, step.verb)}</b>{" "}
              <span class="soft">
                {moment(new Date(step.done_at))} · {step.done_by}
              </span>
              {step.reasons.map((reason) => (
                <p key={reason}>{reason}</p>
              ))}
            </li>
          ))}
        </ol>
      )}
    </Listing>
  );
}
