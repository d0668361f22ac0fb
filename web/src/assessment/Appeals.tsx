// Appeals of candidates against their marks, by the day on which the answer is due: the body answers, by somebody who
// posted no results; other marks wait for a second person; officers look on and have an answer given again.

import { useState } from "preact/hooks";
import { useAnswer } from "../shared/answer";
import { all, byId, post } from "../shared/api";
import { ANSWERED, Answered, byDeadline, Due, State } from "../shared/Deadlines";
import { type Decide, useDecisions } from "../shared/Decisions";
import { moment } from "../shared/figures";
import { Choice, Field, type Filled, Form, Tick } from "../shared/forms";
import { Listing } from "../shared/Listing";
import { OpeningRow, useOpening } from "../shared/Opening";
import { SecondPerson } from "../shared/SecondPerson";
import type { SignedIn } from "../shared/session";
import { Table } from "../shared/Wide";
import { type Name, named, say } from "../shared/words";
import { PARTS, type Part, type Session } from "./sessions";

interface Appeal {
  id: string;
  candidate_id: string;
  session_id: string;
  ground: string;
  filed_at: string;
  answer_by: string;
  status: "open" | "accepted" | "rejected" | "withdrawn";
  answer: string | null;
}

interface Candidate {
  id: string;
  local_id: string;
  name: string;
  absent: boolean;
  marks: Record<Part, number | null> | null;
}

interface Correction {
  id: string;
  kind: string;
  subject: string;
  reason: string;
  proposed_by: string;
  proposed_at: string;
  content: Readonly<Record<string, unknown>>;
}

interface Work {
  appeals: Appeal[];
  /** Open past the day by which they are answered, by the day of the service. */
  overdue: ReadonlySet<string>;
  corrections: Correction[];
  candidates: ReadonlyMap<string, Candidate>;
  sessions: ReadonlyMap<string, Session>;
}

const STATES: Readonly<Record<Appeal["status"], Name>> = {
  open: ["待答复", "To be answered"],
  accepted: ["已采纳", "Accepted"],
  rejected: ["未采纳", "Rejected"],
  withdrawn: ["已撤回", "Withdrawn"],
};
const EXAMINED = Object.keys(PARTS) as Part[];

function candidateOf(one: Correction): string {
  return one.subject.split("/")[1] ?? "";
}

async function read(): Promise<Work> {
  const appeals = await all<Appeal>("v1/appeals");
  const late = await all<Appeal>("v1/appeals", { overdue: "true" });
  const proposals = await all<Correction>("v1/proposals", { status: "proposed" });
  const corrections = proposals.filter((one) => one.kind === "correction");
  const candidates = await byId<Candidate>("v1/candidates", [
    ...appeals.map((one) => one.candidate_id),
    ...corrections.map(candidateOf),
  ]);
  const sessions = await byId<Session>(
    "v1/sessions",
    appeals.map((one) => one.session_id),
  );
  appeals.sort((one, other) => byDeadline({ ...one, due_on: one.answer_by }, { ...other, due_on: other.answer_by }));
  return { appeals, overdue: new Set(late.map((one) => one.id)), corrections, candidates, sessions };
}

export function Appeals({ me }: { me: SignedIn }) {
  const answer = useAnswer(read, []);
  const opening = useOpening();
  const { told, decide } = useDecisions(answer.again);
  const title = say("考生对成绩的申诉", "Appeals of candidates against their marks");
  return (
    <>
      <Listing id="appeals" title={title} told={told} answer={answer}>
        {({ appeals, overdue, candidates, sessions }) => (
          <Table
            name={title}
            rows={appeals}
            empty={say("没有申诉。", "There is no appeal.")}
            columns={[
              [say("提出", "Filed"), "text"],
              [say("考试", "Session"), "text"],
              [say("考生", "Candidate"), "text"],
              [say("答复期限", "Answer due"), "text"],
              [say("状态", "State"), "text"],
            ]}
          >
            {(one) => {
              const candidate = candidates.get(one.candidate_id);
              return (
                <OpeningRow
                  key={one.id}
                  opening={opening}
                  id={one.id}
                  columns={5}
                  data={{ "data-appeal": one.status }}
                  opener={moment(new Date(one.filed_at))}
                  cells={
                    <>
                      <td class="text">{sessions.get(one.session_id)?.local_id}</td>
                      <td class="text">
                        {candidate?.local_id} {candidate?.name}
                      </td>
                      <Due on={one.answer_by} isOverdue={overdue.has(one.id)} />
                      <State name={named(STATES, one.status)} waits={one.status === "open"} />
                    </>
                  }
                >
                  <div class="sides">
                    <div>
                      <p class="message">{one.ground}</p>
                      <p>
                        {say("现成绩：", "Marks: ")}
                        {marksOf(candidate)}
                      </p>
                      <Answered answer={one.answer} />
                    </div>
                    <Task one={one} me={me} candidate={candidate} decide={decide} />
                  </div>
                </OpeningRow>
              );
            }}
          </Table>
        )}
      </Listing>
      {answer.found && <Corrections work={answer.found} me={me} decide={decide} />}
    </>
  );
}

function marksOf(candidate: Candidate | undefined): string {
  const marks = EXAMINED.map((part) => [part, candidate?.marks?.[part]] as const).filter(([, mark]) => mark != null);
  if (marks.length === 0) return candidate?.absent ? say("缺考", "absent") : "—";
  return marks.map(([part, mark]) => `${say(...PARTS[part])} ${mark}`).join(say("，", ", "));
}

/** What whoever is signed in may do with it. */
function Task(props: { one: Appeal; me: SignedIn; candidate: Candidate | undefined; decide: Decide }) {
  const { one, me } = props;
  if (me.role === "assessment_body")
    return one.status === "open" ? <Answering {...props} /> : <p class="soft">{say("已办结。", "It is settled.")}</p>;
  if (one.status === "accepted" || one.status === "rejected") return <Reopening {...props} />;
  return <p class="soft">{say("由评价机构答复。", "The body answers it.")}</p>;
}

function aboutOf(candidate: Candidate | undefined): string {
  return say(`考生 ${candidate?.local_id ?? ""} 的申诉`, `The appeal of candidate ${candidate?.local_id ?? ""}`);
}

function numbers(filled: Filled): Record<string, number> {
  const found = EXAMINED.filter((part) => filled[part]).map((part) => [part, Number(filled[part])] as const);
  return Object.fromEntries(found);
}

function Answering(props: { one: Appeal; candidate: Candidate | undefined; decide: Decide }) {
  const { one, candidate } = props;
  const [verdict, setVerdict] = useState("");
  return (
    <Form
      name={say("答复申诉", "Answer the appeal")}
      button={say("答复", "Answer")}
      draft={`result-appeal-${one.id}`}
      labels={{
        reason: say("答复", "Answer"),
        theory: say("理论", "Theory"),
        skills: say("技能", "Skills"),
        review: say("综合评审", "Review"),
        result: say("更正后的成绩", "The result as it is to be"),
      }}
      send={(filled, key) => {
        const result = { ...numbers(filled), ...(filled.absent === "on" ? { absent: true } : {}) };
        const accepted = filled.verdict === "accept";
        const content = { verdict: filled.verdict, reason: filled.reason, ...(accepted ? { result } : {}) };
        const words: Name = accepted
          ? ["已采纳，成绩更正等待另一人复核。", "is accepted; another person confirms the other marks."]
          : ANSWERED;
        return props.decide(aboutOf(candidate), words, () => post(`v1/appeals/${one.id}/answer`, content, key));
      }}
    >
      <Choice
        name="verdict"
        label={say("复核结论", "What was found")}
        options={[
          ["reject", say("成绩无误", "The marks are right")],
          ["accept", say("成绩有误，更正如下", "They are wrong, and are to be")],
        ]}
        onChange={setVerdict}
      />
      {verdict === "accept" && (
        <fieldset>
          <legend>{say("更正后的全部成绩", "The whole result as it is to be")}</legend>
          {EXAMINED.map((part) => (
            <Field
              key={part}
              name={part}
              label={say(...PARTS[part])}
              type="number"
              min="0"
              max="100"
              step="0.1"
              value={String(candidate?.marks?.[part] ?? "")}
            />
          ))}
          <Tick name="absent" label={say("缺考", "Absent")} />
        </fieldset>
      )}
      <Field
        name="reason"
        label={say("答复（考生可见）", "Answer (the candidate reads it)")}
        minLength={2}
        maxLength={500}
        long
        required
      />
    </Form>
  );
}

function Reopening(props: { one: Appeal; candidate: Candidate | undefined; decide: Decide }) {
  return (
    <Form
      name={say("要求重新答复", "Have it answered again")}
      button={say("要求重新答复", "Have it answered again")}
      draft={`result-appeal-reopening-${props.one.id}`}
      send={(filled, key) =>
        props.decide(aboutOf(props.candidate), ["已退回重新答复。", "is answered again."], () =>
          post(`v1/appeals/${props.one.id}/reopening`, filled, key),
        )
      }
    >
      <Field name="reason" label={say("理由", "Reason")} minLength={2} maxLength={500} required />
    </Form>
  );
}

/** Other marks that wait for a second person. */
function Corrections(props: { work: Work; me: SignedIn; decide: Decide }) {
  const { corrections, candidates } = props.work;
  if (corrections.length === 0) return null;
  return (
    <section class="panel long" aria-labelledby="corrections-title">
      <h2 id="corrections-title">{say("待复核的成绩更正", "Other marks that wait for a second person")}</h2>
      <ul class="plain">
        {corrections.map((one) => {
          const candidate = candidates.get(candidateOf(one));
          const about = say(`考生 ${candidate?.local_id ?? ""} 的成绩`, `The marks of ${candidate?.local_id ?? ""}`);
          return (
            <li key={one.id} class="reason mild" data-correction={candidate?.local_id}>
              <p>
                <b>
                  {candidate?.local_id} {candidate?.name}
                </b>{" "}
                {marksOf(candidate)} → {proposed(one)}
              </p>
              <p class="soft small">
                {one.proposed_by} · {moment(new Date(one.proposed_at))} · {one.reason}
              </p>
              <SecondPerson
                path={`v1/proposals/${one.id}`}
                proposedBy={one.proposed_by}
                person={props.me.person}
                about={about}
                confirmed={["已更正。", "are corrected."]}
                rejected={["未予同意，没有变动。", "stay as they are."]}
                decide={props.decide}
              />
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** What the marks are to be. */
function proposed(one: Correction): string {
  const said = EXAMINED.filter((part) => one.content[part] != null).map(
    (part) => `${say(...PARTS[part])} ${one.content[part]}`,
  );
  if (said.length > 0) return said.join(say("，", ", "));
  return one.content.absent ? say("缺考", "absent") : say("作弊", "cheated");
}
