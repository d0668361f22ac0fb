// Trainings that stand under another human's document, and documents of one human: what one officer proposes, and
// another one confirms.

import { useState } from "preact/hooks";
import { Shown, useAnswer } from "../shared/answer";
import { all, post } from "../shared/api";
import { Decided, useDecisions } from "../shared/Decisions";
import { moment } from "../shared/figures";
import { Choice, Field, type Filled, Form } from "../shared/forms";
import { SecondPerson } from "../shared/SecondPerson";
import { type Name, named, say } from "../shared/words";
import type { Trainee, TrainingClass } from "./classes";

interface Person {
  name: string;
  document_number: string;
}

interface Proposal {
  id: string;
  kind: "merge" | "particulars" | "rekey";
  person: Person;
  into: Person | null;
  reason: string;
  proposed_by: string;
  proposed_at: string;
}

const KINDS: Readonly<Record<Proposal["kind"], Name>> = {
  merge: ["两个证件属于同一人", "Two documents are one human's"],
  particulars: ["姓名或电话有误", "Name or phone is wrong"],
  rekey: ["培训登记在他人证件下", "A training stands under another's document"],
};

export function Persons(props: { person: string }) {
  const answer = useAnswer(() => all<Proposal>("v1/persons/proposals", { status: "proposed" }), []);
  const { told, decide } = useDecisions(answer.again);
  const title = say("待复核的身份更正", "Corrections of persons to confirm");
  return (
    <>
      <section class="panel long" aria-labelledby="persons-title">
        <h2 id="persons-title">
          {title}
          {say(`（${answer.found?.length ?? 0}）`, ` (${answer.found?.length ?? 0})`)}
        </h2>
        <Decided told={told} />
        <Shown answer={answer}>
          {(found) =>
            found.length === 0 ? (
              <p>{say("没有待复核的更正。", "Nothing waits.")}</p>
            ) : (
              <ul class="plain">
                {found.map((one) => (
                  <li key={one.id} class="reason mild" data-person-proposal={one.kind}>
                    <p>
                      <b>{named(KINDS, one.kind)}</b>
                    </p>
                    <p>
                      {shown(one.person)}
                      {one.into && ` → ${shown(one.into)}`}
                    </p>
                    <p class="soft small">
                      {one.proposed_by} · {moment(new Date(one.proposed_at))} · {one.reason}
                    </p>
                    <SecondPerson
                      path={`v1/persons/proposals/${one.id}`}
                      proposedBy={one.proposed_by}
                      person={props.person}
                      about={named(KINDS, one.kind)}
                      confirmed={["已确认并生效。", "is confirmed and in effect."]}
                      rejected={["未予同意，没有变动。", "is rejected."]}
                      decide={decide}
                    />
                  </li>
                ))}
              </ul>
            )
          }
        </Shown>
      </section>
      <Rekeying done={answer.again} />
      <Merging done={answer.again} />
    </>
  );
}

function shown(person: Person): string {
  return `${person.name} ${person.document_number}`;
}

/** What was typed is gone once it is proposed: the form holds people's numbers. */
function Proposing(props: {
  id: string;
  title: string;
  lead: string;
  labels: Readonly<Record<string, string>>;
  send: (filled: Filled, key: string) => Promise<unknown>;
  done: () => void;
  children: preact.ComponentChildren;
}) {
  const [turn, setTurn] = useState(0);
  return (
    <section class="panel no-print" aria-labelledby={props.id}>
      <details>
        <summary>
          <h2 id={props.id} class="in-line">
            {props.title}
          </h2>
        </summary>
        <p class="soft">{props.lead}</p>
        {turn > 0 && (
          <p class="message" role="status">
            {say("已提出，等待另一名工作人员复核。", "It is proposed; another officer confirms it.")}
          </p>
        )}
        <Form
          key={turn}
          name={props.title}
          class="grid"
          labels={props.labels}
          button={say("提出更正", "Propose it")}
          send={async (filled, key) => {
            await props.send(filled, key);
            setTurn((before) => before + 1);
            props.done();
          }}
        >
          {props.children}
        </Form>
      </details>
    </section>
  );
}

function Rekeying(props: { done: () => void }) {
  const classes = useAnswer(() => all<TrainingClass>("v1/classes"), []);
  const [classId, setClassId] = useState("");
  const roster = useAnswer(
    async () => (classId ? await all<Trainee>(`v1/classes/${classId}/enrolments`) : []),
    [classId],
  );
  const labels = {
    document_number: say("正确的证件号码", "The right number"),
    name: say("证件上的姓名", "The name on it"),
    reason: say("理由", "Reason"),
  };
  return (
    <Proposing
      id="rekey-title"
      title={say("更正一名学员的证件", "Correct the document of a trainee")}
      lead={say(
        "机构报来证件有误的，核实原件后在此提出；由另一名工作人员复核后生效。",
        "For what institutions tell of wrong documents, once you saw the right one.",
      )}
      labels={labels}
      send={({ enrolment, class_id: _, ...content }, key) => post(`v1/enrolments/${enrolment}/rekeying`, content, key)}
      done={props.done}
    >
      <Choice
        name="class_id"
        label={say("班级", "Class")}
        options={(classes.found ?? []).map((each) => [each.id, `${each.local_id}（${each.starts_on}）`])}
        onChange={setClassId}
      />
      <Choice
        name="enrolment"
        label={say("学员", "Trainee")}
        options={(roster.found ?? []).map((each) => [each.id, `${each.local_id} ${each.name} ${each.document_number}`])}
      />
      <Field name="document_number" label={labels.document_number} maxLength={40} required />
      <Field name="name" label={labels.name} maxLength={60} required />
      <Field name="reason" label={labels.reason} minLength={2} maxLength={500} required />
    </Proposing>
  );
}

function Merging(props: { done: () => void }) {
  const labels = {
    first: say("不再使用的证件号码", "Number that is given up"),
    second: say("继续使用的证件号码", "Number that goes on"),
    document_number: say("证件号码", "Number"),
    reason: say("理由", "Reason"),
  };
  return (
    <Proposing
      id="merge-title"
      title={say("合并同一人的两个证件", "Merge two documents of one human")}
      lead={say(
        "两个证件确属同一人时提出；培训记录合并到继续使用的证件下。",
        "Where two documents are one human's; trainings go on under the one that stays.",
      )}
      labels={labels}
      send={({ first, second, reason }, key) =>
        post(
          "v1/persons/merges",
          { first: { document_number: first }, second: { document_number: second }, into: "second", reason },
          key,
        )
      }
      done={props.done}
    >
      <Field name="first" label={labels.first} maxLength={40} required />
      <Field name="second" label={labels.second} maxLength={40} required />
      <Field name="reason" label={labels.reason} minLength={2} maxLength={500} required />
    </Proposing>
  );
}
