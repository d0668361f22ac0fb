// Appeals against refusals and recoveries: filed on the page of the claim, decided by a person of the region above.

import { useState } from "preact/hooks";
import { Shown, useAnswer } from "../shared/answer";
import { all, post } from "../shared/api";
import { ANSWERED, Answered, byDeadline, Due, State } from "../shared/Deadlines";
import { type Decide, Decided, useDecisions } from "../shared/Decisions";
import { moment } from "../shared/figures";
import { Choice, Field, Form } from "../shared/forms";
import { Listing } from "../shared/Listing";
import { OpeningRow, useOpening } from "../shared/Opening";
import { placeName, usePlaces } from "../shared/places";
import type { SignedIn } from "../shared/session";
import { Way } from "../shared/Way";
import { Table } from "../shared/Wide";
import { type Name, named, say } from "../shared/words";
import { type Claim, claimsOf, type WholeClaim } from "./claims";

interface Appeal {
  id: string;
  about: "rejection" | "line" | "recovery";
  claim_id: string;
  line: number | null;
  region: string;
  by_person: boolean;
  reason: string;
  filed_by: string;
  filed_at: string;
  due_on: string | null;
  overdue: boolean;
  status: "open" | "granted" | "denied";
  answer: string | null;
}

const STATES: Readonly<Record<Appeal["status"], Name>> = {
  open: ["待答复", "To be answered"],
  granted: ["申诉成立", "Granted"],
  denied: ["维持原决定", "Denied"],
};
const SUBJECTS: Readonly<Record<Appeal["about"], Name>> = {
  rejection: ["不予通过", "the rejection"],
  line: ["该行不予补贴", "the line pays nothing"],
  recovery: ["该行被追回", "the line was recovered"],
};
/** Who may decide on an appeal, if their region lies above. */
const DECIDERS = new Set(["reviewer", "province"]);

function aboutOf(about: Appeal["about"], line: number | null): string {
  const subject = named(SUBJECTS, about);
  return line === null ? subject : say(`第 ${line} 行：${subject}`, `Line ${line}: ${subject}`);
}

/** What of a claim can be appealed against: "rejection", or "line 3". */
function subjectsOf(claim: WholeClaim): (readonly [string, string])[] {
  const whole = claim.status === "rejected" ? [["rejection", aboutOf("rejection", null)] as const] : [];
  const decided = ["approved", "paid", "recovered", "written_off", "payment_failed"].includes(claim.status);
  const refused = decided ? claim.lines.filter((each) => each.refusal !== null) : [];
  const recovered = claim.lines.filter((each) => each.recovered_fen > 0);
  return [
    ...whole,
    ...refused.map(({ line }) => [`line ${line}`, aboutOf("line", line)] as const),
    ...recovered.map(({ line }) => [`recovery ${line}`, aboutOf("recovery", line)] as const),
  ];
}

/** The appeals of one claim with their answers, and a further one. */
export function AppealsOfClaim(props: { claim: WholeClaim; isForPerson?: boolean; isReading?: boolean }) {
  const { claim } = props;
  const answer = useAnswer(() => all<Appeal>("v1/appeals"), []);
  const [turn, setTurn] = useState(0);
  const { told, decide } = useDecisions(answer.again);
  const draft = `appeal-${claim.id}`;
  const mine = (answer.found ?? []).filter((each) => each.claim_id === claim.id);
  const subjects = props.isReading ? [] : subjectsOf(claim);
  if (subjects.length === 0 && mine.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="appeals-title">
      <h2 id="appeals-title">{say("申诉", "Appeals")}</h2>
      <Decided told={told} />
      <Shown answer={answer}>
        {() => (
          <ul class="plain">
            {mine.map((each) => (
              <li key={each.id} class="reason mild" data-appeal={each.status}>
                <p>
                  <b>{aboutOf(each.about, each.line)}</b> <span class="badge">{named(STATES, each.status)}</span>
                </p>
                <Words one={each} />
              </li>
            ))}
          </ul>
        )}
      </Shown>
      {subjects.length > 0 && (
        <>
          <p class="soft no-print">
            {props.isForPerson
              ? say("本人到窗口提出的，在此登记。", "For a person who comes to the counter.")
              : say("不同意不予补贴或追回的决定，可以申诉。", "For who does not agree with a refusal or a recovery.")}
          </p>
          <Form
            key={turn}
            name={say("提出申诉", "Appeal")}
            class="grid no-print"
            button={say("提出申诉", "Appeal")}
            draft={draft}
            labels={{ subject: say("针对", "Against"), reason: say("申诉理由", "Why") }}
            send={({ subject = "", reason }, key) => {
              const [about, line] = subject.split(" ");
              const content = { about, line: line === undefined ? null : Number(line), reason };
              return decide(
                say("申诉", "The appeal"),
                ["已提出，由上级地区答复。", "is filed; the region above answers it."],
                async () => {
                  await post(`v1/claims/${claim.id}/appeals`, content, key);
                  sessionStorage.removeItem(draft);
                  setTurn((before) => before + 1);
                },
              );
            }}
          >
            <Choice name="subject" label={say("针对", "Against")} options={subjects} />
            <Field name="reason" label={say("申诉理由", "Why")} minLength={2} maxLength={500} long required />
          </Form>
        </>
      )}
    </section>
  );
}

function Words({ one }: { one: Appeal }) {
  return (
    <>
      <p>{one.reason}</p>
      <p class="soft small">
        {moment(new Date(one.filed_at))} · {one.filed_by}
        {one.by_person && say(" · 窗口登记", " · at the counter")}
        {one.status === "open" && one.due_on && say(` · ${one.due_on} 前答复`, ` · to be answered by ${one.due_on}`)}
      </p>
      <Answered answer={one.answer} />
    </>
  );
}

async function read() {
  const appeals = await all<Appeal>("v1/appeals");
  return { appeals: appeals.sort(byDeadline), claims: await claimsOf(appeals) };
}

export function Appeals({ me }: { me: SignedIn }) {
  const answer = useAnswer(read, []);
  const places = usePlaces();
  const opening = useOpening();
  const { told, decide } = useDecisions(answer.again);
  const title = say("申诉", "Appeals");
  return (
    <Listing id="appeals" title={title} told={told} answer={answer}>
      {({ appeals, claims }) => (
        <Table
          name={title}
          rows={appeals}
          empty={say("没有申诉。", "There is no appeal.")}
          columns={[
            [say("提出", "Filed"), "text"],
            [say("申领", "Claim"), "text"],
            [say("机构", "Institution"), "text"],
            [say("地区", "Region"), "text"],
            [say("针对", "Against"), "text"],
            [say("答复期限", "Answer due"), "text"],
            [say("状态", "State"), "text"],
          ]}
        >
          {(one) => {
            const claim = claims.get(one.claim_id);
            return (
              <OpeningRow
                key={one.id}
                opening={opening}
                id={one.id}
                columns={7}
                data={{ "data-appeal": one.status }}
                opener={moment(new Date(one.filed_at))}
                cells={
                  <>
                    <td class="text">
                      <Way to={{ claim: one.claim_id }}>{claim?.local_id ?? say("查看", "Show")}</Way>
                    </td>
                    <td class="wrap">{claim?.institution_name ?? "—"}</td>
                    <td class="text">{placeName(places, one.region)}</td>
                    <td class="wrap">{aboutOf(one.about, one.line)}</td>
                    <Due on={one.due_on} isOverdue={one.overdue} />
                    <State name={named(STATES, one.status)} waits={one.status === "open"} />
                  </>
                }
              >
                <div class="sides">
                  <div>
                    <Words one={one} />
                  </div>
                  {one.status === "open" && <Verdict one={one} me={me} claim={claim} decide={decide} />}
                </div>
              </OpeningRow>
            );
          }}
        </Table>
      )}
    </Listing>
  );
}

function Verdict(props: { one: Appeal; me: SignedIn; claim: Claim | undefined; decide: Decide }) {
  const { one, me } = props;
  if (!DECIDERS.has(me.role) || me.region === one.region)
    return <p class="soft">{say("由上级地区答复。", "The region above answers it.")}</p>;
  const about = say(
    `对申领 ${props.claim?.local_id ?? ""} 的申诉`,
    `The appeal about claim ${props.claim?.local_id ?? ""}`,
  );
  return (
    <Form
      name={say("答复申诉", "Answer the appeal")}
      button={say("答复", "Answer")}
      draft={`appeal-answer-${one.id}`}
      labels={{ verdict: say("决定", "Decision"), answer: say("答复", "Answer") }}
      send={(filled, key) => props.decide(about, ANSWERED, () => post(`v1/appeals/${one.id}/decision`, filled, key))}
    >
      <Choice
        name="verdict"
        label={say("决定", "Decision")}
        options={[
          ["grant", say(`申诉成立：${consequence(one.about)[0]}`, `Grant it: ${consequence(one.about)[1]}`)],
          ["deny", say("维持原决定", "Deny it")],
        ]}
      />
      <Field
        name="answer"
        label={say("答复（申诉人可见）", "Answer (who appealed reads it)")}
        minLength={2}
        maxLength={500}
        long
        required
      />
    </Form>
  );
}

/** What follows if it is granted. */
function consequence(about: Appeal["about"]): Name {
  switch (about) {
    case "rejection":
      return ["申领重新打开", "the claim is opened again"];
    case "line":
      return ["可另行申领该学员", "the trainee can be claimed for again"];
    case "recovery":
      return ["提出撤销追回，由财务复核", "the reversal is proposed, which finance confirms"];
  }
}
