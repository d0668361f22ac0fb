// Objections of the public by the day on which the answer is due: the words, and the answer that the objector reads.

import { Shown, useAnswer } from "../shared/answer";
import { all, ask, post } from "../shared/api";
import { ANSWERED, Answered, byDeadline, Due, State } from "../shared/Deadlines";
import { type Decide, useDecisions } from "../shared/Decisions";
import { moment } from "../shared/figures";
import { Choice, Field, Form } from "../shared/forms";
import { Listing } from "../shared/Listing";
import { OpeningRow, useOpening } from "../shared/Opening";
import { Way } from "../shared/Way";
import { Table } from "../shared/Wide";
import { type Name, named, say } from "../shared/words";
import { claimsOf } from "./claims";

interface Objection {
  id: string;
  claim_id: string;
  line: number;
  institution_id: string;
  received_at: string;
  late: boolean;
  due_on: string | null;
  overdue: boolean;
  status: "open" | "upheld" | "dismissed" | "overturned";
  answer: string | null;
}

interface InFull extends Objection {
  text: string;
  has_contact: boolean;
}

const STATES: Readonly<Record<Objection["status"], Name>> = {
  open: ["待答复", "To be answered"],
  upheld: ["属实", "Upheld"],
  dismissed: ["不属实", "Dismissed"],
  overturned: ["经复核改变", "Changed on appeal"],
};

async function read() {
  const objections = await all<Objection>("v1/objections");
  return { objections: objections.sort(byDeadline), claims: await claimsOf(objections) };
}

export function Objections() {
  const answer = useAnswer(read, []);
  const opening = useOpening();
  const { told, decide } = useDecisions(answer.again);
  const title = say("公示异议", "Objections");
  return (
    <Listing id="objections" title={title} told={told} answer={answer}>
      {({ objections, claims }) => (
        <Table
          name={title}
          rows={objections}
          empty={say("没有异议。", "There is no objection.")}
          columns={[
            [say("收到", "Received"), "text"],
            [say("申领", "Claim"), "text"],
            [say("机构", "Institution"), "text"],
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
                columns={5}
                data={{ "data-objection": one.id }}
                opener={moment(new Date(one.received_at))}
                cells={
                  <>
                    <td class="text">
                      <Way to={{ claim: one.claim_id }}>{claim?.local_id ?? say("查看", "Show")}</Way>{" "}
                      {say(`第 ${one.line} 行`, `line ${one.line}`)}
                    </td>
                    <td class="wrap">{claim?.institution_name ?? "—"}</td>
                    <Due on={one.due_on} isOverdue={one.overdue} />
                    <State name={named(STATES, one.status)} waits={one.status === "open"} />
                  </>
                }
              >
                <Answer one={one} about={claim?.local_id ?? ""} decide={decide} />
              </OpeningRow>
            );
          }}
        </Table>
      )}
    </Listing>
  );
}

function Answer(props: { one: Objection; about: string; decide: Decide }) {
  const { one } = props;
  const answer = useAnswer(() => ask<InFull>(`v1/objections/${one.id}`), [one.id, one.status]);
  return (
    <Shown answer={answer}>
      {(found) => (
        <div class="sides">
          <div>
            <p class="message">{found.text}</p>
            {found.late && (
              <p class="soft">
                {say("公示期满后收到，不自动暂停办理。", "It came after the publicity and stops nothing by itself.")}
              </p>
            )}
            <Answered answer={found.answer} />
          </div>
          {found.status === "open" && (
            <Form
              name={say("答复异议", "Answer the objection")}
              button={say("答复", "Answer")}
              labels={{ reason: say("理由（存档）", "Reason (for the file)"), answer: say("答复", "Answer") }}
              send={(filled, key) =>
                props.decide(
                  say(`对申领 ${props.about} 的异议`, `The objection to claim ${props.about}`),
                  ANSWERED,
                  () => post(`v1/objections/${one.id}/answer`, filled, key),
                )
              }
            >
              <Choice
                name="verdict"
                label={say("核查结论", "What was found")}
                options={[
                  ["uphold", say("属实：该行不予补贴", "It is so: the line pays nothing")],
                  ["dismiss", say("不属实", "It is not so")],
                ]}
              />
              <Field
                name="reason"
                label={say("理由（存档）", "Reason (for the file)")}
                minLength={2}
                maxLength={500}
                required
              />
              <Field
                name="answer"
                label={say("答复（提出人可见）", "Answer (the objector reads it)")}
                maxLength={1000}
                long
                required
              />
            </Form>
          )}
        </div>
      )}
    </Shown>
  );
}
